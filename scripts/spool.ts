// `mdops spool`: metrics, annotations and messages that their remotes did not take yet.

import type { Command } from '../lib/run/command.ts';

export const command: Command = {
  name: 'spool',
  summary: 'list and send telemetry that waits for its remote',
  description: [
    'What Pushgateway, Grafana or a chat did not take waits on disk and goes out with the next run that reaches them. Records older than seven days or beyond 10,000 are dropped, oldest first, and counted.',
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
