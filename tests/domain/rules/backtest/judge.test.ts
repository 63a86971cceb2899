// What replays come to: verdicts, figures, strips, and two versions compared.

import { describe, expect, test } from 'vitest';
import { compareReplays } from '../../../../lib/domain/rules/backtest/compare.ts';
import type { Episode } from '../../../../lib/domain/rules/backtest/follow-alert.ts';
import { identityOf } from '../../../../lib/domain/rules/backtest/identity.ts';
import { drawStrip, judge, type Replay } from '../../../../lib/domain/rules/backtest/judge.ts';
import type { Rule } from '../../../../lib/domain/rules/rule.ts';

const MINUTE_MS = 60_000;

/** One character a minute: . quiet, ? gap, p pending, F firing, ! failed. */
function replay(line: string, labels: Record<string, string> = {}): Replay {
  const states = Uint8Array.from([...line].map((mark) => '.?pF!'.indexOf(mark)));
  const episodes: Episode[] = [...line.matchAll(/F+/g)].map(({ 0: run, index }) => ({
    labels: { alertname: 'A', ...labels },
    activeAtMs: index * MINUTE_MS,
    firesAtMs: index * MINUTE_MS,
    endsAtMs: (index + run.length) * MINUTE_MS,
    endedBy: 'resolved',
  }));
  const rule = { kind: 'alert', name: 'A', labels: {} } as unknown as Rule;
  const grid = { fromMs: 0, stepMs: MINUTE_MS, count: line.length };
  const failures = line.includes('!') ? ['many-to-many'] : [];
  return { rule, grid, states, episodes, failures, cutSeries: 0, expr: '', inlined: [], read: [], neverRecorded: [] };
}

describe('the verdict', () => {
  test.each([
    ['....', 'would have been silent'],
    ['.??.', 'silent where there is history'],
    ['????', 'no history'],
    ['.F?.', 'would have fired'],
    ['.F!.', 'not judged'],
    ['....!', 'not judged'],
  ])('%s: %s', (line, verdict) => {
    expect(judge(replay(line)).verdict).toBe(verdict);
  });

  test('pages are counted on the time that was recorded', () => {
    const week = 7 * 24 * 60;
    const half = `F${'.'.repeat(week / 2 - 1)}${'?'.repeat(week / 2)}`;
    expect(judge(replay(half))).toMatchObject({ pages: 1, pagesPerWeek: 2, observedRatio: 0.5 });
    expect(judge(replay('??')).pagesPerWeek).toBe(null);
  });

  test('a flap is what begins again within a quarter of an hour', () => {
    expect(judge(replay(`F${'.'.repeat(15)}F${'.'.repeat(16)}F`)).flaps).toBe(1);
  });

  test('a strip overlooks nothing that is worse than silence', () => {
    expect(drawStrip(replay('....F...??..p...'), 4)).toBe('·█?▂');
    expect(drawStrip(replay('.F'), 80)).toBe('·█');
  });
});

describe('two versions', () => {
  test.each([
    ['.FF.', '.FF.', ''],
    ['....', '.FF.', 'new'],
    ['.FF.', '....', 'gone'],
    ['.FF..', '.FFF.', 'longer'],
    ['.FFF.', '..FF.', 'shorter'],
    ['.FF..', '..FF.', 'moved'],
    ['.FFFF.', '.F..F.', 'shorter'],
    ['.F.F..F.', '.FFF....', 'longer gone'],
  ])('%s → %s: %s', (before, after, kinds) => {
    const [change] = compareReplays([replay(before)], [replay(after)]);
    expect(change!.episodes.map(({ kind }) => kind).join(' ')).toBe(kinds);
  });

  test('instances that are summed otherwise are compared as the time in which any fires', () => {
    const [change] = compareReplays([replay('.FF.', { host: 'one' })], [replay('.FF.')]);
    expect(change!.episodes).toEqual([]);
  });
});

test('labels are those of the series and of the rule, without the name and without empty ones', () => {
  const identity = identityOf('A', { severity: 'critical', where: '{{ $labels.host }}-x', zone: '' });
  expect({ ...identity.labelsOf({ __name__: 'load', host: 'one', zone: 'z' }, 3) }).toEqual({
    alertname: 'A',
    host: 'one',
    severity: 'critical',
    where: 'one-x',
  });
  expect(identity.changesWithValue).toBe(false);
  expect(identityOf('A', { level: '{{ $value }}' }).labelsOf({}, 3)['level']).toBe('3');
});
