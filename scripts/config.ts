// `mdops config`: the configuration in force and what is wrong with it.

import type { Command } from '../lib/run/command.ts';

export const command: Command = {
  name: 'config',
  summary: 'the configuration in force: every value and where it came from',
  description: [
    'Values come from flags, then environment variables, then environments/<profile>.yaml, then mdops.yaml, then defaults. Secrets are never printed.',
  ],
  runbook: 'runbooks/production-runbook.md#7-failure-matrix',
  verbs: {
    show: {
      summary: 'every value and its source',
      positionals: [{ name: 'KEY', summary: 'only keys that begin with this', required: false, variadic: false }],
    },
    check: { summary: 'all mistakes at once; exit 78 when there are any, 1 for warnings' },
  },
  defaultVerb: 'show',
  flags: {
    changed: { kind: 'switch', summary: 'only what differs from the defaults' },
    defaults: { kind: 'switch', summary: 'print a commented mdops.yaml with every key and its default' },
  },
  examples: [
    { line: 'mdops config show remotes --profile live', note: 'where the live environment reports to' },
    { line: 'mdops config check --profile live', note: 'before a change is rolled out' },
    { line: 'mdops config show --defaults > mdops.yaml', note: 'a file to begin with' },
  ],
  records: 'none',
  load: async () => (await import('../lib/flows/config/config.ts')).browseConfig,
};
