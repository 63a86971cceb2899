// An inhibition that wants a label which the muted alert does not have never mutes it.

import { expect, test } from 'vitest';
import { loadPromql } from '../../../../lib/domain/rules/promql.ts';
import { readRuleFile } from '../../../../lib/domain/rules/read-rules.ts';
import { checkInhibitions } from '../../../../lib/domain/rules/routes/check-inhibitions.ts';
import { readRouting } from '../../../../lib/domain/rules/routes/routing.ts';

const parse = await loadPromql();
const ROUTING = `
route: { receiver: chat }
inhibit_rules:
  - { source_matchers: ['alertname="Down"'], target_matchers: ['alertname=~"Stale|Other"'], equal: [service, nonce] }
receivers: [{ name: chat }]
`;

async function check(stale: string): Promise<string[]> {
  const rules = [
    { alert: 'Down', expr: 'up{tier="critical"} == 0' },
    { alert: 'Stale', expr: stale },
    { alert: 'Unrelated', expr: 'max(age_seconds) > 9' },
  ];
  const read = await readRuleFile('rules.yml', JSON.stringify({ groups: [{ name: 'g', rules }] }));
  const inputs = {
    catalogues: [],
    jobs: null,
    targetLabels: new Set(['service']),
    routing: await readRouting('alertmanager.yml', ROUTING),
    headings: null,
  };
  return checkInhibitions(read.rules, inputs, parse).map(({ rule, message }) => `${rule}: ${message}`);
}

test('the label was aggregated away', async () => {
  expect(await check('max by (exchange) (age_seconds) > 10')).toEqual([
    'Stale: inhibit_rules[0] never mutes it: it wants the same service, which the expression drops',
  ]);
});

test('the label is kept, or nobody knows what the expression keeps', async () => {
  expect(await check('max by (exchange, service) (age_seconds) > 10')).toEqual([]);
  expect(await check('age_seconds > 10')).toEqual([]);
});
