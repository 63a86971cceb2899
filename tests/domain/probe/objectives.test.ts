// The grammar of objectives: what is typed, what it means, and what is said about a mistake.

import { expect, test } from 'vitest';
import { parseObjectives } from '../../../lib/domain/probe/objectives.ts';

function parsed(text: string) {
  const found = parseObjectives(text);
  if (!found.ok) throw new Error(found.problem);
  return found.objectives.map(({ name, percentile, comparison, bound }) => [name, percentile, comparison, bound]);
}

test('times, shares and rates in one list, spaces and capitals as one likes', () => {
  expect(parsed('p95<=1200ms,errors<1%')).toEqual([
    ['p95', 9_500, '<=', 1_200],
    ['errors', null, '<', 0.01],
  ]);
  expect(parsed(' P99.9 < 1.5s , max<=2m, rate >= 4.9/s, p50<=250us ')).toEqual([
    ['p99.9', 9_990, '<', 1_500],
    ['max', 10_000, '<=', 120_000],
    ['rate', null, '>=', 4.9],
    ['p50', 5_000, '<=', 0.25],
  ]);
  expect(parsed('p99.99<1s,errors<=0%')).toEqual([
    ['p99.99', 9_999, '<', 1_000],
    ['errors', null, '<=', 0],
  ]);
});

test.each([
  ['', /an objective is empty, wanted a list like p95<=1200ms,errors<1%/],
  ['p95<=1s,', /an objective is empty/],
  ['p95', /"p95" compares nothing/],
  ['p95=1s', /wants one of < <= > >=, found =/],
  ['p95==1s', /found ==/],
  ['p95<=1200', /"p95<=1200" wants a time with its unit \(us, ms, s, m\), like p95<=1200ms/],
  ['p95<=fast', /like p95<=1200ms/],
  ['p95<=-1s', /wants a time/],
  ['p95<=1e3ms', /wants a time/],
  ['p95<=0ms', /can never be met/],
  ['p95>=1s', /wants < or <=/],
  ['max>1s', /wants < or <=/],
  ['p49<1s', /"p49" is no measure/],
  ['p100<1s', /"p100" is no measure/],
  ['p9<1s', /"p9" is no measure/],
  ['p99.999<1s', /"p99.999" is no measure/],
  ['eror<1%', /"eror" is no measure, did you mean "errors"\?/],
  ['<1%', /nothing is named before the comparison/],
  ['errors<1', /wants a share in percent, like errors<1%/],
  ['errors<101%', /wants at most 100%/],
  ['errors<0%', /can never be met, wanted errors<=0%/],
  ['errors>1%', /errors are no aim/],
  ['rate<5/s', /wants > or >=/],
  ['rate>=5', /like rate>=4.9\/s/],
  ['p95<1s,p95<2s', /"p95" is in it twice/],
])('%j is refused with its reason', (text, problem) => {
  const found = parseObjectives(text);
  expect(found.ok).toBe(false);
  expect(found.ok ? '' : found.problem).toMatch(problem);
});
