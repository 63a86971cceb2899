// `mdops dashboards`: Grafana dashboards as code that proves itself.

import type { Command } from '../lib/run/command.ts';

const SPECS = [
  { name: 'PATH', summary: 'dashboard files (docs/dashboard-format.md)', required: false, variadic: true },
] as const;

const DASHBOARDS = [
  { name: 'PATH', summary: 'dashboards, JSON or YAML, or directories of JSON', required: false, variadic: true },
] as const;

export const command: Command = {
  name: 'dashboards',
  summary: 'build Grafana dashboards from data, and prove them',
  description: [
    'build writes config/platforms/<name>/grafana from config/platforms/<name>/dashboards; PATHs are only printed.',
    'check works on everything shipped unless PATHs are named: exported, wrapped and old dashboards are read too. Metrics are looked up in the catalogue beside or above the files. Exit: 0 no finding, 1 warnings, 2 errors.',
  ],
  runbook: 'runbooks/production-runbook.md#8-audit',
  verbs: {
    build: { summary: 'write the JSON and provisioning of each platform, or print PATHs', positionals: SPECS },
    check: { summary: 'name everything that a reader would not see or see wrong', positionals: DASHBOARDS },
  },
  defaultVerb: 'check',
  flags: {
    catalogue: {
      kind: 'text',
      value: 'FILE',
      summary: 'check: metrics that are emitted',
      repeatable: true,
      isOwn: true,
    },
    platform: { kind: 'text', value: 'NAME', summary: 'only config/platforms/NAME', isOwn: true, shownDefault: 'all' },
    preview: {
      kind: 'text',
      value: 'FILE',
      summary: 'build: draw the dashboards, or PATHs, JSON too, on one HTML page',
    },
    compare: { kind: 'switch', summary: 'build: write nothing, fail when a file differs' },
  },
  examples: [
    { line: 'mdops dashboards check', note: 'everything shipped' },
    { line: 'mdops dashboards check exported.json --catalogue catalogue.yml', note: 'one from elsewhere' },
    { line: 'mdops dashboards build', note: 'after a dashboard file was changed' },
    { line: 'mdops dashboards build --compare', note: 'in CI' },
  ],
  records: 'none',
  load: async () => (await import('../lib/flows/dashboards/dashboards.ts')).tendDashboards,
};
