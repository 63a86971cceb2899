// A subscription run: every symbol gets exactly one end, whatever the answers.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findPolicyProblems, type SubscriptionPolicy } from '../../../lib/domain/subscription/policy.ts';
import {
  type Batch,
  type BatchOutcome,
  createSubscriptionWork,
  type SubscriptionWork,
} from '../../../lib/domain/subscription/work.ts';

const POLICY: SubscriptionPolicy = {
  batchSize: 8,
  maxRetries: 2,
  rate: { max: 1_000, windowMs: 1_000 },
  retryBaseMs: 100,
};

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `s${index}`);
}

function accept({ symbols }: Batch): BatchOutcome {
  return { kind: 'answered', accepted: symbols, rejected: [] };
}

interface Played {
  readonly batches: readonly (readonly string[])[];
  readonly tookMs: number;
}

/** One request at a time; each takes a millisecond. */
function play(work: SubscriptionWork, answer: (batch: Batch) => BatchOutcome): Played {
  const batches: (readonly string[])[] = [];
  let nowMs = 0;
  for (;;) {
    const move = work.next(nowMs);
    if (move.kind === 'done') return { batches, tookMs: nowMs };
    if (move.kind === 'await') throw new Error('it waits for an answer that nobody owes');
    if (move.kind === 'wait') {
      nowMs += move.ms;
      continue;
    }
    batches.push(move.batch.symbols);
    nowMs += 1;
    work.settle(move.batch, answer(move.batch), nowMs);
  }
}

test('symbols go in batches, in order, each once', () => {
  const work = createSubscriptionWork([...names(20), 's0'], POLICY);
  const { batches } = play(work, accept);
  expect(batches.map((batch) => batch.length)).toEqual([8, 8, 4]);
  expect(batches.flat()).toEqual(names(20));
  expect(work.summary()).toMatchObject({ rejected: [], leftOver: [], batches: 3, retries: 0, stoppedBecause: null });
});

test('a batch is cut to what the window leaves, so that nothing of the rate is lost', () => {
  const work = createSubscriptionWork(names(20), { ...POLICY, rate: { max: 10, windowMs: 1_000 } });
  expect(play(work, accept).batches.map((batch) => batch.length)).toEqual([8, 2, 8, 2]);
});

describe('a request that times out', () => {
  test('is split until the symbol that causes it is alone, and the others get through', () => {
    const work = createSubscriptionWork(names(64), POLICY);
    const { batches } = play(work, (batch) => (batch.symbols.includes('s13') ? { kind: 'timed out' } : accept(batch)));
    const { accepted, rejected, splits } = work.summary();
    expect(accepted).toHaveLength(63);
    expect(rejected).toEqual([{ symbol: 's13', reason: 'timed out' }]);
    expect(splits).toBe(3);
    expect(batches.filter((batch) => batch.includes('s13')).map((batch) => batch.length)).toEqual([8, 4, 2, 1, 1, 1]);
  });

  test('makes the next ones smaller, and successes larger again', () => {
    let isSlow = true;
    const work = createSubscriptionWork(names(200), { ...POLICY, batchSize: 32 });
    const { batches } = play(work, (batch) => {
      if (batch.symbols.includes('s60')) isSlow = false;
      return isSlow && batch.symbols.length > 10 ? { kind: 'timed out' } : accept(batch);
    });
    const sizes = batches.map((batch) => batch.length);
    expect(sizes.slice(0, 3)).toEqual([32, 16, 8]);
    expect(sizes.slice(-3, -1)).toContain(32);
    expect(work.summary().accepted).toHaveLength(200);
  });
});

describe('a rate limit', () => {
  test('for some symbols is waited out, and only they are sent again', () => {
    const work = createSubscriptionWork(names(8), POLICY);
    let isFirst = true;
    const played = play(work, (batch) => {
      if (!isFirst) return accept(batch);
      isFirst = false;
      const rejected = ['s3', 's5'].map((symbol) => ({ symbol, reason: 'rate limit', isRateLimited: true }));
      return { kind: 'answered', accepted: batch.symbols, rejected };
    });
    expect(played.batches[1]).toEqual(['s3', 's5']);
    expect(played.tookMs).toBeGreaterThanOrEqual(1_000);
    expect(work.summary()).toMatchObject({ rejected: [], rateLimitHits: 1, retries: 2 });
    expect(work.summary().accepted).toHaveLength(8);
  });

  test('that never ends gives up after the retries', () => {
    const work = createSubscriptionWork(names(2), POLICY);
    const { batches } = play(work, ({ symbols }) => ({
      kind: 'answered',
      accepted: [],
      rejected: symbols.map((symbol) => ({ symbol, reason: 'rate limit', isRateLimited: true })),
    }));
    expect(batches).toHaveLength(3);
    expect(work.summary().rejected).toEqual(names(2).map((symbol) => ({ symbol, reason: 'rate limit' })));
  });
});

