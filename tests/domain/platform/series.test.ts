// Test data is printed as promtool reads it.

import { describe, expect, test } from 'vitest';
import type { Metric } from '../../../lib/domain/platform/platform.ts';
import { printSeries } from '../../../lib/domain/platform/print-series.ts';
import { readSeriesValue } from '../../../lib/domain/platform/series-value.ts';
import { findHistogramRates } from '../../../lib/domain/platform/spread.ts';

const HISTOGRAM: Metric = {
  name: 'h',
  type: 'histogram',
  unit: 'seconds',
  labels: ['a'],
  source: 's',
  help: '',
  buckets: [0.5, 1],
  values: {},
  series: null,
  line: 1,
};

function print(series: string, given: unknown, intervalMs = 15_000, count = 5): string[] | string {
  const value = readSeriesValue(given);
  if (typeof value === 'string') return value;
  const metrics = new Map([[HISTOGRAM.name, HISTOGRAM]]);
  const printed = printSeries([{ series, value }], { intervalMs, count, nowMs: 30_000, metrics });
  return typeof printed === 'string' ? printed : printed.map((one) => `${one.series} ${one.values}`);
}

describe('a series', () => {
  test.each<[sentence: string, given: unknown, values: string]>([
    ['that is always the same', 5, '5x4'],
    ['in promtool’s own notation', '1 2 _ 4', '1 2 _ 4'],
    ['that grows', { rate: 2 }, '0+30x4'],
    ['that grows from somewhere', { rate: 2, from: 7 }, '7+30x4'],
    ['that begins to grow, and stops', { rate: 1, since: '15s', until: '45s' }, '0 0+15x2 30'],
    ['that falls', { rate: -1, from: 100 }, '100-15x4'],
    ['that grows by so much in a while', { grow: 60, within: '1m' }, '0+15x4'],
    ['that changes its rate', { rates: { '0s': 1, '30s': 2 } }, '0+15x2 60 90'],
    ['that jumps', { steps: { '0s': 0, '31s': 6 } }, '0x2 6 6'],
    ['that appears and vanishes', { steps: { '15s': 1, '45s': 'absent' } }, '_ 1 1 _x2'],
    ['of a moment that is so long ago', { ago: '1m' }, '-30x4'],
    ['of a moment that is always so long ago', { lag: 60 }, '-60+15x4'],
  ])('%s', (_sentence, given, values) => {
    expect(print('m', given)).toEqual([`m ${values}`]);
  });

  test('of a histogram is its buckets, its count and its sum', () => {
    expect(print('h{a="x"}', { histogram: { 0.5: 2, '+Inf': 1 } }, 10_000, 4)).toEqual([
      'h_bucket{a="x",le="0.5"} 0+20x3',
      'h_bucket{a="x",le="1"} 0+20x3',
      'h_bucket{a="x",le="+Inf"} 0+30x3',
      'h_count{a="x"} 0+30x3',
      'h_sum{a="x"} 0+20x3',
    ]);
  });

  test.each<[sentence: string, series: string, given: unknown, problem: string]>([
    [
      'with a bucket it does not have',
      'h',
      { histogram: { 2: 1 } },
      'h: has no bucket 2: its bounds are 0.5, 1, Infinity',
    ],
    [
      'of something that is no histogram',
      'm',
      { histogram: { 1: 1 } },
      'm: is no histogram of the catalogue with buckets',
    ],
    [
      'with a quantile beyond its buckets',
      'h',
      { histogram: { quantile: { 0.9: 3 } } },
      'h: has no finite bucket that holds 3',
    ],
    ['of no known form', 'm', { wobble: 1 }, 'has none of rate, rates, grow, steps, ago, lag, histogram'],
    ['with a moment that is none', 'm', { steps: { soon: 1 } }, 'steps does not read "soon"'],
    ['without its window', 'm', { grow: 5 }, 'grow wants a number and "within"'],
  ])('%s is refused', (_sentence, series, given, problem) => {
    expect(print(series, given)).toBe(problem);
  });
});

// Straight lines inside a bucket, as histogram_quantile() draws them.
function quantileOf(quantile: number, rates: readonly number[], bounds: readonly number[]): number {
  const rank = quantile * rates.reduce((sum, rate) => sum + rate, 0);
  let below = 0;
  for (const [index, rate] of rates.entries()) {
    const low = bounds[index - 1] ?? 0;
    if (below + rate >= rank - 1e-12) return low + ((bounds[index]! - low) * (rank - below)) / rate;
    below += rate;
  }
  return Number.NaN;
}

test.each([
  [0.99, 0.501],
  [0.99, 0.5],
  [0.99, 0.9],
  [0.5, 0.3],
  [0.95, 0.4999],
])('observations can be spread so that the %f quantile is %f', (quantile, value) => {
  const bounds = [0.1, 0.25, 0.5, 1, Number.POSITIVE_INFINITY];
  const rates = findHistogramRates({ kind: 'quantile', quantile, value, rate: 100 }, bounds);
  if (typeof rates === 'string') throw new Error(rates);
  expect(rates.reduce((sum, rate) => sum + rate, 0)).toBeCloseTo(100, 9);
  expect(quantileOf(quantile, rates, bounds)).toBeCloseTo(value, 9);
});
