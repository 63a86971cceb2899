// Parity: what one probe is worth, and what only a row of them proves.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RouteStatus, Seen } from '../../../lib/base/feed-routes.ts';
import {
  describeLack,
  isProven,
  judgeProbe,
  NO_PARITY,
  type ParityPolicy,
  type ParityState,
} from '../../../lib/domain/failover/parity.ts';
import { GONE, route } from './seeing.ts';

const POLICY: ParityPolicy = {
  probes: 3,
  coverageProbes: 3,
  coverageThreshold: 0.995,
  maxBacklogGrowth: 0,
  earnedProbes: 3,
  acceptsGap: false,
};

interface Probe {
  readonly route: Seen<RouteStatus>;
  readonly backlogs?: Readonly<Record<string, number | null>>;
}

function judge(probes: readonly Probe[], policy = POLICY): ParityState {
  let saidAtMs = 1_000;
  return probes.reduce<ParityState>((state, { route: seen, backlogs = {} }) => {
    saidAtMs += 50;
    const moving =
      seen.reachable && seen.state.saidAtMs === 1_000 ? { ...seen, state: { ...seen.state, saidAtMs } } : seen;
    return judgeProbe(state, { route: moving, backlogs }, policy);
  }, NO_PARITY);
}

const good: Probe = { route: route() };

test('three good probes in a row prove parity, two do not', () => {
  expect(isProven(judge([good, good]), POLICY)).toBe(false);
  expect(isProven(judge([good, good, good]), POLICY)).toBe(true);
});

test('a route that flaps at the period of the probes is never proven', () => {
  const flapping = Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? good : { route: GONE }));
  expect(isProven(judge(flapping), POLICY)).toBe(false);
});

test('parity that was reached and lost again is not proven', () => {
  expect(isProven(judge([good, good, good, { route: route({ coverageRatio: 0.9, activeTotal: 540 }) }]), POLICY)).toBe(
    false,
  );
});

test('a route that had to earn more than the row needs both', () => {
  const policy = { ...POLICY, probes: 2, earnedProbes: 5 };
  expect(isProven(judge([good, good, good], policy), policy)).toBe(false);
  expect(isProven(judge([good, good, good, good, good], policy), policy)).toBe(true);
});

/** What is wrong → the probe, and what is said about it. */
const BAD: Record<string, readonly [Probe, string]> = {
  'no answer': [{ route: GONE }, 'it does not answer: connection refused'],
  'it is off': [{ route: route({ role: 'off' }) }, 'it is off'],
  'no session': [{ route: route({ isSessionUp: false }) }, 'it has no session yet'],
  'no ticks': [{ route: route({ throughputMps: 0 }) }, 'no ticks come'],
  'ticks are not a number': [{ route: route({ throughputMps: Number.NaN }) }, 'no ticks come'],
  'coverage is not a number': [
    { route: route({ coverageRatio: Number.NaN }) },
    'coverage NaN, wanted 0.995: 600 of 600 contracts',
  ],
  'coverage above one': [{ route: route({ coverageRatio: 7 }) }, 'coverage 7, wanted 0.995: 600 of 600 contracts'],
  'nothing expected': [{ route: route({ expectedTotal: 0, activeTotal: 0 }) }, 'it expects no contracts at all'],
  'a stall among all': [{ route: route({ isInParity: false }) }, 'some of its contracts have no fresh tick'],
  'a silent consumer': [{ ...good, backlogs: { engine: null } }, 'backlog of engine is unknown'],
};

test.each(Object.entries(BAD))('%s is not parity, and is said', (_name, [probe, said]) => {
  const state = judge([probe, probe, probe, probe]);
  expect(isProven(state, POLICY)).toBe(false);
  expect(describeLack(state, POLICY)).toBe(said);
});

const EARLY = { ...POLICY, coverageProbes: 1 };

function filling(activeTotal: number): Probe {
  return { route: route({ activeTotal, coverageRatio: activeTotal / 600, isInParity: activeTotal === 600 }) };
}

test('ticks seen while the route fills its subscriptions count: parity is decided at its first whole coverage', () => {
  expect(isProven(judge([filling(200), filling(400)], EARLY), EARLY)).toBe(false);
  expect(isProven(judge([filling(200), filling(400), filling(600)], EARLY), EARLY)).toBe(true);
  expect(isProven(judge([filling(600), filling(600)], EARLY), EARLY)).toBe(false);
});

test('a route whose coverage shrinks starts its row anew', () => {
  const flapping = [filling(600), filling(400), filling(600), filling(500), filling(600)];
  expect(isProven(judge(flapping, EARLY), EARLY)).toBe(false);
  expect(describeLack(judge([filling(600), filling(500)], EARLY), EARLY)).toBe(
    'its coverage shrinks: 1 to 0.8333333333333334; coverage 0.8333333333333334, wanted 0.995: 500 of 600 contracts',
  );
  expect(isProven(judge([...flapping, filling(600), filling(600)], EARLY), EARLY)).toBe(true);
});

test('a growing backlog is not parity; a falling one is', () => {
  const grows = [10, 12, 14, 16].map((engine) => ({ ...good, backlogs: { engine } }));
  expect(describeLack(judge(grows), POLICY)).toBe('backlog of engine grows: 14 to 16 messages');
  expect(isProven(judge([...grows].reverse()), POLICY)).toBe(true);
});

test('an answer that does not move is a frozen one', () => {
  const frozen = { route: route({ saidAtMs: 7 }) };
  expect(describeLack(judge([frozen, frozen, frozen]), POLICY)).toBe('its answer is no newer than the one before');
});

test('an accepted gap takes missing contracts, never silence', () => {
  const policy = { ...POLICY, acceptsGap: true };
  const gap = { route: route({ coverageRatio: 0.5, activeTotal: 300, isInParity: false }) };
  expect(isProven(judge([gap, gap, gap], policy), policy)).toBe(true);
  const silent = { route: route({ throughputMps: 0 }) };
  expect(isProven(judge([silent, silent, silent], policy), policy)).toBe(false);
});

test('whatever came before, parity is proven only by a row of good probes at the end', () => {
  const probe = fc.constantFrom<Probe>(
    good,
    { route: GONE },
    { route: route({ coverageRatio: 0.2, activeTotal: 120 }) },
  );
  fc.assert(
    fc.property(fc.array(probe, { maxLength: 30 }), (probes) => {
      const isRow = probes.length >= 3 && probes.slice(-3).every((one) => one === good);
      expect(isProven(judge(probes), POLICY)).toBe(isRow);
    }),
    { numRuns: 300 },
  );
});
