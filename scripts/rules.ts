// `mdops rules`: proves alert rules and routes.

import type { Command } from '../lib/run/command.ts';

const PATHS = [
  { name: 'PATH', summary: 'rule files, or directories with rules/ and tests/', required: false, variadic: true },
] as const;

export const command: Command = {
  name: 'rules',
  summary: 'check, test and mutate alert rules and routes',
  description: [
    'Works on every platform in config/platforms unless PATHs are named. A directory holds rules/, tests/ and, beside them, catalogue.yml, prometheus.yml and the Alertmanager configuration. Plain rule files, PrometheusRule resources and ConfigMaps are read.',
  ],
  runbook: 'runbooks/production-runbook.md#8-audit',
  verbs: {
    check: { summary: 'promtool, amtool, and our own checks on the official grammar', positionals: PATHS },
    test: { summary: "promtool's unit tests, several at a time", positionals: PATHS },
    mutate: { summary: 'plant small mistakes and name those that no test notices', positionals: PATHS },
    coverage: { summary: 'which rules are tested firing and silent', positionals: PATHS },
    generate: {
      summary: 'write rules, tests, scraping, routes and runbook of platforms from their data',
      positionals: [{ name: 'PLATFORM', summary: 'in config/platforms', required: false, variadic: true }],
    },
    index: { summary: 'the table alert, expression, route, runbook, dashboard, test', positionals: PATHS },
  },
  defaultVerb: 'check',
  flags: {
    catalogue: {
      kind: 'text',
      value: 'FILE',
      summary: 'metrics and alerts that are promised',
      isOwn: true,
      shownDefault: 'catalogue.yml beside the rules',
    },
    alertmanager: {
      kind: 'text',
      value: 'FILE',
      summary: 'Alertmanager configuration',
      shownDefault: 'found beside the rules',
    },
    jobs: { kind: 'integer', value: 'N', min: 1, max: 64, summary: 'promtool calls at a time', shownDefault: '2' },
    'batch-size': {
      kind: 'integer',
      value: 'N',
      min: 1,
      max: 1_000,
      summary: 'mutants in one promtool call',
      isOwn: true,
      shownDefault: '60',
    },
    'min-score': {
      kind: 'number',
      value: 'RATIO',
      min: 0,
      max: 1,
      summary: 'least share of mutants killed, or of rules covered',
    },
    only: { kind: 'choice', choices: ['rules', 'routes'], summary: 'mutate only these' },
    junit: { kind: 'text', value: 'FILE', summary: 'write the results as JUnit XML' },
    write: { kind: 'text', value: 'FILE', summary: 'put the index between its marks in this file' },
    compare: { kind: 'text', value: 'FILE', summary: 'fail when this file holds another index' },
  },
  examples: [
    { line: 'mdops rules check', note: 'everything shipped' },
    { line: 'mdops rules check config/platforms/b25', note: 'one platform' },
    { line: 'mdops rules mutate --min-score 0.95 --junit mutants.xml', note: 'in CI' },
    { line: 'mdops rules generate', note: 'after a change of a platform’s data' },
    { line: 'mdops rules index --compare runbooks/alerts/README.md', note: 'is the index up to date' },
  ],
  records: 'none',
  load: async () => (await import('../lib/flows/rules/rules.ts')).proveRules,
};
