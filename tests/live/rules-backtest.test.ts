// `rules backtest` against a real Prometheus, with promtool's own evaluation of the same rules as the judge.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mdops, type Ran } from '../support/mdops.ts';
import { type HistorySeries, type RecordedHistory, startHistory } from '../support/recorded-history.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const STEP_MS = 15_000;
const STEPS = 720;
const newDirectory = temporaryDirectories('backtest');

interface Alert {
  readonly alert: string;
  readonly verdict: string;
  readonly episodes: {
    labels: Record<string, string>;
    active_at: string;
    fires_at: string;
    ends_at: string;
    ended_by: string;
  }[];
  readonly episode_count: number;
  readonly gaps: { from: string; to: string }[];
  readonly never_recorded: string[];
  readonly recordings: { inlined: string[]; from_history: { name: string; why: string }[] };
  readonly failures: string[];
  readonly series_not_followed: number;
  readonly pages_per_week: number | null;
  readonly flaps: number;
}
interface Report {
  readonly alerts: Alert[];
  readonly changes: { alert: string; presence: string; episodes: { kind: string }[] }[] | null;
}

const RULES = `groups:
  - name: recordings
    interval: 15s
    rules:
      - record: feed:errors:rate2m
        expr: sum by (feed) (rate(errors_total[2m]))
        labels: { source: counted }
  - name: alerts
    interval: 15s
    rules:
      - alert: AtOnce
        expr: load > 70
        labels: { severity: critical, where: '{{ $labels.host }}-x' }
      - alert: After2m
        expr: load > 50
        for: 2m
        labels: { severity: warning }
      - alert: Kept
        expr: load > 80
        for: 30s
        keep_firing_for: 90s
      - alert: Recorded
        expr: feed:errors:rate2m{feed="a", source=~"count.*"} > 0.4
        for: 45s
      - alert: RecordedRange
        expr: max_over_time(feed:errors:rate2m{feed!="a"}[3m]) > 0.6
      - alert: Before
        expr: load - load offset 5m > 40
      - alert: BeforeRecorded
        expr: feed:errors:rate2m - (feed:errors:rate2m offset 3m) > 0.2
      - alert: Gone
        expr: absent(load{host="two"})
        for: 1m
      - alert: Never
        expr: load > 1000
`;

let history: RecordedHistory;
let series: HistorySeries[];
let cwd = '';

/** The same numbers in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

function wander(seed: number, holes: readonly (readonly [number, number])[]): (number | null)[] {
  const next = numbers(seed);
  let value = 50;
  return Array.from({ length: STEPS }, (_, step) => {
    value = Math.min(100, Math.max(0, value + (next() - 0.5) * 45));
    return holes.some(([from, to]) => step >= from && step < to) ? null : Math.round(value);
  });
}

function count(seed: number): number[] {
  const next = numbers(seed);
  let total = 0;
  let pace = 5;
  return Array.from({ length: STEPS }, (_, step) => {
    if (step % 40 === 0) pace = next() * 12;
    if (step === 400) total = 0;
    total += Math.floor(next() * pace * 1.5);
    return total;
  });
}

beforeAll(async () => {
  cwd = newDirectory();
  series = [
    { series: 'load{host="one"}', type: 'gauge', values: wander(11, [[300, 360]]) },
    { series: 'load{host="two"}', type: 'gauge', values: wander(12, [[310, 380]]) },
    { series: 'errors_total{feed="a",host="one"}', type: 'counter', values: count(13) },
    { series: 'errors_total{feed="b",host="two"}', type: 'counter', values: count(14) },
  ];
  history = await startHistory(join(cwd, 'history'), series, STEP_MS);
  writeFileSync(join(cwd, 'rules.yml'), RULES);
}, 60_000);

afterAll(() => history.stop());

async function backtest(...words: string[]): Promise<{ ran: Ran; report: Report }> {
  const { fromMs, url } = history;
  const toMs = fromMs + (STEPS - 1) * STEP_MS;
  const ran = await mdops(
    [...['rules', 'backtest', '--json', '--prometheus-url', url, '--from', iso(fromMs), '--to', iso(toMs)], ...words],
    { cwd },
  );
  return { ran, report: JSON.parse(ran.stdout) as Report };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function named(report: Report, alert: string): Alert {
  return report.alerts.find((one) => one.alert === alert)!;
}

/** A unit test that holds only if every alert fires exactly at the instants that the replay says. */
function expectationOf(report: Report, shiftBy = 0): string {
  const tests = Array.from({ length: STEPS }, (_, step) => {
    const atMs = history.fromMs + step * STEP_MS;
    const firing = report.alerts.flatMap(({ episodes }) =>
      episodes.filter(
        ({ fires_at, ends_at, ended_by }) =>
          Date.parse(fires_at) + shiftBy <= atMs && (atMs < Date.parse(ends_at) || ended_by === 'range'),
      ),
    );
    const samples = firing.map(({ labels }) => {
      const all = Object.entries({ __name__: 'ALERTS', alertstate: 'firing', ...labels });
      const [[, name], ...rest] = all as [[string, string], ...[string, string][]];
      return { labels: `${name}{${rest.map(([key, value]) => `${key}="${value}"`).join(',')}}`, value: 1 };
    });
    return {
      expr: 'ALERTS{alertstate="firing"}',
      eval_time: `${(step * STEP_MS) / 1_000}s`,
      ...(samples.length > 0 ? { exp_samples: samples } : {}),
    };
  });
  return JSON.stringify({
    rule_files: ['rules.yml'],
    evaluation_interval: '15s',
    group_eval_order: ['recordings', 'alerts'],
    tests: [
      {
        interval: '15s',
        input_series: series.map((one) => ({
          series: one.series,
          values: one.values.map((value) => (value === null ? '_' : String(value))).join(' '),
        })),
        promql_expr_test: tests,
      },
    ],
  });
}

function promtool(text: string): void {
  writeFileSync(join(cwd, 'oracle.yml'), text);
  execFileSync('promtool', ['test', 'rules', 'oracle.yml'], { cwd, stdio: 'pipe' });
}

test('every episode is the one that Prometheus would have had, to the instant', async () => {
  const { ran, report } = await backtest('rules.yml');
  expect(ran.exit, ran.stderr).toBe(0);
  for (const alert of report.alerts) {
    if (alert.alert !== 'Never') expect(alert.episode_count, alert.alert).toBeGreaterThan(0);
  }
  promtool(expectationOf(report));
  // The judge is awake: one instant more or less is refused.
  expect(() => promtool(expectationOf(report, STEP_MS))).toThrow();
  expect(named(report, 'Never').verdict).toBe('silent where there is history');
  expect(named(report, 'Recorded').recordings.inlined).toEqual(['feed:errors:rate2m']);
});
