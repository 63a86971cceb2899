// The judgement of a feed: expected against seen, and how old what was seen is.

import { type Feed, SEEN } from './feed.ts';
import type { Origin } from './json-list.ts';
import type { LagRules } from './lag-rules.ts';
import {
  HEALTH_SCHEMA,
  type HealthMode,
  type HealthReport,
  type Severity,
  type StalledContract,
  VERDICT_EXIT,
  type Verdict,
} from './report.ts';
import { describeErrors, describeWarnings, reasonsNotToJudge } from './wording.ts';

/** A tick this far ahead of us is still a clock difference; further ahead it is broken. */
export const FUTURE_TOLERANCE_MS = 5_000;
const MICRO = 1_000_000;

export interface HealthInput {
  readonly feed: Feed;
  readonly nowMs: number;
  readonly generatedAt: string;
  readonly mode: HealthMode;
  readonly coverageThreshold: number;
  readonly lagRules: LagRules;
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
  readonly broken: BrokenTick[];
}

export interface BrokenTick {
  readonly symbol: string;
  readonly text: string | null;
  readonly aheadMs: number | null;
}

export function assessFeed(input: HealthInput): HealthReport {
  const reasons = reasonsNotToJudge(input);
  if (reasons.length > 0) return reportUnknown(input, reasons);
  const tally = countFeed(input);
  const coverage = tally.matched / tally.expected;
  const verdict = judge(tally, coverage, input.coverageThreshold);
  return {
    ...frameOf(input, verdict),
    coverage_ratio: Math.round(coverage * MICRO) / MICRO,
    expected_total: tally.expected,
    active_total: tally.active,
    matched_total: tally.matched,
    ignored_total: tally.ignored,
    missing_contracts: tally.missing.sort(),
    unexpected_contracts: tally.unexpected.sort(),
    stalled_contracts: tally.stalled.sort(bySymbol),
    unobservable_total: tally.unobservable,
    warnings: describeWarnings(input, tally),
    errors: describeErrors(input, tally, coverage),
  };
}

function judge(tally: Tally, coverage: number, threshold: number): Verdict {
  const hasCritical = tally.stalled.some((contract) => contract.severity === 'critical');
  if (coverage < threshold || tally.missing.length > 0 || hasCritical) return 'unhealthy';
  return tally.stalled.length > 0 || tally.unexpected.length > 0 ? 'degraded' : 'healthy';
}

function countFeed(input: HealthInput): Tally {
  const { feed } = input;
  const tally = createTally();
  for (let index = 0; index < feed.count; index += 1) {
    const isActive = feed.seen(index) !== SEEN.no;
    const isExpected = feed.isExpected(index);
    if (isActive) tally.active += 1;
    if (feed.isIgnored(index)) {
      if (isExpected) tally.ignored += 1;
      continue;
    }
    if (isExpected) tally.expected += 1;
    if (isActive && isExpected) tally.matched += 1;
    else if (isExpected) tally.missing.push(feed.table.text(index));
    else if (isActive) tally.unexpected.push(feed.table.text(index));
    if (isActive) judgeTick(input, index, tally);
  }
  return tally;
}

/** Ignored symbols are out of the picture: neither missing, nor unexpected, nor stalled. */
function judgeTick(input: HealthInput, index: number, tally: Tally): void {
  const { feed, nowMs, lagRules } = input;
  const seen = feed.seen(index);
  if (seen === SEEN.bare) {
    tally.unobservable += 1;
    return;
  }
  const tickMs = seen === SEEN.at ? feed.tickMs(index) : null;
  if (tickMs !== null) {
    const lagMs = nowMs - tickMs;
    if (lagMs < -FUTURE_TOLERANCE_MS) noteBroken(feed, index, lagMs, tally);
    else if (lagMs >= lagRules.shortestMs) judgeAge(input, index, tickMs, tally);
  } else if (seen === SEEN.never) judgeAge(input, index, null, tally);
  else noteBroken(feed, index, null, tally);
}

function judgeAge(input: HealthInput, index: number, tickMs: number | null, tally: Tally): void {
  const symbol = input.feed.table.text(index);
  const ageMs = input.lagRules.ageMs(symbol, tickMs);
  if (ageMs === null) return;
  const limits = input.lagRules.limitsOf(symbol);
  // Without any tick there is nothing to be slow: past the first limit it is dead.
  const criticalMs = tickMs === null ? Math.min(limits.warningMs, limits.criticalMs) : limits.criticalMs;
  if (ageMs >= criticalMs) noteStalled(input.feed, index, symbol, tickMs === null ? null : ageMs, 'critical', tally);
  else if (ageMs >= limits.warningMs) noteStalled(input.feed, index, symbol, ageMs, 'warning', tally);
}

function noteStalled(
  feed: Feed,
  index: number,
  symbol: string,
  ageMs: number | null,
  severity: Severity,
  tally: Tally,
): void {
  const { subscriptionId, lastTickAt } = feed.detail(index);
  tally.stalled.push({
    symbol,
    subscription_id: subscriptionId,
    last_tick_at: lastTickAt,
    lag_seconds: ageMs === null ? null : ageMs / 1_000,
    severity,
  });
}

function noteBroken(feed: Feed, index: number, lagMs: number | null, tally: Tally): void {
  const symbol = feed.table.text(index);
  noteStalled(feed, index, symbol, lagMs, 'critical', tally);
  tally.broken.push({ symbol, text: feed.detail(index).lastTickAt, aheadMs: lagMs === null ? null : -lagMs });
}

function reportUnknown(input: HealthInput, reasons: readonly string[]): HealthReport {
  const isCatalogueKnown = input.catalogue.problem === '';
  const tally = isCatalogueKnown ? countExpected(input.feed) : { expected: 0, ignored: 0 };
  return {
    ...frameOf(input, 'unknown'),
    coverage_ratio: null,
    expected_total: tally.expected,
    active_total: 0,
    matched_total: 0,
    ignored_total: tally.ignored,
    missing_contracts: [],
    unexpected_contracts: [],
    stalled_contracts: [],
    unobservable_total: 0,
    warnings: [...(input.notes ?? [])],
    errors: reasons,
  };
}

export function countExpected(feed: Feed): { readonly expected: number; readonly ignored: number } {
  let expected = 0;
  let ignored = 0;
  for (let index = 0; index < feed.count; index += 1) {
    if (!feed.isExpected(index)) continue;
    if (feed.isIgnored(index)) ignored += 1;
    else expected += 1;
  }
  return { expected, ignored };
}

function frameOf(input: HealthInput, verdict: Verdict) {
  return {
    schema: HEALTH_SCHEMA,
    generated_at: input.generatedAt,
    mode: input.mode,
    verdict,
    exit_code: VERDICT_EXIT[verdict],
    metadata: input.metadata ?? {},
    remediation: null,
  } as const;
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
    broken: [],
  };
}

function bySymbol(left: StalledContract, right: StalledContract): number {
  return left.symbol < right.symbol ? -1 : left.symbol > right.symbol ? 1 : 0;
}
