// Factors, thresholds and refusals against the published figures.

import { describe, expect, test } from 'vitest';
import { detectionMs, parseObjective, planBurnAlerts, resetMs, shortDecimal } from '../../../lib/domain/slo/burn.ts';
import { printDecimal, rational } from '../../../lib/domain/slo/rational.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;

function plan(percent: number | string, days: number) {
  return planBurnAlerts({ objectivePercent: parseObjective(percent)!, windowMs: days * DAY });
}

const FACTORS: Record<string, [number, string[]]> = {
  '30 days, as published': [30, ['14.4', '6', '3', '1']],
  '28 days, as published': [28, ['13.44', '5.6', '2.8', '0.933333']],
  '7 days': [7, ['3.36', '1.4', '0.7', '0.233333']],
  '90 days': [90, ['43.2', '18', '9', '3']],
};

test.each(Object.keys(FACTORS))('factors of %s', (name) => {
  const [days, factors] = FACTORS[name]!;
  expect(plan(99.9, days).map(({ factor }) => shortDecimal(factor))).toEqual(factors);
});

test('windows are an hour and 5 minutes, 6 hours and 30 minutes, a day and 2 hours, 3 days and 6 hours', () => {
  const minutes = plan(99.9, 30).map(({ longMs, shortMs }) => [longMs / MINUTE, shortMs / MINUTE]);
  expect(minutes).toEqual([
    [60, 5],
    [360, 30],
    [1_440, 120],
    [4_320, 360],
  ]);
});

test('thresholds are exact decimals', () => {
  expect(plan(99.9, 30).map(({ threshold }) => printDecimal(threshold))).toEqual(['0.0144', '0.006', '0.003', '0.001']);
  expect(plan(99.999, 30).map(({ threshold }) => printDecimal(threshold))).toEqual([
    '0.000144',
    '0.00006',
    '0.00003',
    '0.00001',
  ]);
});

describe('alerts that can never fire are refused', () => {
  test('14.4 times at 93 %, and not at 93.06 %', () => {
    expect(plan(93, 30)[0]?.refusal).toBe(
      'at 93 % it can never fire: 14.4 times the budget is an error ratio of 1.008, and none is above 1; it needs an objective above 93.0556 %',
    );
    expect(plan(93.06, 30).map(({ refusal }) => refusal)).toEqual([null, null, null, null]);
  });

  test('exactly at the limit: no ratio is above 1', () => {
    // 90 days: 18 times a budget of 1/18 cannot be written in decimals; 9 times needs more than 88.88… %, 3 times 66.66… %.
    expect(plan(80, 90).map(({ refusal }) => refusal === null)).toEqual([false, false, false, true]);
    expect(plan(75, 120)[3]?.refusal).toContain('an error ratio of 1, and none is above 1');
  });

  test('those that look back further than the objective does', () => {
    expect(plan(99, 1).map(({ refusal }) => refusal)).toEqual([null, null, null, 'it looks back 3d in a window of 1d']);
  });
});

test('a total outage pages within a minute, and the page ends within five of its end', () => {
  const [fast] = plan(99.9, 30);
  expect(detectionMs(fast!, rational(1))).toBe(51_840);
  expect(resetMs(fast!, rational(1))).toBe(5 * MINUTE * (1 - 0.0144));
  expect(detectionMs(fast!, fast!.threshold)).toBe(null);
});

test.each([0, 100, 101, -1, Number.NaN, '99.9 %', null, true])('%j is no objective', (value) => {
  expect(parseObjective(value)).toBe(null);
});
