// Rules that keep synthetic series apart.

import { beforeAll, expect, test } from 'vitest';
import { loadPromql, type ParsePromql } from '../../../lib/domain/rules/promql.ts';
import { keepApart } from '../../../lib/domain/stack/keep-apart.ts';

let parse: ParsePromql;
beforeAll(async () => {
  parse = await loadPromql();
});

const CASES: Record<string, string> = {
  'a > 1': 'a > 1',
  'sum(rate(a[5m])) > 1': 'sum by (nonce) (rate(a[5m])) > 1',
  'sum by (x) (a)': 'sum by (x, nonce) (a)',
  'sum(a) by (x)': 'sum(a) by (x, nonce)',
  'sum by () (a)': 'sum by (nonce) (a)',
  'max without (x) (a)': 'max without (x) (a)',
  'topk(5, sum(a))': 'topk by (nonce) (5, sum by (nonce) (a))',
  'a * on (x) group_left (y) b': 'a * on (x, nonce) group_left (y) b',
  'a and on () b': 'a and on (nonce) b',
  'a and on () vector(1)': 'a and on () vector(1)',
  'a / ignoring (le) b': 'a / ignoring (le) b',
  'absent(a)': 'absent(a)',
};

test.each(Object.entries(CASES))('%s', (expr, expected) => {
  const apart = keepApart(expr, 'nonce', parse);
  expect(apart.replace(/ +/g, ' ')).toBe(expected);
  expect(parse(apart).errorAt).toBe(null);
});
