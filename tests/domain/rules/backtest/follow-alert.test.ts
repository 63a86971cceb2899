// An alert from evaluation to evaluation, as lines of characters.

import { describe, expect, test } from 'vitest';
import {
  type AlertFollower,
  type AlertTiming,
  followAlert,
  type Labels,
} from '../../../../lib/domain/rules/backtest/follow-alert.ts';

const LABELS = { host: 'one' };

/** One character a minute: x the condition holds, . it does not, ! not evaluated, _ nobody there. */
function play(line: string, timing: AlertTiming): { states: string; episodes: string[] } {
  const follower = followAlert(timing);
  const states = [...line].map((mark, minute) => step(follower, mark, minute * 60_000)).join('');
  const episodes = follower
    .finish((line.length - 1) * 60_000)
    .map(({ firesAtMs, endsAtMs, endedBy }) => `${firesAtMs / 60_000}-${endsAtMs / 60_000} ${endedBy}`);
  return { states, episodes };
}

function step(follower: AlertFollower, mark: string, atMs: number): string {
  if (mark === '_') {
    follower.forget(atMs);
    return '_';
  }
  const present = new Map<string, Labels>(mark === 'x' ? [['one', LABELS]] : []);
  const state = mark === '!' ? follower.keep() : follower.evaluate(atMs, present);
  return { quiet: '.', pending: 'p', firing: 'F' }[state];
}

const CASES: Record<
  string,
  [line: string, forMinutes: number, keepMinutes: number, states: string, episodes: string[]]
> = {
  'fires at once without for': ['.xx..', 0, 0, '.FF..', ['1-3 resolved']],
  'fires at the first evaluation at least for later': ['.xxxx.', 2, 0, '.ppFF.', ['3-5 resolved']],
  'begins again after one evaluation without the condition': ['xx.xxx', 2, 0, 'pp.ppF', ['5-5 range']],
  'keeps firing, counted from the first evaluation without the condition': ['xx....', 0, 2, 'FFFF..', ['0-4 resolved']],
  'stops counting when the condition comes back': ['x.x...', 0, 2, 'FFFFF.', ['0-5 resolved']],
  'keeps nothing that is only pending': ['x....', 1, 3, 'p....', []],
  'a failed evaluation changes nothing': ['x!x..', 1, 0, 'ppF..', ['2-3 resolved']],
  'nothing outlives a gap': ['xxx_xx', 1, 5, 'pFF_pF', ['1-3 gap', '5-5 range']],
  'what still fires is cut at the end': ['..xxx', 0, 0, '..FFF', ['2-4 range']],
};

describe('an alert', () => {
  test.each(Object.entries(CASES))('%s', (_name, [line, forMinutes, keepMinutes, states, episodes]) => {
    const timing = { forMs: forMinutes * 60_000, keepFiringForMs: keepMinutes * 60_000 };
    expect(play(line, timing)).toEqual({ states, episodes });
  });
});
