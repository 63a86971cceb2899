// `mdops stack`: Prometheus, Pushgateway and Alertmanager on this machine.

import type { Command } from '../lib/run/command.ts';

const PORT = { kind: 'integer', value: 'PORT', min: 1, max: 65_535 } as const;

export const command: Command = {
  name: 'stack',
  summary: 'run Prometheus, Pushgateway and Alertmanager here, in containers or in a cluster',
  description: [
    'up starts them detached on their usual ports, or on free ones where those are taken, and returns when scraping and alerting really work. down ends what up started, nothing else.',
    'With --driver compose the same runs as containers on the host network, with --driver k8s in a cluster; files are made of the platform’s data and kept below the state directory. Other verbs find the driver by themselves. down removes the data too; a namespace stays. In a cluster secrets come from a Secret mdops-secrets with the keys slack-webhook-url and pagerduty-routing-key; verify wants addresses (kubectl port-forward).',
  ],
  runbook: 'runbooks/production-runbook.md#7-failure-matrix',
  verbs: {
    up: { summary: 'start, and wait until it alerts' },
    down: { summary: 'end what up started' },
    status: { summary: 'what runs, and where' },
    verify: { summary: 'targets up, metrics present, rules evaluating, receivers known' },
    reload: { summary: 'read rules, scraping and routing again' },
  },
  defaultVerb: 'status',
  flags: {
    driver: {
      kind: 'choice',
      choices: ['native', 'compose', 'k8s'],
      summary: 'what runs it',
      shownDefault: 'native, or that of the stack that is up',
    },
    platform: {
      kind: 'text',
      value: 'NAME',
      summary: 'platform in config/platforms',
      shownDefault: 'market-data, or from config',
    },
    'pushgateway-port': { ...PORT, summary: 'wanted port', shownDefault: '9091' },
    'prometheus-port': { ...PORT, summary: 'wanted port', shownDefault: '9090' },
    'alertmanager-port': { ...PORT, summary: 'wanted port', shownDefault: '9093' },
    'pushgateway-url': { kind: 'url', value: 'URL', summary: 'look at this one instead' },
    'prometheus-url': { kind: 'url', value: 'URL', summary: 'look at this one instead' },
    'alertmanager-url': { kind: 'url', value: 'URL', summary: 'look at this one instead' },
    alerting: { kind: 'switch', summary: 'with Alertmanager; always on: rules alone tell nobody' },
    ui: { kind: 'switch', summary: "with Grafana and the platform's dashboards (compose, k8s)" },
    logs: { kind: 'switch', summary: 'with Loki and a shipper of run logs (compose, k8s)' },
    traces: { kind: 'switch', summary: 'with Jaeger, which takes OTLP (compose, k8s)' },
    namespace: { kind: 'text', value: 'NAME', summary: 'k8s: where it runs', shownDefault: 'mdops-stack' },
    context: { kind: 'text', value: 'NAME', summary: 'k8s: context of kubectl', shownDefault: 'the current one' },
    'stand-ins': { kind: 'switch', summary: 'tell stand-ins instead of Slack, PagerDuty and Telegram' },
    speed: {
      kind: 'integer',
      value: 'N',
      min: 1,
      max: 3_600,
      summary: 'divide every duration by N, for rehearsals',
      shownDefault: '1',
    },
    open: { kind: 'switch', summary: 'open Grafana or Prometheus in a browser, or say where it is' },
  },
  examples: [
    { line: 'mdops stack up', note: 'start' },
    { line: 'mdops stack up --platform b25', note: "another platform's rules and routes" },
    { line: 'mdops stack up --driver compose --ui --logs --open', note: 'in containers, with dashboards and logs' },
    { line: 'mdops stack up --driver k8s --namespace monitoring --context prod', note: 'in a cluster' },
    { line: 'mdops stack verify', note: 'does it do its work?' },
    { line: 'mdops stack up --speed 300 --stand-ins', note: 'a rehearsal in quick motion' },
  ],
  records: (invocation) => (['up', 'down', 'reload'].includes(invocation.verb ?? '') ? 'run' : 'none'),
  traffic: 'pooled',
  target: (invocation) =>
    ['up', 'down', 'reload'].includes(invocation.verb ?? '') ? { name: 'stack', exclusive: true } : null,
  load: async () => (await import('../lib/flows/stack/stack.ts')).runStack,
};
