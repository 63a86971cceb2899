// `mdops spool`: metrics, annotations and messages that their remotes did not take yet.

import type { Command } from '../lib/run/command.ts';

export const command: Command = {
  name: 'spool',
  summary: 'list and send pages and telemetry that wait for their remote',
  description: [
    'Pages that PagerDuty has not accepted, and what Pushgateway, Grafana or a chat did not take, wait on disk and go out with the next run that reaches them. Telemetry older than seven days or beyond 10,000 records is dropped, oldest first, and counted; a page never is.',
  ],
  runbook: 'runbooks/production-runbook.md#7-failure-matrix',
  verbs: {
    list: { summary: 'what waits, oldest first' },
    flush: { summary: 'send it now' },
  },
  defaultVerb: 'list',
  flags: {
    all: { kind: 'switch', summary: 'also push the groups that a restarted gateway may have lost' },
  },
  examples: [
    { line: 'mdops spool', note: 'what was not delivered yet' },
    { line: 'mdops spool flush', note: 'after the gateway is back' },
    { line: 'mdops spool flush --all', note: 'after the gateway lost its data' },
  ],
  records: 'none',
  load: async () => (await import('../lib/flows/spool/spool.ts')).tendSpool,
};
