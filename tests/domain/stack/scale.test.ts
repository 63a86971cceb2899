// The same rules in quick motion: durations shrink by one factor, thresholds and words stay.

import { expect, test } from 'vitest';
import { loadPromql } from '../../../lib/domain/rules/promql.ts';
import { readRuleFile } from '../../../lib/domain/rules/read-rules.ts';
import { scaleConfig, scaleDuration, scaleExpression, scaleRules } from '../../../lib/domain/stack/scale.ts';

test.each([
  ['5m', 300, '1s'],
  ['2h', 300, '24s'],
  ['90s', 60, '1s500ms'],
  ['1s', 1_000, '10ms'],
  ['0s', 300, '0s'],
  ['5m', 1, '5m'],
  ['soon', 300, 'soon'],
])('%s divided by %i is %s', (text, factor, scaled) => {
  expect(scaleDuration(text, factor)).toBe(scaled);
});

test('windows, steps and offsets shrink; thresholds in seconds do not', async () => {
  const expr = 'time() - max_over_time(x[10m:1m] offset 5m) > 7200 and rate(y{a="5m"}[5m]) > 300';
  const scaled = 'time() - max_over_time(x[2s:200ms] offset 1s) > 7200 and rate(y{a="5m"}[1s]) > 300';
  expect(scaleExpression(expr, 300, await loadPromql())).toBe(scaled);
});

test('rules keep their order and words, and groups their name behind that of their file', async () => {
  const text = `groups:
  - { name: a, interval: 5m, rules: [{ alert: A, expr: x > 1, for: 5m, labels: { severity: info } }] }
  - { name: b, rules: [{ record: b:c, expr: 'rate(x[5m])' }] }
`;
  const { rules } = await readRuleFile('r.yml', text);
  expect(scaleRules(rules, 300, await loadPromql())).toEqual({
    groups: [
      {
        name: 'r.yml a',
        interval: '1s',
        rules: [{ alert: 'A', expr: 'x > 1', for: '1s', labels: { severity: 'info' } }],
      },
      { name: 'r.yml b', rules: [{ record: 'b:c', expr: 'rate(x[1s])' }] },
    ],
  });
});

test('a configuration shrinks only where a duration stands', () => {
  const config = { route: { group_wait: '15s', routes: [{ repeat_interval: '4h', receiver: '5m' }] }, text: '5m' };
  expect(scaleConfig(config, 60)).toEqual({
    route: { group_wait: '250ms', routes: [{ repeat_interval: '4m', receiver: '5m' }] },
    text: '5m',
  });
});
