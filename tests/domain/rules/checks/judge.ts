// Judges one planted rule by one check, with a small catalogue and routing tree.

import { readCatalogue } from '../../../../lib/domain/rules/catalogue.ts';
import { checkRules } from '../../../../lib/domain/rules/check-rules.ts';
import { loadPromql } from '../../../../lib/domain/rules/promql.ts';
import { readRuleFile } from '../../../../lib/domain/rules/read-rules.ts';
import { readRouting } from '../../../../lib/domain/rules/routes/routing.ts';

const CATALOGUE = `
platform: test
informational_labels: [slo]
metrics:
  - { name: queue_depth, type: gauge, labels: [queue], source: app }
  - { name: orders_failed, type: counter, labels: [venue], source: app }
  - { name: orders_all, type: counter, labels: [venue], source: app }
  - { name: order_seconds, type: histogram, labels: [venue], source: app }
`;
const ROUTING = `
route:
  receiver: chat
  group_by: [alertname, venue]
  routes:
    - { receiver: phone, matchers: ['severity="critical"'] }
    - { receiver: chat, matchers: ['severity="warning"'] }
    - { receiver: switch, matchers: ['alertname="Watchdog"'] }
receivers: [{ name: chat }, { name: phone }, { name: switch }]
`;
const GOOD = {
  alert: 'Queue_Deep',
  expr: 'queue_depth > 5',
  for: '5m',
  labels: { severity: 'warning' },
  annotations: {
    summary: 'Queue is deep',
    description: 'Depth {{ $value }} of {{ $labels.queue }}',
    command: 'mdops demo',
    runbook_url: 'runbooks/a.md#first',
  },
};

export type Planted = Partial<Record<keyof typeof GOOD, unknown>> & { readonly record?: string };

/** The messages of the findings that the planted change causes, as `check: message`. */
export async function judge(planted: Planted): Promise<string[]> {
  const rule = { ...GOOD, ...planted };
  const text = JSON.stringify({ groups: [{ name: 'g', rules: [rule] }] });
  return judgeText(text);
}

export async function judgeText(text: string): Promise<string[]> {
  const { rules, problems } = await readRuleFile('rules/test.yml', text);
  const findings = checkRules(
    rules,
    {
      catalogues: [await readCatalogue('catalogue.yml', CATALOGUE)],
      jobs: new Set(['app', 'node']),
      routing: await readRouting('alertmanager.yml', ROUTING),
      headings: new Map([['runbooks/a.md', new Set(['first'])]]),
    },
    await loadPromql(),
  );
  return [...problems, ...findings].map(({ check, message }) => `${check}: ${message}`);
}
