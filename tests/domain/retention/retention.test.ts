// What may go, by age and number alone.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outOfKeeping, startOfRun } from '../../../lib/domain/retention/retention.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 0, 31);

/** Ages in days, oldest first, of what may go. */
function goes(ages: readonly number[], policy: { days: number; most: number; least: number }): number[] {
  const items = ages.map((age) => ({ age, atMs: NOW - age * DAY }));
  return outOfKeeping(items, { maxAgeMs: policy.days * DAY, most: policy.most, least: policy.least }, NOW).map(
    ({ age }) => age,
  );
}

describe('what age and number put out of keeping', () => {
  const cases: Record<string, [readonly number[], { days: number; most: number; least: number }, readonly number[]]> = {
    'nothing while it is young and few': [[3, 2, 1], { days: 10, most: 10, least: 1 }, []],
    'what is older than the limit': [[30, 20, 5], { days: 10, most: 10, least: 1 }, [30, 20]],
    'nothing at the limit itself': [[10], { days: 10, most: 10, least: 0 }, []],
    'the oldest beyond the number, however young': [[4, 3, 2, 1], { days: 10, most: 2, least: 1 }, [4, 3]],
    'never the newest, however old': [[50, 40, 30], { days: 10, most: 10, least: 2 }, [50]],
    'never the newest, though the number is smaller': [[4, 3, 2, 1], { days: 10, most: 1, least: 3 }, [4]],
    'nothing of nothing': [[], { days: 1, most: 1, least: 1 }, []],
  };
  test.for(Object.entries(cases))('%s', ([, [ages, policy, wanted]]) => {
    expect(goes(ages, policy)).toEqual(wanted);
  });

  test('a time that cannot be told is no proof of age', () => {
    const items = [{ atMs: Number.NaN }, { atMs: NOW }];
    expect(outOfKeeping(items, { maxAgeMs: DAY, most: 10, least: 1 }, NOW)).toEqual([]);
  });

  test('what is left is bounded by the larger number, and the newest are in it', () => {
    const policy = fc.record({ maxAgeMs: fc.nat(100), most: fc.nat(20), least: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { maxLength: 60 }), policy, (times, limits) => {
        const items = times.sort((a, b) => a - b).map((atMs) => ({ atMs }));
        const gone = new Set(outOfKeeping(items, limits, 1_000));
        const left = items.filter((item) => !gone.has(item));
        expect(left.length).toBeLessThanOrEqual(Math.max(limits.most, limits.least));
        for (const item of items.slice(Math.max(0, items.length - limits.least))) expect(gone.has(item)).toBe(false);
      }),
    );
  });
});

test('a run id tells when its run began', () => {
  expect(startOfRun('20260105-010203-3f9c2a7b')).toBe(Date.UTC(2026, 0, 5, 1, 2, 3));
  expect(startOfRun('yesterday')).toBeNaN();
});
