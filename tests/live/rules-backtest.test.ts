// `rules backtest` against a real Prometheus, with promtool's own evaluation of the same rules as the judge.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
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
        expr: feed:errors:rate2m - feed:errors:rate2m offset 3m > 0.2
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
    { series: 'spare{n="1"}', type: 'gauge', values: Array.from({ length: STEPS }, () => 1) },
    {
      series: 'spare{n="2"}',
      type: 'gauge',
      values: Array.from({ length: STEPS }, (_, step) => (step === 500 ? 1 : null)),
    },
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

test('ranges longer than one answer are put together without a seam', async () => {
  const words = ['rules.yml', '--alert', 'AtOnce', '--alert', 'After2m', '--step', '500ms'];
  const { ran, report } = await backtest(...words);
  expect(ran.exit, ran.stderr).toBe(0);
  const [first] = report.alerts as unknown as [{ evaluations: number }];
  expect(first.evaluations).toBeGreaterThan(11_000);
  const coarse = await backtest(...words.slice(0, -1), '15s');
  const starts = (one: Report): string[] => named(one, 'AtOnce').episodes.map(({ fires_at }) => fires_at);
  expect(starts(report)).toEqual(starts(coarse.report));
});

test('what was not recorded is a gap, and no silence', async () => {
  writeFileSync(
    join(cwd, 'gaps.yml'),
    `groups: [{ name: g, interval: 15s, rules: [
      { alert: Nothing, expr: nobody_emits_this > 1 },
      { alert: Quiet, expr: 'load{host="one"} > 1000' },
      { alert: Either, expr: 'load{host="one"} > 1000 or vector(0) > 1' }] }]`,
  );
  const { ran, report } = await backtest('gaps.yml');
  expect(ran.exit).toBe(3);
  expect(named(report, 'Nothing')).toMatchObject({ verdict: 'no history', never_recorded: ['nobody_emits_this'] });
  expect(named(report, 'Nothing').pages_per_week).toBe(null);
  // Both hosts are silent from step 310 to 360; five minutes are bridged by Prometheus itself.
  const quiet = named(report, 'Quiet');
  expect(quiet.verdict).toBe('silent where there is history');
  expect(quiet.gaps.map(({ from }) => (Date.parse(from) - history.fromMs) / STEP_MS)).toEqual([330]);
  expect(named(report, 'Either').verdict).toBe('would have been silent');
  const shown = await mdops(['rules', 'backtest', 'gaps.yml', '--prometheus-url', history.url, '--last', '2d'], {
    cwd,
  });
  expect(shown.stdout).toContain('Nothing: never recorded: nobody_emits_this');
  expect(shown.stdout).toMatch(/Nothing +\?{20}/);
  expect(shown.stdout).toMatch(/Quiet +\?+·+\?+/);
});

test('an evaluation that fails at some instants is named, and the others are judged', async () => {
  writeFileSync(
    join(cwd, 'many.yml'),
    `groups: [{ name: g, interval: 15s, rules: [{ alert: Many, expr: 'load{host="one"} * on () spare > 60' }] }]`,
  );
  const { ran, report } = await backtest('many.yml');
  expect(ran.exit).toBe(3);
  expect(named(report, 'Many').verdict).toBe('not judged');
  expect(named(report, 'Many').failures.join()).toContain('many-to-many');
  // Where there is one of them, the rule was evaluated, and fired.
  expect(named(report, 'Many').episode_count).toBeGreaterThan(0);
});

test('too many instances are not followed, and that is said', async () => {
  const { ran, report } = await backtest('rules.yml', '--alert', 'AtOnce', '--max-series', '1');
  expect(ran.exit).toBe(3);
  expect(named(report, 'AtOnce')).toMatchObject({ verdict: 'not judged', series_not_followed: 1 });
});

test('two versions are compared: what is new, gone, longer, shorter', async () => {
  mkdirSync(join(cwd, 'released'), { recursive: true });
  writeFileSync(
    join(cwd, 'released/rules.yml'),
    RULES.replace('load > 70', 'load > 75').replace('for: 2m', 'for: 1m').replace('alert: Gone', 'alert: Renamed'),
  );
  const { ran, report } = await backtest('rules.yml', '--against', 'released');
  expect(ran.exit, ran.stderr).toBe(1);
  const kinds = (alert: string): string[] => {
    const found = report.changes!.find((one) => one.alert.startsWith(alert));
    return [...new Set(found!.episodes.map(({ kind }) => kind))].sort();
  };
  expect(kinds('AtOnce')).toEqual(['longer', 'new']);
  expect(kinds('After2m')).toEqual(['gone', 'shorter']);
  expect(report.changes!.map(({ alert, presence }) => `${alert} ${presence}`)).toEqual(
    expect.arrayContaining(['Gone only after', 'Renamed only before']),
  );
  expect(report.changes!.some(({ alert }) => alert.startsWith('Kept'))).toBe(false);
  cpSync(join(cwd, 'rules.yml'), join(cwd, 'same.yml'));
  const same = await backtest('rules.yml', '--against', 'same.yml', '--alert', 'Kept');
  expect([same.ran.exit, same.report.changes]).toEqual([0, []]);
});

test('recorded series that the history lacks are evaluated in place even when asked for', async () => {
  const { report } = await backtest('rules.yml', '--alert', 'Recorded', '--recorded');
  expect(named(report, 'Recorded').recordings).toEqual({ inlined: ['feed:errors:rate2m'], from_history: [] });
});
