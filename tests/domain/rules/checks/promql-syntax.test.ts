// An expression is PromQL.

import { expect, test } from 'vitest';
import { judge, type Planted } from './judge.ts';

const CASES: Record<string, readonly [planted: Planted, findings: string[]]> = {
  'a comparison is fine': [{}, []],
  'nothing behind the operator': [{ expr: 'queue_depth > ' }, ['promql/syntax: expression is not PromQL at its end']],
  'a bracket too many': [{ expr: 'queue_depth) > 5' }, ['promql/syntax: expression is not PromQL near ") > 5"']],
};

test.each(Object.entries(CASES))('%s', async (_case, [planted, findings]) => {
  expect(await judge(planted)).toEqual(findings);
});
