// Collecting and rendering one run's metrics: bounded, finite, in the catalogue, and what Prometheus can read.

import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { METRIC_CATALOGUE } from '../../../lib/base/metric-catalogue.ts';
import { METRIC } from '../../../lib/base/metric-names.ts';
import { createMetrics, type Metrics } from '../../../lib/services/metrics/metrics.ts';
import { renderMetrics } from '../../../lib/services/metrics/render.ts';

const render = (metrics: Metrics): Promise<string> => renderMetrics(metrics.series());

test('gauges, counters and histograms become text exposition', async () => {
  const metrics = createMetrics();
  metrics.set(METRIC.coverageRatio, 0.5, { feed: 'primary', account: 'a"b\\c' });
  metrics.set(METRIC.coverageRatio, 0.995, { account: 'a"b\\c', feed: 'primary' });
  metrics.increment(METRIC.rateLimitHits, { feed: 'primary' });
  metrics.increment(METRIC.rateLimitHits, { feed: 'primary' }, 4);
  metrics.observe(METRIC.alertDeliveryDuration, 1, { delivery_method: 'slack' });
  metrics.observe(METRIC.alertDeliveryDuration, 7, { delivery_method: 'slack' });
  metrics.observe(METRIC.alertDeliveryDuration, 900, { delivery_method: 'slack' });
  expect(metrics.refusals()).toEqual([]);
  expect(await render(metrics)).toBe(
    [
      '# HELP md_subscription_coverage_ratio Expected contracts that are subscribed, 0 to 1.',
      '# TYPE md_subscription_coverage_ratio gauge',
      'md_subscription_coverage_ratio{account="a\\"b\\\\c",feed="primary"} 0.995',
      '',
      '# HELP md_rate_limit_hits Subscriptions refused by a rate limit.',
      '# TYPE md_rate_limit_hits counter',
      'md_rate_limit_hits{feed="primary"} 5',
      '',
      '# HELP alert_delivery_duration_seconds Alert condition to receipt.',
      '# TYPE alert_delivery_duration_seconds histogram',
      'alert_delivery_duration_seconds_bucket{delivery_method="slack",le="1"} 1',
      'alert_delivery_duration_seconds_bucket{delivery_method="slack",le="5"} 1',
      'alert_delivery_duration_seconds_bucket{delivery_method="slack",le="10"} 2',
      'alert_delivery_duration_seconds_bucket{delivery_method="slack",le="30"} 2',
      'alert_delivery_duration_seconds_bucket{delivery_method="slack",le="60"} 2',
      'alert_delivery_duration_seconds_bucket{delivery_method="slack",le="120"} 2',
      'alert_delivery_duration_seconds_bucket{delivery_method="slack",le="300"} 2',
      'alert_delivery_duration_seconds_bucket{delivery_method="slack",le="+Inf"} 3',
      'alert_delivery_duration_seconds_sum{delivery_method="slack"} 908',
      'alert_delivery_duration_seconds_count{delivery_method="slack"} 3',
      '',
    ].join('\n'),
  );
});

describe('a sample that would lie or harm is refused by name, and nothing is thrown', () => {
  const cases: Readonly<Record<string, [(metrics: Metrics) => void, string]>> = {
    'not a number': [(m) => m.set(METRIC.coverageRatio, Number.NaN), 'value is not a finite number'],
    infinite: [(m) => m.observe(METRIC.jobDuration, Number.POSITIVE_INFINITY), 'value is not a finite number'],
    'text from outside the types': [
      (m) => m.set(METRIC.missingTotal, '5' as unknown as number),
      'value is not a finite number',
    ],
    'a falling counter': [(m) => m.increment(METRIC.jobSuccess, {}, -1), 'a counter cannot fall'],
    'an unknown metric': [(m) => m.set('made_up' as typeof METRIC.missingTotal, 1), 'unknown metric'],
    'a metric named after a prototype': [(m) => m.set('toString' as typeof METRIC.missingTotal, 1), 'unknown metric'],
    'the wrong kind': [
      (m) => m.set(METRIC.rateLimitHits as unknown as typeof METRIC.missingTotal, 1),
      'is a counter, not a gauge',
    ],
    'an unknown label': [(m) => m.set(METRIC.missingTotal, 1, { run_id: 'r' } as object), 'unknown label run_id'],
    'an instrument as label': [
      (m) => m.set(METRIC.missingTotal, 1, { account: 'rb2501.SHFE' }),
      'label account holds an instrument id',
    ],
    'a spread as label': [
      (m) => m.set(METRIC.missingTotal, 1, { account: 'SP rb2501&rb2505.SHFE' }),
      'label account holds an instrument id',
    ],
  };
  test.each(Object.entries(cases))('%s', async (_name, [act, reason]) => {
    const metrics = createMetrics();
    act(metrics);
    expect(metrics.refusals().map((refusal) => refusal.reason)).toEqual([reason]);
    expect(metrics.series()).toEqual([]);
  });
});

test('hosts, addresses and feed names are no instruments', () => {
  const metrics = createMetrics();
  for (const feed of ['md-1.example.com', '10.0.0.1', 'ctp-primary', 'CTP.BACKUP', 'tcp://10.1.2.3:41213']) {
    metrics.set(METRIC.latencyP99, 1, { feed });
  }
  expect(metrics.refusals()).toEqual([]);
});

test('a million instruments leave fewer than 200 series, whatever shape their ids have', async () => {
  const metrics = createMetrics();
  for (let at = 0; at < 1_000_000; at += 1) {
    metrics.increment(METRIC.rateLimitHits, { feed: `x${at}`, account: at % 2 === 0 ? `rb${at}.SHFE` : String(at) });
  }
  for (let at = 0; at < 100; at += 1) metrics.observe(METRIC.alertDeliveryDuration, 1, { delivery_method: `m${at}` });
  const lines = (await render(metrics)).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines.length).toBeLessThan(200);
  expect(lines.length).toBeGreaterThan(100);
  expect(metrics.refusals().map((refusal) => refusal.reason)).toContain('too many series');
});

test('whatever label values come, promtool reads the result', async () => {
  const metrics = createMetrics();
  for (const value of fc.sample(fc.string({ unit: 'binary', maxLength: 300 }), { numRuns: 150, seed: 7 })) {
    metrics.set(METRIC.latencyP99, 1, { feed: value });
  }
  metrics.set(METRIC.missingTotal, -0);
  metrics.set(METRIC.throughput, 1e21, { feed: '' });
  metrics.observe(METRIC.alertDeliveryDuration, 0.1, { delivery_method: '\n"' });
  const text = await render(metrics);
  expect(metrics.series().length).toBeGreaterThan(100);
  // Lints of naming (exit 3) do not concern us here; a parse error is exit 1.
  const checked = (() => {
    try {
      execFileSync('promtool', ['check', 'metrics'], { input: text, stdio: ['pipe', 'pipe', 'pipe'] });
      return 0;
    } catch (error) {
      return (error as { status: number }).status;
    }
  })();
  expect([0, 3]).toContain(checked);
});

test('every metric of the catalogue names its kind, and histograms their ascending bounds', () => {
  for (const [name, spec] of Object.entries(METRIC_CATALOGUE)) {
    const bounds: readonly number[] = 'buckets' in spec ? spec.buckets : [];
    expect(bounds.length > 0, name).toBe(spec.kind === 'histogram');
    expect(
      [...bounds].sort((a, b) => a - b),
      name,
    ).toEqual(bounds);
    expect(spec.help.endsWith('.'), name).toBe(true);
  }
});
