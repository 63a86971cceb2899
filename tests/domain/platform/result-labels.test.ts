// Labels that come out of an expression, told from those that go in.

import { beforeAll, expect, test } from 'vitest';
import { resultLabels } from '../../../lib/domain/platform/result-labels.ts';
import { loadPromql, type ParsePromql } from '../../../lib/domain/rules/promql.ts';

let parse: ParsePromql;
beforeAll(async () => {
  parse = await loadPromql();
});

const GIVEN = { job: 'j', a: '1', le: '5' };

test.each<[expr: string, labels: Record<string, string> | null]>([
  ['x > 1', GIVEN],
  ['sum by (a) (rate(x[5m])) > 1', { a: '1' }],
  ['sum without (a, le) (x)', { job: 'j' }],
  ['sum(x)', {}],
  ['topk(3, x)', GIVEN],
  ['histogram_quantile(0.9, sum by (a, le) (rate(x[5m]))) > 1', { a: '1' }],
  ['time() - x > 5', GIVEN],
  ['1 - (x / y) > 0.5', GIVEN],
  ['x / on (a) y', { a: '1' }],
  ['x / ignoring (a) y', { job: 'j', le: '5' }],
  ['x * on (a) group_left (b) y', null],
  ['x > 1 and on (a) y > 2', GIVEN],
  ['x unless on (a) y == 0', GIVEN],
  ['max_over_time(x[5m:1m]) > 3', GIVEN],
  ['-(x offset 5m) < 0', GIVEN],
  ['absent(x)', null],
  ['vector(1)', {}],
  ['label_replace(x, "b", "$1", "a", "(.*)")', null],
  ['job:x:sum > 1', { job: 'j' }],
])('%s', (expr, labels) => {
  const recorded = new Map([['job:x:sum', parse('sum by (job) (x)')]]);
  expect(resultLabels(parse(expr), GIVEN, recorded)).toEqual(labels);
});
