// Which labels a result carries and which unit it has: followed through PromQL as Prometheus computes it.

import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../../lib/domain/dashboards/promql/facts.ts';
import { contradicts } from '../../../lib/domain/dashboards/promql/grafana-units.ts';
import { carriedLabels } from '../../../lib/domain/dashboards/promql/labels.ts';
import { unitOf } from '../../../lib/domain/dashboards/promql/units.ts';
import { loadPromql } from '../../../lib/domain/rules/promql.ts';

const parse = await loadPromql();
const facts = gatherFacts(
  {
    metrics: [
      { name: 'a', type: 'gauge', labels: ['x', 'y'], source: 's', unit: 'seconds' },
      { name: 'b', type: 'gauge', labels: ['x', 'z'], source: 's', unit: 'seconds' },
      { name: 'h', type: 'histogram', labels: ['x'], source: 's', unit: 'seconds' },
      { name: 'h_ms', type: 'histogram', labels: ['x'], source: 's' },
      { name: 'c_total', type: 'counter', labels: ['x'], source: 's', unit: 'orders' },
      { name: 'c_bytes_total', type: 'counter', labels: ['x'], source: 's' },
      { name: 'cpu_seconds_total', type: 'counter', labels: ['x'], source: 's', unit: 'seconds' },
      { name: 'last_run_timestamp_seconds', type: 'gauge', labels: [], source: 's', unit: 'seconds' },
      { name: 'state', type: 'gauge', labels: [], source: 's', unit: 'state' },
      { name: 'paid_usd', type: 'gauge', labels: [], source: 's' },
    ],
    rules: [
      { name: 'x:a:max', expr: 'max by (x) (a)', labels: ['team'] },
      { name: 'loop', expr: 'loop + 1', labels: [] },
    ],
    jobs: null,
    isComplete: true,
    shortestScrapeMs: null,
    scrapeMsOf: () => null,
    targetLabels: [],
  },
  parse,
);

/** Labels besides those that scraping adds; `?` when anything is possible. */
const LABELS: Record<string, string> = {
  a: '__name__ x y',
  'a offset 5m': '__name__ x y',
  '-a': 'x y',
  'rate(a[5m])': 'x y',
  'last_over_time(a[5m])': '__name__ x y',
  'sum(a)': '',
  'sum by (x) (a)': 'x',
  'sum(a) by (x)': 'x',
  'sum without (x) (a)': 'y',
  'topk(3, a)': '__name__ x y',
  'count_values("v", a)': 'v',
  'count_values by (x) ("v", a)': 'v x',
  'histogram_quantile(0.9, rate(h_bucket[5m]))': 'x',
  'a / b': 'x y',
  'a > 3': '__name__ x y',
  'a > bool 3': 'x y',
  '3 * a': 'x y',
  'a / on (x) b': 'x',
  'a / ignoring (y, z) b': 'x',
  'a / on (x) group_left (z) b': 'x y z',
  'a * on (x) group_right (y) b': 'x y z',
  'a and b': '__name__ x y',
  'a unless on (x) b': '__name__ x y',
  'a or b': '__name__ x y z',
  'label_replace(a, "n", "$1", "x", "(.*)")': '__name__ n x y',
  'max_over_time(sum by (x) (a)[5m:1m])': 'x',
  'vector(1)': '',
  'time() - max(a)': '',
  'scalar(a) * b': 'x z',
  'absent(a)': '?',
  'x:a:max': '__name__ team x',
  loop: '?',
  unknown: '?',
  '{__name__=~"a.*"}': '?',
  'sum by (x) (unknown)': 'x',
};

describe('the labels of', () => {
  for (const [expr, wanted] of Object.entries(LABELS)) {
    test(expr, () => {
      const carried = carriedLabels(parse(expr), facts);
      const own = [...(carried ?? ['?'])].filter((label) => !facts.scrapeLabels.has(label));
      expect(own.sort().join(' ')).toBe(wanted);
    });
  }
});

const UNITS: Record<string, string | null> = {
  a: 's',
  'max by (x) (a)': 's',
  'a * 1000': 'ms',
  '1000 * a': 'ms',
  'a * 1e6': 'us',
  'a / 60': null,
  'a - b': 's',
  'a / b': 'ratio',
  '100 * a / b': 'percent',
  '(1 - a / b) * 100': 'percent',
  'a > 5': 's',
  'a > bool 5': null,
  'a or b': 's',
  'avg_over_time(a[5m])': 's',
  'count(a)': 'count',
  c_total: 'count',
  'rate(c_total[5m])': 'rate',
  'increase(c_total[5m])': 'count',
  'rate(c_bytes_total[5m])': 'bytes/s',
  'increase(c_bytes_total[5m])': 'bytes',
  'rate(cpu_seconds_total[5m])': 'ratio',
  'sum(rate(c_total{x="e"}[5m])) / sum(rate(c_total[5m]))': 'ratio',
  'histogram_quantile(0.9, sum by (le) (rate(h_bucket[5m])))': 's',
  'histogram_quantile(0.9, rate(h_ms_bucket[5m]))': 'ms',
  'rate(h_sum[5m]) / rate(h_count[5m])': 's',
  'rate(h_count[5m])': 'rate',
  'time() - last_run_timestamp_seconds': 's',
  last_run_timestamp_seconds: 'timestamp',
  state: null,
  paid_usd: 'money',
  'paid_usd * 1.2': 'money',
  'a * b': null,
  unknown_bytes: 'bytes',
  'x:a:max': null,
};

describe('the unit of', () => {
  for (const [expr, wanted] of Object.entries(UNITS)) {
    test(expr, () => expect(unitOf(parse(expr), facts)).toBe(wanted));
  }
});

test('a unit of Grafana contradicts what is measured, or does not', () => {
  const wrong = [
    ['ms', 's'],
    ['percent', 'ratio'],
    ['short', 'bytes'],
    ['none', 's'],
    ['s', 'count'],
    ['ops', 'count'],
  ] as const;
  const right = [
    ['s', 's'],
    ['dtdurations', 's'],
    ['short', 'count'],
    ['none', 'ratio'],
    ['reqps', 'rate'],
    ['short', 'rate'],
    ['currencyEUR', 'money'],
    ['suffix: x', 's'],
  ] as const;
  expect(wrong.filter(([shown, measured]) => !contradicts(shown, measured))).toEqual([]);
  expect(right.filter(([shown, measured]) => contradicts(shown, measured))).toEqual([]);
});
