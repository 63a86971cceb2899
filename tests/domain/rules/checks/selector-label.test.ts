// A matcher names a label that its metric has.

import { expect, test } from 'vitest';
import { judge, type Planted } from './judge.ts';

const CASES: Record<string, readonly [planted: Planted, findings: string[]]> = {
  'its own label is fine': [{ expr: 'queue_depth{queue="a"} > 5' }, []],
  'a label from scraping is fine': [{ expr: 'queue_depth{job="app"} > 5' }, []],
  'a typing error in a label': [
    { expr: 'queue_depth{quue="a"} > 5' },
    ['promql/label: matches queue_depth by quue, a label it does not have: did you mean queue?'],
  ],
};

test.each(Object.entries(CASES))('%s', async (_case, [planted, findings]) => {
  expect(await judge(planted)).toEqual(findings);
});
