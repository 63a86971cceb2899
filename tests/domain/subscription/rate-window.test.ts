// The limiter against a server that enforces exactly its window, on a virtual clock: never refused, never idle.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRateWindow, type RateLimit } from '../../../lib/domain/subscription/rate-window.ts';
import { createSubscriptionWork } from '../../../lib/domain/subscription/work.ts';

describe('the window', () => {
  const limit: RateLimit = { max: 10, windowMs: 1_000 };

  test('holds what is under way without end, and what was answered for a window', () => {
    const window = createRateWindow(limit);
    const slot = window.take(10);
    expect(window.waitMs(50_000)).toBeNull();
    window.end(slot, 60_000);
    expect(window.waitMs(60_000)).toBe(1_001);
    expect(window.available(61_000)).toBe(0);
    expect(window.available(61_001)).toBe(10);
  });

  test('frees parts as they leave', () => {
    const window = createRateWindow(limit);
    window.end(window.take(4), 0);
    window.end(window.take(6), 500);
    expect(window.waitMs(500)).toBe(501);
    expect(window.available(1_001)).toBe(4);
    expect(window.available(1_501)).toBe(10);
  });

  test('an answer that comes twice counts once', () => {
    const window = createRateWindow(limit);
    const slot = window.take(10);
    window.end(slot, 0);
    window.end(slot, 500);
    expect(window.available(1_001)).toBe(10);
  });

  test('a pause holds everything back', () => {
    const window = createRateWindow(limit);
    window.pause(700);
    window.pause(300);
    expect([window.available(699), window.waitMs(600), window.available(700)]).toEqual([0, 100, 10]);
  });
});

interface Network {
  readonly limit: RateLimit;
  readonly batchSize: number;
  readonly windows: number;
  readonly concurrency: number;
  /** One-way delays in milliseconds, used in turn. */
  readonly there: readonly number[];
  readonly back: readonly number[];
}

const delays = fc.array(fc.double({ min: 0, max: 4, noNaN: true }), { minLength: 1, maxLength: 7 });
const networks: fc.Arbitrary<Network> = fc
  .record({
    max: fc.integer({ min: 1, max: 300 }),
    windowMs: fc.integer({ min: 1_000, max: 60_000 }),
    batchSize: fc.integer({ min: 1, max: 120 }),
    windows: fc.integer({ min: 2, max: 6 }),
    concurrency: fc.integer({ min: 1, max: 8 }),
    there: delays,
    back: delays,
  })
  .map(({ max, windowMs, ...rest }) => ({ ...rest, limit: { max, windowMs } }));

test('no request is ever refused, whatever the delays of the network', () => {
  const wild = fc.array(fc.double({ min: 0, max: 3_000, noNaN: true }), { minLength: 1, maxLength: 7 });
  fc.assert(
    fc.property(networks, wild, wild, (network, there, back) => {
      expect(simulate({ ...network, there, back }).refused).toBe(0);
    }),
    { numRuns: 200 },
  );
});

test('at least 99 % of the allowed rate is used when requests of one window fit into a hundredth of it', () => {
  fc.assert(
    fc.property(networks, (network) => {
      const { limit, batchSize, windows } = network;
      // Requests one after the other take their round trips: as many at once as the window needs.
      const concurrency = Math.ceil(limit.max / Math.min(batchSize, limit.max)) + 1;
      const { refused, lastArrivalMs } = simulate({ ...network, concurrency });
      expect(refused).toBe(0);
      expect(((windows - 1) * limit.windowMs) / lastArrivalMs).toBeGreaterThanOrEqual(0.99);
    }),
    { numRuns: 200 },
  );
});

/** Plays a whole run on a virtual clock; the server counts each request at its arrival. */
function simulate(network: Network): { refused: number; lastArrivalMs: number } {
  const { limit, batchSize, concurrency } = network;
  const symbols = Array.from({ length: limit.max * network.windows }, (_, index) => `s${index}`);
  const work = createSubscriptionWork(symbols, { batchSize, maxRetries: 3, rate: limit, retryBaseMs: 100 });
  const arrivals: { readonly atMs: number; readonly units: number }[] = [];
  const answers: { readonly atMs: number; readonly act: () => void }[] = [];
  let nowMs = 0;
  let sent = 0;
  for (;;) {
    const move = answers.length < concurrency ? work.next(nowMs) : ({ kind: 'await' } as const);
    if (move.kind === 'done') break;
    if (move.kind === 'send') {
      const { batch } = move;
      const arrivesMs = nowMs + (network.there[sent % network.there.length] ?? 0);
      const answeredMs = arrivesMs + (network.back[sent % network.back.length] ?? 0);
      sent += 1;
      arrivals.push({ atMs: arrivesMs, units: batch.symbols.length });
      const outcome = { kind: 'answered', accepted: batch.symbols, rejected: [] } as const;
      answers.push({ atMs: answeredMs, act: () => work.settle(batch, outcome, answeredMs) });
      continue;
    }
    answers.sort((one, other) => one.atMs - other.atMs);
    const wakesMs = move.kind === 'wait' ? nowMs + move.ms : Number.POSITIVE_INFINITY;
    if (answers[0] !== undefined && answers[0].atMs <= wakesMs) {
      nowMs = answers[0].atMs;
      answers.shift()?.act();
    } else {
      nowMs = wakesMs;
    }
  }
  expect(work.summary().accepted).toHaveLength(symbols.length);
  return { refused: countRefused(arrivals, limit), lastArrivalMs: Math.max(...arrivals.map(({ atMs }) => atMs)) };
}

/** A server that enforces exactly the window: at each arrival, what came less than a window before counts. */
function countRefused(arrivals: readonly { atMs: number; units: number }[], { max, windowMs }: RateLimit): number {
  const ordered = [...arrivals].sort((one, other) => one.atMs - other.atMs);
  let refused = 0;
  for (const [index, { atMs }] of ordered.entries()) {
    const recent = ordered.slice(0, index + 1).filter((arrival) => atMs - arrival.atMs < windowMs);
    if (recent.reduce((sum, { units }) => sum + units, 0) > max) refused += 1;
  }
  return refused;
}
