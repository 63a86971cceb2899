// `mdops dashboards`: Grafana dashboards as code that proves itself.

import type { Command } from '../lib/run/command.ts';

const SPECS = [
  { name: 'PATH', summary: 'dashboard files (docs/dashboard-format.md)', required: false, variadic: true },
] as const;

export const command: Command = {
  name: 'dashboards',
  summary: 'build Grafana dashboards from data, and prove them',
  description: [
    'build writes config/platforms/<name>/grafana from config/platforms/<name>/dashboards; PATHs are only printed.',
  ],
  runbook: 'runbooks/production-runbook.md#8-audit',
  verbs: {
    build: { summary: 'write the JSON and provisioning of each platform, or print PATHs', positionals: SPECS },
  },
  flags: {
    platform: { kind: 'text', value: 'NAME', summary: 'only this platform', repeatable: true },
    compare: { kind: 'switch', summary: 'build: write nothing, fail when a file differs' },
  },
  examples: [
    { line: 'mdops dashboards build', note: 'after a dashboard file was changed' },
    { line: 'mdops dashboards build --compare', note: 'in CI' },
  ],
  records: 'none',
  load: async () => (await import('../lib/flows/dashboards/dashboards.ts')).tendDashboards,
};
