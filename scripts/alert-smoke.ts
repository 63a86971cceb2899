// `mdops alert-smoke`: proves the whole way of an alert, from metric to receiver and back.

import type { Command } from '../lib/run/command.ts';

export const command: Command = {
  name: 'alert-smoke',
  summary: 'prove that alerts reach their receivers, and that these hear of the end',
  description: [
    'Pushes what makes an alert fire and follows it: pushed, scraped, pending, firing, notified, received, and resolved. A failure names the hop and the cause.',
    'With --ephemeral everything runs on free ports of this machine: the real rules and routing tree, stand-ins for Slack, PagerDuty and webhooks, all durations divided by --speed. Without it a running stack is used, with synthetic series whose messages are marked [TEST].',
  ],
  runbook: 'runbooks/production-runbook.md#7-failure-matrix',
  flags: {
    alert: { kind: 'text', value: 'NAME', repeatable: true, summary: 'prove this alert' },
    all: { kind: 'switch', summary: 'prove every alert of the catalogue' },
    ephemeral: { kind: 'switch', summary: 'on a stack of its own, with stand-in receivers' },
    'pushgateway-url': { kind: 'url', value: 'URL', summary: 'where to push' },
    'prometheus-url': { kind: 'url', value: 'URL', summary: 'where alerts are evaluated' },
    'alertmanager-url': { kind: 'url', value: 'URL', summary: 'where alerts are routed' },
    speed: {
      kind: 'integer',
      value: 'N',
      min: 1,
      max: 3_600,
      summary: 'divide every duration by N',
      shownDefault: '300 with --ephemeral',
    },
    deadline: {
      kind: 'duration',
      value: 'DURATION',
      summary: 'patience beyond the theoretical minimum of a leg',
      shownDefault: '8s with --ephemeral, else 60s',
    },
    platform: {
      kind: 'text',
      value: 'NAME',
      summary: 'platform in config/platforms',
      shownDefault: 'market-data, or from config',
    },
    catalogue: {
      kind: 'text',
      value: 'FILE',
      summary: 'what is promised',
      isOwn: true,
      shownDefault: 'catalogue.yml of the platform',
    },
    junit: { kind: 'text', value: 'FILE', summary: 'write the results as JUnit XML' },
  },
  examples: [
    { line: 'mdops alert-smoke --ephemeral --all', note: 'every alert, both legs, on this machine' },
    { line: 'mdops alert-smoke --alert MD_Runbook_Failure', note: 'on the running stack; the page is marked [TEST]' },
  ],
  records: 'run',
  traffic: 'pooled',
  target: () => ({ name: 'alert-smoke', exclusive: true }),
  load: async () => (await import('../lib/flows/alert-smoke/alert-smoke.ts')).smokeAlerts,
};
