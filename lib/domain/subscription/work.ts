// The work of a subscription run: what to send next, and what becomes of each symbol. Time comes from the caller.

import type { SubscriptionPolicy } from './policy.ts';
import { createRateWindow, type Slot } from './rate-window.ts';
import { createSendQueue } from './send-queue.ts';

export interface Batch {
  /** Counts from 1. */
  readonly number: number;
  readonly symbols: readonly string[];
}

export interface Refusal {
  readonly symbol: string;
  readonly reason: string;
}

export type BatchOutcome =
  | {
      readonly kind: 'answered';
      readonly accepted: readonly string[];
      readonly rejected: readonly (Refusal & { readonly isRateLimited: boolean })[];
    }
  | { readonly kind: 'timed out' }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly retryable: boolean;
      readonly isRateLimited: boolean;
      readonly retryAfterMs: number | null;
    };

export type NextMove =
  | { readonly kind: 'send'; readonly batch: Batch }
  | { readonly kind: 'wait'; readonly ms: number }
  /** Only an answer to what is under way can change anything. */
  | { readonly kind: 'await' }
  | { readonly kind: 'done' };

export interface WorkCounts {
  readonly batches: number;
  readonly rateLimitHits: number;
  readonly retries: number;
  readonly splits: number;
}

/** Symbols that will not be sent again. */
export interface Settled {
  readonly accepted: readonly string[];
  readonly rejected: readonly Refusal[];
}

export interface WorkSummary extends WorkCounts {
  readonly accepted: readonly string[];
  readonly rejected: readonly Refusal[];
  /** Not sent, or sent without a final word, because the work was stopped. */
  readonly leftOver: readonly string[];
  readonly stoppedBecause: string | null;
}

export interface SubscriptionWork {
  /** More to do; none of them may have been added before. */
  add(symbols: readonly string[]): void;
  next(nowMs: number): NextMove;
  /** Answers what this outcome was the last word for. */
  settle(batch: Batch, outcome: BatchOutcome, nowMs: number): Settled;
  /** Nothing further is sent; what is under way may still be settled. */
  stop(reason: string): void;
  counts(): WorkCounts;
  summary(): WorkSummary;
}

const MOST_DOUBLINGS = 5;

export function createSubscriptionWork(symbols: readonly string[], policy: SubscriptionPolicy): SubscriptionWork {
  const window = createRateWindow(policy.rate);
  const queue = createSendQueue([...new Set(symbols)], policy.batchSize);
  const underWay = new Map<Batch, Slot>();
  const tries = new Map<string, number>();
  const accepted: string[] = [];
  const rejected: Refusal[] = [];
  const count = { batches: 0, rateLimitHits: 0, retries: 0, splits: 0, failuresInARow: 0 };
  let stoppedBecause: string | null = null;

  const tryAgain = (symbol: string, reason: string, put = queue.putLast): void => {
    const made = (tries.get(symbol) ?? 0) + 1;
    tries.set(symbol, made);
    if (made > policy.maxRetries) {
      rejected.push({ symbol, reason });
      return;
    }
    count.retries += 1;
    put(symbol);
  };
  const meetRateLimit = (nowMs: number, retryAfterMs: number | null): void => {
    count.rateLimitHits += 1;
    window.pause(nowMs + (retryAfterMs ?? policy.rate.windowMs));
  };

  const settleAnswered = (batch: Batch, outcome: Extract<BatchOutcome, { kind: 'answered' }>, nowMs: number): void => {
    count.failuresInARow = 0;
    queue.succeeded(batch.symbols.length);
    const taken = new Set(outcome.accepted);
    const refused = new Map(outcome.rejected.map((refusal) => [refusal.symbol, refusal]));
    if (outcome.rejected.some(({ isRateLimited }) => isRateLimited)) meetRateLimit(nowMs, null);
    // What was asked for decides, not what the answer lists: each symbol is settled once.
    for (const symbol of batch.symbols) {
      const refusal = refused.get(symbol);
      if (refusal?.isRateLimited === true) tryAgain(symbol, refusal.reason);
      else if (refusal !== undefined) rejected.push({ symbol, reason: refusal.reason });
      else if (taken.has(symbol)) accepted.push(symbol);
      else tryAgain(symbol, 'not mentioned in the answer');
    }
  };
  const settleTimedOut = (batch: Batch): void => {
    const [only, ...others] = batch.symbols;
    if (only !== undefined && others.length === 0) tryAgain(only, 'timed out', queue.putApart);
    else count.splits += queue.split(batch.symbols) ? 1 : 0;
  };
  const settleFailed = (batch: Batch, outcome: Extract<BatchOutcome, { kind: 'failed' }>, nowMs: number): void => {
    if (!outcome.retryable) stoppedBecause ??= outcome.reason;
    if (stoppedBecause !== null) {
      for (const symbol of batch.symbols) queue.putLast(symbol);
      return;
    }
    for (const symbol of batch.symbols) tryAgain(symbol, outcome.reason);
    if (outcome.isRateLimited) {
      meetRateLimit(nowMs, outcome.retryAfterMs);
      return;
    }
    const backoffMs = policy.retryBaseMs * 2 ** Math.min(MOST_DOUBLINGS, count.failuresInARow);
    count.failuresInARow += 1;
    window.pause(nowMs + Math.max(backoffMs, outcome.retryAfterMs ?? 0));
  };

  const counts = (): WorkCounts => {
    const { failuresInARow: _, ...rest } = count;
    return rest;
  };

  return {
    add: (more) => queue.add(more),
    next: (nowMs) => {
      if (stoppedBecause !== null || queue.size() === 0)
        return underWay.size === 0 ? { kind: 'done' } : { kind: 'await' };
      const ms = window.waitMs(nowMs);
      if (ms === null) return { kind: 'await' };
      if (ms > 0) return { kind: 'wait', ms };
      count.batches += 1;
      const batch = { number: count.batches, symbols: queue.take(window.available(nowMs)) };
      underWay.set(batch, window.take(batch.symbols.length));
      return { kind: 'send', batch };
    },
    settle: (batch, outcome, nowMs) => {
      const slot = underWay.get(batch);
      if (slot === undefined) return { accepted: [], rejected: [] };
      underWay.delete(batch);
      window.end(slot, nowMs);
      const before = { accepted: accepted.length, rejected: rejected.length };
      if (outcome.kind === 'answered') settleAnswered(batch, outcome, nowMs);
      else if (outcome.kind === 'timed out') settleTimedOut(batch);
      else settleFailed(batch, outcome, nowMs);
      return { accepted: accepted.slice(before.accepted), rejected: rejected.slice(before.rejected) };
    },
    stop: (reason) => {
      stoppedBecause ??= reason;
    },
    counts,
    summary: () => {
      const leftOver = [...queue.rest(), ...[...underWay.keys()].flatMap((batch) => batch.symbols)];
      return { accepted, rejected, leftOver, stoppedBecause, ...counts() };
    },
  };
}
