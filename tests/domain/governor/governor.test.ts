// Budgets, latches, pauses and the switch; and when the observer is doubted.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Acknowledgement,
  admitAction,
  type Moment,
  NO_ORDERS,
  NO_STATE,
  type Orders,
  type TargetState,
} from '../../../lib/domain/governor/governor.ts';
import { doubtObserver, type ExchangeView } from '../../../lib/domain/governor/observer.ts';

const BUDGET = { perHour: 3, perDay: 7 };
const HOUR = 3_600_000;

function at(monotonicMs: number, bootId = 'a', wallMs = monotonicMs): Moment {
  return { bootId, monotonicMs, wallMs };
}

function ask(state: TargetState, now: Moment, orders: Orders = NO_ORDERS) {
  return admitAction(state, orders, 'remediation', BUDGET, now);
}

/** The state after one admission at each of these moments. */
function stateAfter(...moments: Moment[]): TargetState {
  return moments.reduce((state, now) => ask(state, now).state, NO_STATE);
}

describe('a budget', () => {
  test('allows three an hour and latches at the fourth', () => {
    const state = stateAfter(at(0), at(1), at(2));
    const fourth = ask(state, at(3));
    expect(fourth).toMatchObject({ allowed: false, code: 'budget spent', state: { latch: { id: 1 } } });
    expect(ask(fourth.state, at(100 * HOUR))).toMatchObject({ allowed: false, code: 'budget latched' });
  });

  test('allows another once the oldest is an hour old', () => {
    expect(ask(stateAfter(at(0), at(1), at(2)), at(HOUR)).allowed).toBe(true);
  });

  test('allows seven a day', () => {
    const moments = Array.from({ length: 7 }, (_, i) => at(i * HOUR));
    expect(ask(stateAfter(...moments), at(7 * HOUR)).allowed).toBe(false);
    expect(ask(stateAfter(...moments), at(24 * HOUR)).allowed).toBe(true);
  });

  test('counts each kind by itself', () => {
    const state = stateAfter(at(0), at(1), at(2));
    expect(admitAction(state, NO_ORDERS, 'failover', { perHour: 1, perDay: 24 }, at(3)).allowed).toBe(true);
  });

  test('of nothing allows nothing', () => {
    expect(admitAction(NO_STATE, NO_ORDERS, 'x', { perHour: 0, perDay: 9 }, at(0)).allowed).toBe(false);
  });

  test('is not refilled by a reboot or a wall clock', () => {
    const state = stateAfter(at(5_000), at(6_000), at(7_000));
    expect(ask(state, at(1_000, 'b', 90 * HOUR)).allowed).toBe(false);
    expect(ask(state, at(HOUR - 1, 'b', 90 * HOUR)).allowed).toBe(false);
    expect(ask(state, at(HOUR, 'b')).allowed).toBe(true);
  });

  test('opens again when a person acknowledges the latch, and only that one', () => {
    const latched = ask(stateAfter(at(0), at(1), at(2)), at(3)).state;
    const acknowledgement: Acknowledgement = { latchId: 1, at: at(4), by: 'li' };
    const orders = { ...NO_ORDERS, acknowledgement };
    const opened = ask(latched, at(5), orders);
    expect(opened).toMatchObject({ allowed: true, state: { latch: null, actions: [{ at: at(5) }] } });
    const again = [6, 7, 8].reduce((state, now) => ask(state, at(now), orders).state, opened.state);
    expect(ask(again, at(9), orders)).toMatchObject({ allowed: false, code: 'budget latched' });
  });
});

describe('an order', () => {
  const pause = { at: at(0), forMs: HOUR, reason: 'venue work', by: 'li' };
  test('to pause holds for its time', () => {
    const orders = { ...NO_ORDERS, pause };
    expect(ask(NO_STATE, at(HOUR - 1), orders)).toMatchObject({ allowed: false, code: 'target paused' });
    expect(ask(NO_STATE, at(HOUR), orders).allowed).toBe(true);
  });
  test('to pause is not shortened by a reboot', () => {
    const orders = { ...NO_ORDERS, pause };
    expect(ask(NO_STATE, at(HOUR - 1, 'b', 99 * HOUR), orders).allowed).toBe(false);
  });
  test('to stop everything holds until it is taken back', () => {
    const global = { isOff: true, at: at(0), reason: 'incident', by: 'li' };
    expect(ask(NO_STATE, at(99 * HOUR), { ...NO_ORDERS, global })).toMatchObject({ code: 'automation off' });
    expect(ask(NO_STATE, at(1), { ...NO_ORDERS, global: { ...global, isOff: false } }).allowed).toBe(true);
  });
  test('that refuses spends and latches nothing', () => {
    expect(ask(NO_STATE, at(1), { ...NO_ORDERS, pause }).state).toEqual(NO_STATE);
  });
});

test('no sequence of requests, reboots and clock steps ever admits more than the budget', () => {
  const step = fc.record({
    advanceMs: fc.integer({ min: 0, max: 2 * HOUR }),
    reboots: fc.boolean(),
    wallMs: fc.integer(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let state = NO_STATE;
      let trueMs = 0;
      let bootMs = 0;
      let boot = 0;
      const admitted: number[] = [];
      for (const { advanceMs, reboots, wallMs } of steps) {
        trueMs += advanceMs;
        if (reboots) {
          boot += 1;
          bootMs = trueMs;
        }
        const admission = ask(state, { bootId: String(boot), monotonicMs: trueMs - bootMs, wallMs });
        ({ state } = admission);
        if (admission.allowed) admitted.push(trueMs);
        expect(admitted.filter((ms) => ms > trueMs - HOUR).length).toBeLessThanOrEqual(BUDGET.perHour);
        expect(admitted.filter((ms) => ms > trueMs - 24 * HOUR).length).toBeLessThanOrEqual(BUDGET.perDay);
      }
    }),
    { numRuns: 1_000 },
  );
});

describe('the observer', () => {
  const view = (exchange: string, total: number, dead: number): ExchangeView => ({ exchange, total, dead });
  const cases: Record<string, [ExchangeView[], string[], boolean]> = {
    'is doubted when most exchanges are dead': [[view('A', 5, 5), view('B', 9, 9), view('C', 5, 0)], [], true],
    'is believed when half of them are': [[view('A', 5, 5), view('B', 9, 0)], [], false],
    'is believed when one of five is': [
      [view('A', 5, 5), ...'BCDE'.split('').map((name) => view(name, 5, 0))],
      [],
      false,
    ],
    'is believed when an exchange is only mostly dead': [[view('A', 5, 4), view('B', 5, 4)], [], false],
    'is believed about a single exchange': [[view('A', 5, 5)], [], false],
    'is believed about exchanges of one contract': [[view('A', 1, 1), view('B', 1, 1), view('C', 9, 0)], [], false],
    'is doubted when the other feed is dead too': [[view('A', 5, 5)], ['backup'], true],
    'is believed when only the other feed is dead': [[view('A', 5, 1)], ['backup'], false],
  };
  test.each(Object.entries(cases))('%s', (_name, [views, others, isDoubted]) => {
    expect(doubtObserver(views, others, 0.5) !== null).toBe(isDoubted);
  });
});
