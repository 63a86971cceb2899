// Sends portions under one sliding window: several requests on the way at once, each symbol told its end.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { ControlPlane } from '../../clients/control-plane/control-plane.ts';
import {
  type Batch,
  type BatchOutcome,
  createSubscriptionWork,
  type Refusal,
  type WorkCounts,
} from '../../domain/subscription/work.ts';
import type { Context } from '../../run/context.ts';
import type { SubscriptionSettings } from './settings.ts';

export interface PortionResult {
  readonly accepted: readonly string[];
  /** By the service's own word. */
  readonly rejected: readonly Refusal[];
  /** Given up: no answer, no room in the rate limit, not mentioned. */
  readonly failed: readonly Refusal[];
}

export interface Sender {
  /** Throws when the work was stopped before every symbol of the portion had its end. */
  send(symbols: readonly string[]): Promise<PortionResult>;
  counts(): WorkCounts;
  /** Answers that could be used. */
  answered(): number;
  stoppedBecause(): string | null;
}

/** Called after every request and every wait. */
export type Watch = (counts: WorkCounts, newlyAccepted: number) => void;

interface Portion {
  left: number;
  readonly accepted: string[];
  readonly rejected: Refusal[];
  readonly failed: Refusal[];
  readonly resolve: (result: PortionResult) => void;
  readonly reject: (error: unknown) => void;
}

interface Seen {
  answered: number;
  unansweredInARow: number;
  isPumping: boolean;
  stoppedBecause: string | null;
  /** Thrown by a request or a wait: the run is being ended. */
  failure: { readonly error: unknown } | null;
}

type Ctx = Pick<Context, 'clock' | 'signal' | 'log'>;

// A slow service does not hold the rate down, and a dead one does not collect requests.
export const MOST_UNDER_WAY = 4;

export function createSender(
  ctx: Ctx,
  controlPlane: ControlPlane,
  { policy, requestTimeoutMs }: SubscriptionSettings,
  watch: Watch,
): Sender {
  const work = createSubscriptionWork([], policy);
  const portions = new Map<string, Portion>();
  const underWay = new Set<Promise<void>>();
  const seen: Seen = { answered: 0, unansweredInARow: 0, isPumping: false, stoppedBecause: null, failure: null };
  // A poisoned symbol costs a timeout for each halving and each retry, of every request that is on the way.
  const mostUnanswered = MOST_UNDER_WAY * (Math.ceil(Math.log2(policy.batchSize)) + 1 + policy.maxRetries);

  const stop = (reason: string): void => {
    seen.stoppedBecause ??= reason;
    work.stop(reason);
  };
  const settle = (batch: Batch, outcome: BatchOutcome): void => {
    const { accepted, rejected } = work.settle(batch, outcome, ctx.clock.monotonicMs());
    const spoken = new Set(spokenRefusals(outcome));
    for (const symbol of accepted) end(portions, symbol, (portion) => portion.accepted.push(symbol));
    for (const refusal of rejected) {
      const list = spoken.has(refusal.symbol) ? 'rejected' : 'failed';
      end(portions, refusal.symbol, (portion) => portion[list].push(refusal));
    }
    if (outcome.kind === 'answered') {
      seen.answered += 1;
      seen.unansweredInARow = 0;
    } else if (outcome.kind === 'failed' && !outcome.retryable) {
      stop(outcome.reason);
    } else if (!(outcome.kind === 'failed' && outcome.isRateLimited)) {
      seen.unansweredInARow += 1;
      if (seen.unansweredInARow >= mostUnanswered) stop(`${seen.unansweredInARow} requests in a row had no answer`);
    }
    watch(work.counts(), accepted.length);
  };
  const request = async (batch: Batch): Promise<void> => {
    try {
      const outcome = await ask(ctx, controlPlane, batch.symbols, requestTimeoutMs);
      settle(batch, outcome);
      logBatch(ctx, batch, outcome);
    } catch (error) {
      seen.failure ??= { error };
    }
  };
  const pump = async (): Promise<void> => {
    for (;;) {
      if (seen.failure !== null) throw seen.failure.error;
      const isFull = underWay.size >= MOST_UNDER_WAY;
      const move = isFull ? { kind: 'await' as const } : work.next(ctx.clock.monotonicMs());
      if (move.kind === 'done') {
        seen.isPumping = false;
        return;
      }
      if (move.kind === 'await') await Promise.race(underWay);
      else if (move.kind === 'wait') {
        await Promise.race([ctx.clock.sleep(move.ms, ctx.signal), ...underWay]);
        watch(work.counts(), 0);
      } else {
        const sending = request(move.batch).finally(() => underWay.delete(sending));
        underWay.add(sending);
      }
    }
  };
  const rejectAll = (why: unknown): void => {
    for (const portion of new Set(portions.values())) portion.reject(why);
    portions.clear();
  };
  const keepPumping = (): void => {
    if (seen.isPumping) return;
    seen.isPumping = true;
    pump().then(
      () => {
        if (seen.stoppedBecause !== null) rejectAll(stopped(seen.stoppedBecause));
      },
      (error: unknown) => {
        seen.failure ??= { error };
        rejectAll(error);
      },
    );
  };
  return {
    send: (symbols) =>
      new Promise((resolve, reject) => {
        if (seen.stoppedBecause !== null) return reject(stopped(seen.stoppedBecause));
        // Nobody pumps any more: a portion that was being journaled meanwhile would wait for ever.
        if (seen.failure !== null) return reject(seen.failure.error);
        const portion: Portion = { left: symbols.length, accepted: [], rejected: [], failed: [], resolve, reject };
        for (const symbol of symbols) portions.set(symbol, portion);
        work.add(symbols);
        keepPumping();
      }),
    counts: () => work.counts(),
    answered: () => seen.answered,
    stoppedBecause: () => seen.stoppedBecause,
  };
}

