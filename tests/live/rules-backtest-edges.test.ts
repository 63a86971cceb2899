// `rules backtest` at its edges: servers that were away or are, ranges that are none, every rule that is shipped.

import { readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { mdops } from '../support/mdops.ts';
import { startHistory } from '../support/recorded-history.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const STEP_MS = 15_000;
const newDirectory = temporaryDirectories('backtest-edges');

interface Alert {
  readonly alert: string;
  readonly verdict: string;
  readonly episodes: { fires_at: string; ends_at: string; ended_by: string }[];
  readonly recordings: { inlined: string[]; from_history: { name: string; why: string }[] };
}
interface Report {
  readonly alerts: Alert[];
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function named(report: Report, alert: string): Alert {
  return report.alerts.find((one) => one.alert === alert)!;
}

test('while the server itself was not there, nothing is said of any alert; all shipped ones can be asked', async () => {
  const cwd = newDirectory();
  const present = (from: number, to: number): (number | null)[] =>
    Array.from({ length: 240 }, (_, step) => (step >= from && step < to ? null : 1));
  const other = await startHistory(
    join(cwd, 'other'),
    [
      { series: 'up{job="a"}', type: 'gauge', values: present(100, 160) },
      { series: 'a:recorded', type: 'gauge', values: present(0, 0) },
      { series: 'beat', type: 'gauge', values: present(30, 160) },
    ],
    STEP_MS,
  );
  try {
    writeFileSync(
      join(cwd, 'server.yml'),
      `groups: [{ name: g, interval: 15s, rules: [
        { record: 'a:recorded', expr: unknown },
        { alert: Beat, expr: absent(beat), for: 1m },
        { alert: FromHistory, expr: 'a:recorded > 5' }] }]`,
    );
    const range = ['--from', iso(other.fromMs), '--to', iso(other.fromMs + 239 * STEP_MS)];
    const words = ['rules', 'backtest', 'server.yml', '--prometheus-url', other.url, ...range, '--json', '--recorded'];
    const ran = await mdops(words, { cwd });
    expect(ran.exit, ran.stderr).toBe(0);
    const report = JSON.parse(ran.stdout) as Report;
    const stepOf = (at: string): number => (Date.parse(at) - other.fromMs) / STEP_MS;
    const [beat, ...more] = named(report, 'Beat').episodes;
    expect(more).toEqual([]);
    // Lookback bridges 20 steps on both series; the server is missed at 120, and then nobody knows.
    expect([stepOf(beat!.fires_at), stepOf(beat!.ends_at), beat!.ended_by]).toEqual([54, 120, 'gap']);
    expect(named(report, 'FromHistory').recordings).toEqual({
      inlined: [],
      from_history: [{ name: 'a:recorded', why: 'the history has it' }],
    });
    // And every rule that is shipped can be asked of it.
    const paths = readdirSync('config/platforms').map((name) => resolve('config/platforms', name));
    const all = ['rules', 'backtest', ...paths, '--prometheus-url', other.url, ...range, '--step', '15m', '--json'];
    const shipped = await mdops(all, { cwd });
    expect(shipped.exit, shipped.stderr).toBe(3);
    const { alerts } = JSON.parse(shipped.stdout) as Report;
    expect(alerts.length).toBeGreaterThan(80);
    expect(alerts.filter(({ verdict }) => verdict === 'not judged')).toEqual([]);
  } finally {
    await other.stop();
  }
});

test('what cannot be asked ends with what to do', async () => {
  const cwd = newDirectory();
  writeFileSync(join(cwd, 'rules.yml'), 'groups: [{ name: g, rules: [{ alert: One, expr: a > 1 }] }]');
  const dead = ['--prometheus-url', 'http://127.0.0.1:9'];
  const CASES: [words: string[], exit: number, said: string][] = [
    [[], 64, '--prometheus-url'],
    [dead, 69, 'connection refused'],
    [[...dead, '--alert', 'Nobody'], 64, 'Nobody'],
    [[...dead, '--to', '2020-01-01T00:00:00Z', '--from', '2020-01-02T00:00:00Z'], 64, '--from is not before --to'],
    [[...dead, '--last', '52w', '--step', '1s'], 64, 'at most 1000000'],
  ];
  for (const [words, exit, said] of CASES) {
    const ran = await mdops(['rules', 'backtest', 'rules.yml', ...words], { cwd });
    expect([ran.exit, ran.stderr], words.join(' ')).toEqual([exit, expect.stringContaining(said)]);
  }
});
