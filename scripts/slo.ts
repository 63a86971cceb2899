// `mdops slo`: service level objectives as rules and alerts that prove themselves.

import type { Command } from '../lib/run/command.ts';

const PATHS = [
  { name: 'PATH', summary: 'files of objectives, or directories of them', required: true, variadic: true },
] as const;

export const command: Command = {
  name: 'slo',
  summary: 'compile service level objectives into burn-rate alerts with tests',
  description: [
    'Reads the one-objective template, lists of objectives, and sloth prometheus/v1 files. An alert that can never fire is refused and said so.',
    'Exit: 0 all well, 1 some alerts refused, 2 mistakes or files that differ.',
  ],
  runbook: 'runbooks/production-runbook.md#8-audit',
  verbs: {
    generate: { summary: 'write rules and promtool tests, or print the rules', positionals: PATHS },
    check: { summary: 'mistakes, alerts that can never fire, files that differ', positionals: PATHS },
    explain: { summary: 'what it takes to page someone, and how soon', positionals: PATHS },
  },
  defaultVerb: 'check',
  flags: {
    out: { kind: 'text', value: 'DIR', summary: 'where rules/ and tests/ are written, or compared' },
  },
  examples: [
    { line: 'mdops slo explain gateway.yml', note: 'in plain words' },
    { line: 'mdops slo generate slo/ --out generated', note: 'rules and tests' },
    { line: 'mdops slo check slo/ --out generated', note: 'in CI' },
  ],
  records: 'none',
  load: async () => (await import('../lib/flows/slo/slo.ts')).compileObjectives,
};