function end(portions: Map<string, Portion>, symbol: string, note: (portion: Portion) => void): void {
  const portion = portions.get(symbol);
  if (portion === undefined) return;
  portions.delete(symbol);
  note(portion);
  portion.left -= 1;
  if (portion.left === 0) portion.resolve(portion);
}

/** Refused in so many words, and not for the rate. */
function spokenRefusals(outcome: BatchOutcome): readonly string[] {
  if (outcome.kind !== 'answered') return [];
  return outcome.rejected.filter(({ isRateLimited }) => !isRateLimited).map(({ symbol }) => symbol);
}

function stopped(reason: string): Fault {
  return new Fault('subscription stopped', `Cannot go on subscribing: ${reason}`, {
    exit: EXIT.critical,
    hint: 'look at the log of the market-data service; what is active already is skipped by the next run',
  });
}

async function ask(
  ctx: Ctx,
  controlPlane: ControlPlane,
  symbols: readonly string[],
  timeoutMs: number,
): Promise<BatchOutcome> {
  const answer = await controlPlane.subscribeBulk(symbols, { timeoutMs, signal: ctx.signal, insists: true });
  if (answer.ok) return { kind: 'answered', accepted: answer.accepted, rejected: answer.rejected };
  if (ctx.signal.aborted) throw ctx.signal.reason;
  if (answer.isTimeout) return { kind: 'timed out' };
  const { reason, retryable, isRateLimited, retryAfterMs } = answer;
  return { kind: 'failed', reason, retryable, isRateLimited, retryAfterMs };
}

function logBatch(ctx: Ctx, { number, symbols }: Batch, outcome: BatchOutcome): void {
  const told =
    outcome.kind === 'answered'
      ? `${outcome.accepted.length} accepted, ${outcome.rejected.length} rejected`
      : outcome.kind === 'failed'
        ? outcome.reason
        : 'no answer in time';
  ctx.log.event('subscription_batch', `request ${number} of ${symbols.length} contracts: ${told}`, {
    level: 'debug',
    extra: { request: number, contracts: symbols.length, outcome: outcome.kind },
  });
}
