// `mdops rules`: proves alert rules and routes.

import type { Command } from '../lib/run/command.ts';

const PATHS = [
  { name: 'PATH', summary: 'rule files, or directories with rules/ and tests/', required: false, variadic: true },
] as const;

export const command: Command = {
  name: 'rules',
  summary: 'check, test and mutate alert rules and routes',
  description: [
    'Works on every platform in config/platforms unless PATHs are named; backtest on the configured one. A directory holds rules/, tests/ and, beside them, catalogue.yml, prometheus.yml and the Alertmanager configuration. A file of rules/ or tests/ is judged with what lies beside it. Plain rule files, PrometheusRule resources and ConfigMaps are read.',
    'backtest asks a Prometheus for its history and replays each alert at the interval of its group: pending, firing, resolved, with for and keep_firing_for. Recording rules are evaluated in place. What was not recorded is shown as a gap, never as silence. Exit: 0 every alert was judged, 1 the versions differ, 3 something could not be judged.',
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
    backtest: {
      summary: 'when alerts would have fired over recorded history, and what another version changes',
      positionals: PATHS,
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
    jobs: {
      kind: 'integer',
      value: 'N',
      min: 1,
      max: 64,
      summary: 'promtool calls or replays at a time',
      shownDefault: '2',
    },
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
    'prometheus-url': { kind: 'url', value: 'URL', summary: 'backtest: whose history' },
    alert: { kind: 'text', value: 'NAME', repeatable: true, summary: 'backtest: only this alert' },
    last: { kind: 'duration', value: 'DURATION', summary: 'backtest: how far back', shownDefault: '7d' },
    from: { kind: 'instant', value: 'TIME', summary: 'backtest: from here on', shownDefault: '--last before --to' },
    to: { kind: 'instant', value: 'TIME', summary: 'backtest: up to here', shownDefault: 'now' },
    step: {
      kind: 'duration',
      value: 'DURATION',
      summary: 'backtest: evaluate this often; what is shorter is not seen',
      shownDefault: "the group's interval",
    },
    against: {
      kind: 'text',
      value: 'PATH',
      summary: 'backtest: compare with these rules: a file, a directory, or another checkout',
    },
    recorded: { kind: 'switch', summary: 'backtest: read recorded series where the history has all of them' },
    'max-series': {
      kind: 'integer',
      value: 'N',
      min: 1,
      max: 100_000,
      summary: 'backtest: follow at most so many instances of an alert',
      shownDefault: '1000',
    },
    compare: { kind: 'text', value: 'FILE', summary: 'fail when this file holds another index' },
  },
  examples: [
    { line: 'mdops rules check', note: 'everything shipped' },
    { line: 'mdops rules check config/platforms/b25', note: 'one platform' },
    { line: 'mdops rules mutate --min-score 0.95 --junit mutants.xml', note: 'in CI' },
    { line: 'mdops rules backtest --last 30d --alert HighErrorRate', note: 'would it have woken anybody?' },
    { line: 'mdops rules backtest --against ../released', note: 'what do my changes change?' },
    { line: 'mdops rules generate', note: 'after a change of a platform’s data' },
    { line: 'mdops rules index --compare runbooks/alerts/README.md', note: 'is the index up to date' },
  ],
  records: 'none',
  traffic: 'pooled',
  load: async () => (await import('../lib/flows/rules/rules.ts')).proveRules,
};
