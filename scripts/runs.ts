// `mdops runs`: the run journal.

import type { Command } from '../lib/run/command.ts';

const RUN = {
  name: 'ID',
  summary: 'the run id, or its beginning if that is unambiguous',
  required: true,
  variadic: false,
};

export const command: Command = {
  name: 'runs',
  summary: 'list, show, resume, abandon, verify and prune recorded runs',
  runbook: 'runbooks/production-runbook.md#8-audit',
  verbs: {
    list: { summary: 'newest first' },
    show: { summary: 'every record of one run', positionals: [RUN] },
    resume: { summary: 'go on after the last step that was done', positionals: [RUN] },
    abandon: { summary: 'close a run that nobody will finish', positionals: [RUN] },
    verify: { summary: 'check every checksum and the hash chain' },
    prune: { summary: 'remove runs and logs whose time is over (retention in the configuration)' },
  },
  defaultVerb: 'list',
  flags: {
    limit: { kind: 'integer', value: 'N', min: 1, max: 10_000, summary: 'how many runs to list', shownDefault: '20' },
    reason: { kind: 'text', value: 'TEXT', summary: 'why a run is abandoned' },
  },
  examples: [
    { line: 'mdops runs', note: 'what was run lately' },
    { line: 'mdops runs show 20260105-01', note: 'the whole story of one run' },
    { line: 'mdops runs verify', note: 'prove that nothing was changed or lost' },
    { line: 'mdops runs prune --dry-run', note: 'what would go; a timer does it every day' },
  ],
  records: (invocation) => (invocation.verb === 'prune' ? 'run' : 'none'),
  target: (invocation) => (invocation.verb === 'prune' ? { name: 'retention', exclusive: true } : null),
  load: async () => (await import('../lib/flows/runs/runs.ts')).browseRuns,
};
