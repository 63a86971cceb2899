// Counting a feed: one walk over its columns sorts every symbol into what the report names.

import { type FeedView, SEEN } from './feed-view.ts';
import type { Origin } from './json-list.ts';
import type { LagRules } from './lag-rules.ts';
import type { HealthMode, Severity, StalledContract } from './report.ts';

export interface HealthInput {
  readonly feed: FeedView;
  readonly nowMs: number;
  readonly generatedAt: string;
  readonly mode: HealthMode;
  readonly coverageThreshold: number;
  readonly lagRules: LagRules;
  /** A tick this far ahead of us is still a clock difference; further ahead it is broken. */
  readonly futureToleranceMs: number;
  /** Resubscribed, there, and without a tick since: not broken, and not proven to be well. */
  readonly unproven?: readonly string[];
  readonly catalogue: Looked;
  readonly active: Looked;
  /** Facts that do not change the verdict but must be said. */
  readonly notes?: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** What one of the two sources answered. `problem` is empty when it could be read. */
export interface Looked {
  readonly name: string;
  readonly origin: Origin;
  readonly problem: string;
}

export interface Tally {
  expected: number;
  active: number;
  matched: number;
  ignored: number;
  unobservable: number;
  readonly missing: string[];
  readonly unexpected: string[];
  readonly stalled: StalledContract[];
  /** The stalled ones again, by what is wrong with them. */
  readonly slow: StalledContract[];
  readonly late: StalledContract[];
  readonly silent: string[];
  readonly broken: BrokenTick[];
}

export interface BrokenTick {
  readonly symbol: string;
  readonly text: string | null;
  readonly aheadMs: number | null;
}

export function countFeed(input: HealthInput): Tally {
  const { feed } = input;
  const tally = createTally();
  for (let index = 0; index < feed.count; index += 1) {
    const seen = feed.seen(index);
    const isActive = seen !== SEEN.no;
    const isExpected = feed.isExpected(index);
    if (isActive) tally.active += 1;
    if (feed.isIgnored(index)) {
      if (isExpected) tally.ignored += 1;
      continue;
    }
    if (isExpected) tally.expected += 1;
    if (isActive && isExpected) tally.matched += 1;
    else if (isExpected) tally.missing.push(feed.text(index));
    else if (isActive) tally.unexpected.push(feed.text(index));
    if (isActive) judgeTick(input, index, seen, tally);
  }
  return tally;
}

/** Ignored symbols are out of the picture: neither missing, nor unexpected, nor stalled. */
function judgeTick(input: HealthInput, index: number, seen: number, tally: Tally): void {
  const { feed, nowMs, lagRules } = input;
  if (seen === SEEN.bare) {
    tally.unobservable += 1;
    return;
  }
  const tickMs = seen === SEEN.at ? feed.tickMs(index) : null;
  if (tickMs !== null) {
    const lagMs = nowMs - tickMs;
    if (lagMs < -input.futureToleranceMs) noteBroken(feed, index, lagMs, tally);
    else if (lagMs >= lagRules.shortestMs) judgeAge(input, index, tickMs, tally);
  } else if (seen === SEEN.never) judgeAge(input, index, null, tally);
  else noteBroken(feed, index, null, tally);
}

function judgeAge(input: HealthInput, index: number, tickMs: number | null, tally: Tally): void {
  const { feed, lagRules } = input;
  const symbol = feed.text(index);
  const ageMs = lagRules.ageMs(symbol, tickMs);
  if (ageMs === null) return;
  const { warningMs, criticalMs } = lagRules.limitsOf(symbol);
  if (tickMs === null) {
    // Without any tick there is nothing to be slow: past the first limit it is dead.
    if (ageMs < Math.min(warningMs, criticalMs)) return;
    tally.silent.push(symbol);
    noteStalled(feed, index, symbol, null, 'critical', tally);
    return;
  }
  const lagMs = input.nowMs - tickMs;
  if (ageMs >= criticalMs) tally.late.push(noteStalled(feed, index, symbol, lagMs, 'critical', tally));
  else if (ageMs >= warningMs) tally.slow.push(noteStalled(feed, index, symbol, lagMs, 'warning', tally));
}

function noteStalled(
  feed: FeedView,
  index: number,
  symbol: string,
  lagMs: number | null,
  severity: Severity,
  tally: Tally,
): StalledContract {
  const { subscriptionId, lastTickAt } = feed.detail(index);
  const row: StalledContract = {
    symbol,
    subscription_id: subscriptionId,
    last_tick_at: lastTickAt,
    lag_seconds: lagMs === null ? null : lagMs / 1_000,
    severity,
  };
  tally.stalled.push(row);
  return row;
}

function noteBroken(feed: FeedView, index: number, lagMs: number | null, tally: Tally): void {
  const symbol = feed.text(index);
  noteStalled(feed, index, symbol, lagMs, 'critical', tally);
  tally.broken.push({ symbol, text: feed.detail(index).lastTickAt, aheadMs: lagMs === null ? null : -lagMs });
}

export function countExpected(feed: FeedView): { readonly expected: number; readonly ignored: number } {
  let expected = 0;
  let ignored = 0;
  for (let index = 0; index < feed.count; index += 1) {
    if (!feed.isExpected(index)) continue;
    if (feed.isIgnored(index)) ignored += 1;
    else expected += 1;
  }
  return { expected, ignored };
}

function createTally(): Tally {
  return {
    expected: 0,
    active: 0,
    matched: 0,
    ignored: 0,
    unobservable: 0,
    missing: [],
    unexpected: [],
    stalled: [],
    slow: [],
    late: [],
    silent: [],
    broken: [],
  };
}
