// A gauge is not read as a rate.

import { expect, test } from 'vitest';
import { judge, type Planted } from './judge.ts';

const CASES: Record<string, readonly [planted: Planted, findings: string[]]> = {
  'delta() is fine': [{ expr: 'delta(queue_depth[5m]) > 1' }, []],
  'increase() of a gauge': [
    { expr: 'increase(queue_depth[5m]) > 1' },
    ['promql/gauge: applies increase() to the gauge queue_depth: use delta() or deriv()'],
  ],
};

test.each(Object.entries(CASES))('%s', async (_case, [planted, findings]) => {
  expect(await judge(planted)).toEqual(findings);
});
