// The small mistakes that are planted into a rule.

import { beforeAll, describe, expect, test } from 'vitest';
import { makeMutants } from '../../../../lib/domain/rules/mutate/make-mutants.ts';
import { loadPromql, type ParsePromql } from '../../../../lib/domain/rules/promql.ts';
import { readRuleFile } from '../../../../lib/domain/rules/read-rules.ts';

let parse: ParsePromql;
beforeAll(async () => {
  parse = await loadPromql();
});

async function mutantsOf(rule: Record<string, unknown>): Promise<ReturnType<typeof makeMutants>> {
  const { rules } = await readRuleFile('x.yml', JSON.stringify({ groups: [{ name: 'g', rules: [rule] }] }));
  return makeMutants(rules, parse, 15_000);
}

async function expressions(expr: string): Promise<string[]> {
  return (await mutantsOf({ record: 'a:b', expr })).map(({ mutated }) => mutated.expr);
}

const EXPRESSIONS: Record<string, readonly [expr: string, mutants: string[]]> = {
  'a comparison moves by one operator and by one step': [
    'x > 5000',
    ['x >= 5000', 'x < 5000', 'x == 5000', 'x > 5001', 'x > 4999'],
  ],
  'a threshold moves by its last decimal': [
    'x < 0.995',
    ['x <= 0.995', 'x > 0.995', 'x == 0.995', 'x < 0.996', 'x < 0.994'],
  ],
  'a window moves by one evaluation': ['rate(x[5m])', ['increase(x[5m])', 'rate(x[5m15s])', 'rate(x[4m45s])']],
  'a matcher is dropped, turned and misspelt': ['x{a="b"}', ['x{}', 'x{a!="b"}', 'x{a="bx"}']],
  'an aggregation changes, and its labels are left out': [
    'sum by (a, b) (x)',
    ['max by (a, b) (x)', 'count by (a, b) (x)', 'sum without (a, b) (x)', 'sum by (b) (x)', 'sum by (a) (x)'],
  ],
  'a set operator changes and loses a side': [
    'x unless on (a) y',
    ['x and on (a) y', 'x', 'x unless ignoring (a) y', 'x unless on () y'],
  ],
  'a function is unwrapped': ['floor(x)', ['(x)', 'ceil(x)']],
  'a sign is lost': ['-x', ['x']],
};

describe('an expression:', () => {
  test.each(Object.entries(EXPRESSIONS))('%s', async (_name, [expr, mutants]) => {
    expect(await expressions(expr)).toEqual(mutants);
  });
});

test('a rule: for, labels and links change too', async () => {
  const made = await mutantsOf({
    alert: 'A',
    expr: 'vector(1)',
    for: '5m',
    labels: { severity: 'critical' },
    annotations: { summary: 's', runbook_url: 'a.md#b' },
  });
  expect(made.map(({ what }) => what)).toEqual([
    '1 → 2',
    '1 → 0',
    'label severity: critical → warning',
    'without label severity',
    'for 5m → 5m15s',
    'for 5m → 4m45s',
    'for 5m → 0s',
    'runbook_url → a.md#bx',
    'without runbook_url',
  ]);
  expect(new Set(made.map(({ id }) => id)).size).toBe(made.length);
});

test('every mutant is still PromQL', async () => {
  const expr =
    'sum by (a) (rate(x{b=~"c|d"}[5m] offset 1m)) / on (a) group_left () (sum by (a) (y) > 0) > bool 1.5e3 or absent(z)';
  const made = await expressions(expr);
  expect(made.length).toBeGreaterThan(20);
  expect(made.filter((text) => parse(text).errorAt !== null)).toEqual([]);
});
