// A share is shown as per cent by humanizePercentage, and by nothing else.

import { expect, test } from 'vitest';
import { judge } from './judge.ts';

const SHARE = 'rate(orders_failed[5m]) / (rate(orders_all[5m]) > 0)';
const SHARE_FOUND = 'alert/percent: description writes % behind a share: 0.02 reads as 0.02 %; use humanizePercentage';
const PERCENT_FOUND =
  'alert/percent: description takes per cent for a share: 5 reads as 500 %; leave humanizePercentage out';

/** Expression and description → what is said. */
const CASES: Record<string, readonly [expr: string, description: string, findings: string[]]> = {
  'a share with a sign behind it': [`${SHARE} > 0.1`, '{{ $value }}% fail', [SHARE_FOUND]],
  'a share that is only printed': [`${SHARE} > 0.1`, '{{ printf "%.2f" $value }} % fail', [SHARE_FOUND]],
  'a share printed with the sign': [`${SHARE} > 0.1`, '{{ $value | printf "%.2f%%" }} fail', [SHARE_FOUND]],
  'a share, humanized': [`${SHARE} > 0.1`, '{{ $value | humanizePercentage }} fail; 10 % are the limit', []],
  'per cent with the sign': [`100 * ${SHARE} > 10`, '{{ $value }}% fail', []],
  'per cent, humanized': [`100 * ${SHARE} > 10`, '{{ $value | humanizePercentage }} fail', [PERCENT_FOUND]],
  'something else before a per cent sign': ['queue_depth > 5', '{{ $value }} wait; 5 % may', []],
};

test.each(Object.entries(CASES))('%s', async (_case, [expr, description, findings]) => {
  const annotations = { summary: 's', description, command: 'c', runbook_url: 'runbooks/a.md' };
  expect(await judge({ expr, annotations })).toEqual(findings);
});
