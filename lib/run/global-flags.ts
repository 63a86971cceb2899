// Flags that every command has.

import type { FlagTable } from './declaration.ts';

export const GLOBAL_FLAGS = {
  json: { kind: 'switch', summary: 'print one JSON document on stdout and nothing else there' },
  'dry-run': { kind: 'switch', short: 'n', summary: 'look for real, change nothing, print the plan' },
  yes: { kind: 'switch', short: 'y', summary: 'answer yes to confirmations' },
  'no-input': { kind: 'switch', summary: 'never prompt; fail and name the flag that answers' },
  config: { kind: 'text', value: 'FILE', summary: 'configuration file', shownDefault: 'config/mdops.yaml' },
  profile: {
    kind: 'text',
    value: 'NAME',
    summary: 'environment to work on',
    shownDefault: 'from the configuration, else sim',
  },
  'log-dir': {
    kind: 'text',
    value: 'DIR',
    summary: 'where logs go',
    shownDefault: 'logs/runbooks',
  },
  'log-level': {
    kind: 'choice',
    choices: ['debug', 'info', 'warn', 'error'],
    summary: 'how much of the story to tell',
    shownDefault: 'info',
  },
  'no-color': { kind: 'switch', summary: 'no colour (NO_COLOR does the same)' },
  timeout: { kind: 'duration', value: 'DURATION', summary: 'give up after this long (exit 124)' },
  'skip-metrics': { kind: 'switch', summary: 'push no metrics' },
  help: { kind: 'switch', short: 'h', summary: 'show this help' },
  version: { kind: 'switch', summary: 'show the version' },
} as const satisfies FlagTable;
