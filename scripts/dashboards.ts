// `mdops dashboards`: Grafana dashboards as code that proves itself, and a live Grafana held against it.

import type { Command } from '../lib/run/command.ts';

const SPECS = [
  { name: 'PATH', summary: 'dashboard files (docs/dashboard-format.md)', required: false, variadic: true },
] as const;

const DASHBOARDS = [
  { name: 'PATH', summary: 'dashboards, JSON or YAML, or directories of JSON', required: false, variadic: true },
] as const;

const PATHS = [
  {
    name: 'PATH',
    summary: 'directories that hold dashboards/ and provisioning/, or dashboards in them',
    required: false,
    variadic: true,
  },
] as const;

export const command: Command = {
  name: 'dashboards',
  summary: 'build Grafana dashboards from data, prove them, and hold a live Grafana against them',
  description: [
    'build writes config/platforms/NAME/grafana from config/platforms/NAME/dashboards; the JSON of PATHs is only printed.',
    'check works on everything shipped unless PATHs are named: exported, wrapped and old dashboards are read too. Metrics are looked up in the catalogue beside or above the files. Exit: 0 no finding, 1 warnings, 2 errors.',
    'diff, push and export work on a live Grafana and config/platforms/NAME/grafana: dashboards/FOLDER/*.json and provisioning/{datasources,alerting}/*.yml. Compared are folders, datasources, dashboards, contact points, notification policies and alert rules; what Grafana adds by itself does not count, and what is not ours is left alone.',
    'diff exits 0 without drift, 1 with drift, 3 when not everything could be looked at. push removes nothing without --prune, replaces notification policies only after a yes, and refuses what somebody changed meanwhile. Secrets are references ($NAME) in the files and come from the environment ($NAME or $NAME_FILE) when they are sent.',
  ],
  runbook: 'runbooks/monitoring-dashboard.md#drift-and-deployment',
  verbs: {
    build: { summary: 'write the JSON and provisioning of each platform, or print PATHs', positionals: SPECS },
    check: { summary: 'name everything that a reader would not see or see wrong', positionals: DASHBOARDS },
    diff: { summary: 'where a live Grafana differs from the files', positionals: PATHS },
    push: { summary: 'send what differs, and read it back', positionals: PATHS },
    export: {
      summary: 'write what a live Grafana has into files of our layout',
      positionals: [{ name: 'PATH', summary: 'the directory to write into', required: false, variadic: false }],
    },
  },
  flags: {
    platform: { kind: 'text', value: 'NAME', summary: 'only config/platforms/NAME', isOwn: true, shownDefault: 'all' },
    preview: {
      kind: 'text',
      value: 'FILE',
      summary: 'build: draw the dashboards on one HTML page; PATHs may be JSON too',
    },
    compare: { kind: 'switch', summary: 'build: write nothing, fail when a file differs' },
    catalogue: {
      kind: 'text',
      value: 'FILE',
      summary: 'check: metrics that are emitted',
      repeatable: true,
      isOwn: true,
    },
    url: { kind: 'url', value: 'URL', summary: 'the Grafana to work on', shownDefault: 'GRAFANA_URL' },
    only: {
      kind: 'choice',
      repeatable: true,
      choices: ['folder', 'datasource', 'dashboard', 'contact-point', 'policy', 'alert-rule'],
      summary: 'diff, push, export: only this kind of object',
      shownDefault: 'all',
    },
    overwrite: { kind: 'switch', summary: 'push: also over what somebody changed meanwhile' },
    prune: { kind: 'switch', summary: 'push: remove what is ours and no longer in the files' },
    folder: {
      kind: 'text',
      value: 'NAME',
      repeatable: true,
      summary: 'export: what lies in this folder (title or uid)',
    },
    uid: { kind: 'text', value: 'UID', repeatable: true, summary: 'export: the object with this uid' },
    all: { kind: 'switch', summary: 'export: everything the server has' },
  },
  examples: [
    { line: 'mdops dashboards build', note: 'after a dashboard file was changed' },
    { line: 'mdops dashboards check', note: 'everything shipped' },
    { line: 'mdops dashboards check exported.json --catalogue catalogue.yml', note: 'one from elsewhere' },
    { line: 'mdops dashboards diff --platform market-data', note: 'has anybody changed something by hand?' },
    { line: 'mdops dashboards push --platform market-data -n', note: 'what would be sent' },
    { line: 'mdops dashboards push --platform market-data --only dashboard', note: 'dashboards only' },
    {
      line: 'mdops dashboards export --platform market-data --folder "Market Data"',
      note: 'keep what was built by hand',
    },
  ],
  records: (invocation) => (invocation.verb === 'push' ? 'run' : 'none'),
  target: (invocation) => (invocation.verb === 'push' ? { name: 'grafana', exclusive: true } : null),
  traffic: 'pooled',
  load: async () => (await import('../lib/flows/dashboards/dashboards.ts')).tendDashboards,
};
