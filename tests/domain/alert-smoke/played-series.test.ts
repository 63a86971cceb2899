// What a smoke pushes for an alert whose tests say what makes it fire.

import { beforeAll, describe, expect, test } from 'vitest';
import { countedMetrics, playSeries } from '../../../lib/domain/alert-smoke/played-series.ts';
import { deriveStimuli } from '../../../lib/domain/platform/derive-stimuli.ts';
import type { Metric } from '../../../lib/domain/platform/platform.ts';
import { readPlatform } from '../../../lib/domain/platform/read-platform.ts';
import { readSeriesValue, type SeriesValue } from '../../../lib/domain/platform/series-value.ts';
import { loadPromql, type ParsePromql } from '../../../lib/domain/rules/promql.ts';
import { readStimulus, type Stimulus } from '../../../lib/domain/rules/stimulus.ts';

let parse: ParsePromql;
beforeAll(async () => {
  parse = await loadPromql();
});

const METRICS = new Map([['h', { name: 'h', type: 'histogram', buckets: [1, 2] } as unknown as Metric]]);

/** Ten times as fast, two seconds after the beginning: twenty seconds of the case. */
function play(value: unknown, counted: readonly string[] = [], name = 'a'): Record<string, number> {
  const data = [{ series: `${name}{x="y"}`, value: readSeriesValue(value) as SeriesValue }];
  const clock = { elapsedMs: 2_000, nowMs: 1_000_000, factor: 10 };
  const samples = playSeries(data, { metrics: METRICS, counted: new Set(counted) }, clock);
  return Object.fromEntries(samples.map((one) => [one.metric + (one.labels['le'] ?? ''), one.value]));
}

describe('a series plays', () => {
  test('a number', () => expect(play(5)).toEqual({ a: 5 }));
  test('steps in the time of the case', () =>
    expect(play({ steps: { '0s': 1, '15s': 2, '25s': 3 } })).toEqual({ a: 2 }));
  test('nothing while it is absent', () => expect(play({ steps: { '0s': 1, '15s': 'absent' } })).toEqual({}));
  test('a rate as it is, where only rates are read', () => expect(play({ rate: 7, from: 3 })).toEqual({ a: 17 }));
  test('as much in a shorter window, where growth is compared', () =>
    expect(play({ rate: 7, from: 3 }, ['a'])).toEqual({ a: 143 }));
  test('a timestamp by the clock on the wall', () => expect(play({ lag: '60s' })).toEqual({ a: 940 }));
  test('each part of a histogram', () =>
    expect(play({ histogram: { 1: 3, 2: 1 } }, ['h_count'], 'h')).toEqual({
      h_bucket1: 6,
      h_bucket2: 8,
      'h_bucket+Inf': 8,
      h_count: 80,
      h_sum: 6,
    }));
});

test('growth over a window is what increase, delta and changes read', () => {
  const expr = 'rate(a[5m]) > 1 and increase(b[5m]) > 2 and floor(delta(c[1m])) > 0 and sum(changes(d[5m])) > e';
  expect([...countedMetrics(parse(expr))]).toEqual(['b', 'c', 'd']);
});

describe('a stimulus', () => {
  const READ: Record<string, [given: unknown, read: Partial<Stimulus> | string]> = {
    'names series on both sides': [
      { quiet: { 'a{x="y"}': 1 }, fire: { a: { rate: 2 } } },
      {
        kind: 'played',
        also: [],
        quiet: [{ series: 'a{x="y"}', value: { kind: 'constant', value: 1 } }],
        fire: [{ series: 'a', value: { kind: 'rates', from: 0, rates: [{ atMs: 0, perSecond: 2 }] } }],
      },
    ],
    'may only say what else fires': [{ also: ['B'] }, { kind: 'cases', also: ['B'] }],
    'may say why there is none': [{ unproven: 'by hand' }, { kind: 'unproven', reason: 'by hand' }],
    'wants both sides': [{ fire: { a: 1 } }, 'stimulus needs "series" or "scrape", or series below "quiet" and "fire"'],
    'wants series': [{ quiet: { '{': 1 }, fire: { a: 1 } }, 'stimulus, quiet: { is no series'],
    'wants values': [
      { quiet: { a: 1 }, fire: { a: [] } },
      'stimulus, fire: a is neither a number, nor a text, nor a mapping',
    ],
  };
  test.each(Object.entries(READ))('%s', (_name, [given, read]) => expect(readStimulus(given)).toEqual(read));
});

test('stimuli are taken from cases: the first that fires, the first that is silent', async () => {
  const { platform } = await readPlatform(
    'catalogue.yml',
    `platform: x
title: X
alerts:
  - { alert: Cases, severity: info, receivers: [r], cases: [{ silent: s, series: { a: 1 } }, { fires: f, series: { a: 2 } }, { fires: g, series: { a: 3 } }] }
  - { alert: Own, severity: info, receivers: [r], stimulus: always, cases: [{ fires: f, series: { a: 2 } }] }
  - { alert: Always, severity: info, receivers: [r], cases: [{ fires: f }] }
  - { alert: Raw, severity: info, receivers: [r], cases: [{ fires: f, series: { a: 1 1 2 } }, { silent: s, series: { a: 1 } }] }
  - { alert: Loud, severity: info, receivers: [r], cases: [{ fires: f, series: { a: 2 } }] }
  - { alert: None, severity: info, receivers: [r] }
`,
  );
  const value = (stimulus: Stimulus | null): unknown =>
    stimulus?.kind === 'played' ? [stimulus.quiet, stimulus.fire].map(([one]) => one?.value) : (stimulus?.kind ?? null);
  expect(deriveStimuli(platform).map(({ alert, stimulus }) => [alert, value(stimulus)])).toEqual([
    [
      'Cases',
      [
        { kind: 'constant', value: 1 },
        { kind: 'constant', value: 2 },
      ],
    ],
    ['Own', 'always'],
    ['Always', 'always'],
    ['Raw', 'unproven'],
    ['Loud', 'unproven'],
    ['None', null],
  ]);
});
