// An alert says how urgent it is.

import { expect, test } from 'vitest';
import { judge, type Planted } from './judge.ts';

const CASES: Record<string, readonly [planted: Planted, findings: string[]]> = {
  'warning is fine': [{}, []],
  'no severity': [{ labels: {} }, ['alert/severity: has no severity label']],
  'a severity with a typing error': [
    { labels: { severity: 'critcal' } },
    [
      'alert/route: label severity="critcal" is matched by no route',
      'alert/severity: severity "critcal" is unknown: wanted critical, warning, info, none',
    ],
  ],
};

test.each(Object.entries(CASES))('%s', async (_case, [planted, findings]) => {
  expect(await judge(planted)).toEqual(findings);
});