describe('a failed request', () => {
  const broken = { kind: 'failed', reason: 'connection refused', isRateLimited: false, retryAfterMs: null } as const;

  test('worth retrying is repeated after a growing while', () => {
    const work = createSubscriptionWork(names(1), { ...POLICY, maxRetries: 3 });
    const { batches, tookMs } = play(work, () => ({ ...broken, retryable: true }));
    expect(batches).toHaveLength(4);
    expect(tookMs).toBe(100 + 200 + 400 + 4);
  });

  test('not worth it stops the run and leaves the rest over', () => {
    const work = createSubscriptionWork(names(20), POLICY);
    const { batches } = play(work, (batch) => (batch.number === 1 ? accept(batch) : { ...broken, retryable: false }));
    expect(batches).toHaveLength(2);
    expect(work.summary()).toMatchObject({ stoppedBecause: 'connection refused', rejected: [] });
    expect(work.summary().leftOver.toSorted()).toEqual(names(20).slice(8).toSorted());
  });

  test('waits as long as the remote asks', () => {
    const work = createSubscriptionWork(names(1), POLICY);
    let isFirst = true;
    const { tookMs } = play(work, (batch) => {
      if (!isFirst) return accept(batch);
      isFirst = false;
      return { ...broken, retryable: true, isRateLimited: true, retryAfterMs: 7_000 };
    });
    expect(tookMs).toBe(7_002);
  });
});

test('stopping sends nothing further and forgets nothing', () => {
  const work = createSubscriptionWork(names(20), POLICY);
  const move = work.next(0);
  work.stop('cancelled');
  expect(work.next(0).kind).toBe('await');
  expect(work.summary().leftOver).toHaveLength(20);
  if (move.kind === 'send') work.settle(move.batch, accept(move.batch), 1);
  expect(work.next(1).kind).toBe('done');
  expect(work.summary()).toMatchObject({ stoppedBecause: 'cancelled' });
  expect(work.summary().leftOver).toHaveLength(12);
});

test('whatever the answers, the run ends and each symbol has exactly one end', () => {
  const kinds = fc.infiniteStream(fc.constantFrom('accept', 'time out', 'mixed', 'fail', 'forget', 'lie'));
  const policies = fc.record({
    batchSize: fc.integer({ min: 1, max: 40 }),
    maxRetries: fc.integer({ min: 0, max: 4 }),
    rate: fc.record({ max: fc.integer({ min: 1, max: 60 }), windowMs: fc.integer({ min: 1, max: 5_000 }) }),
    retryBaseMs: fc.integer({ min: 1, max: 1_000 }),
  });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 120 }), policies, kinds, (count, policy, stream) => {
      const work = createSubscriptionWork(names(count), policy);
      let mostInAWindow = 0;
      play(work, (batch) => {
        mostInAWindow = Math.max(mostInAWindow, batch.symbols.length);
        return respond(batch, stream.next().value ?? 'accept');
      });
      const { accepted, rejected, leftOver } = work.summary();
      const ends = [...accepted, ...rejected.map(({ symbol }) => symbol), ...leftOver];
      expect(ends.toSorted()).toEqual(names(count).toSorted());
      expect(mostInAWindow).toBeLessThanOrEqual(Math.min(policy.batchSize, policy.rate.max));
    }),
    { numRuns: 300 },
  );
});

function respond(batch: Batch, kind: string): BatchOutcome {
  const { symbols } = batch;
  switch (kind) {
    case 'time out':
      return { kind: 'timed out' };
    case 'fail':
      return { kind: 'failed', reason: 'down', retryable: true, isRateLimited: false, retryAfterMs: null };
    case 'forget':
      return { kind: 'answered', accepted: [], rejected: [] };
    case 'lie':
      return { kind: 'answered', accepted: ['never asked', ...symbols, ...symbols], rejected: [] };
    case 'mixed': {
      const rejected = symbols.map((symbol, index) => ({ symbol, reason: 'no', isRateLimited: index % 2 === 0 }));
      return { kind: 'answered', accepted: symbols.slice(2), rejected: rejected.slice(0, 3) };
    }
    default:
      return accept(batch);
  }
}

test.each<[string, Partial<SubscriptionPolicy>, number]>([
  ['a good policy', {}, 0],
  ['no batch', { batchSize: 0 }, 1],
  ['half a symbol', { batchSize: 0.5 }, 1],
  ['a rate of nothing in no time', { rate: { max: 0, windowMs: 0 } }, 2],
  ['numbers that are none', { maxRetries: Number.NaN, retryBaseMs: Number.POSITIVE_INFINITY }, 2],
])('%s has its problems named', (_, change, problems) => {
  expect(findPolicyProblems({ ...POLICY, ...change })).toHaveLength(problems);
});

describe('symbols that are added later', () => {
  test('are sent too, and settling tells which symbols had their last word', () => {
    const work = createSubscriptionWork(['a'], POLICY);
    const first = send(work, 0);
    work.add(['b', 'c']);
    expect(work.settle(first, accept(first), 1)).toEqual({ accepted: ['a'], rejected: [] });
    const second = send(work, 2);
    const refusal = { symbol: 'c', reason: 'halted', isRateLimited: false };
    expect(work.settle(second, { kind: 'answered', accepted: ['b'], rejected: [refusal] }, 3)).toEqual({
      accepted: ['b'],
      rejected: [{ symbol: 'c', reason: 'halted' }],
    });
    expect(work.next(4)).toEqual({ kind: 'done' });
    expect(work.counts()).toEqual({ batches: 2, rateLimitHits: 0, retries: 0, splits: 0 });
  });

  test('a symbol that will be tried again had no last word', () => {
    const work = createSubscriptionWork(['a'], POLICY);
    expect(work.settle(send(work, 0), { kind: 'timed out' }, 1)).toEqual({ accepted: [], rejected: [] });
    expect(work.counts()).toMatchObject({ retries: 1 });
  });
});

function send(work: SubscriptionWork, nowMs: number): Batch {
  const move = work.next(nowMs);
  if (move.kind !== 'send') throw new Error(`it does not send but ${move.kind}`);
  return move.batch;
}
