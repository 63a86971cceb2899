// What to repair, in which portions, and what became of it.

import { type FeedView, SEEN } from './feed-view.ts';
import type { LagRules } from './lag-rules.ts';
import type { FailedSymbol, HealthReport, Remediation } from './report.ts';

/** Missing and critically stalled contracts, each once. */
export function brokenSymbols(report: HealthReport): string[] {
  const stalled = report.stalled_contracts.filter(({ severity }) => severity === 'critical');
  return [...report.missing_contracts, ...stalled.map(({ symbol }) => symbol)].sort();
}

export function portion(symbols: readonly string[], size: number): string[][] {
  const portions: string[][] = [];
  for (let at = 0; at < symbols.length; at += size) portions.push(symbols.slice(at, at + size));
  return portions;
}

/** Acted on, present, and silent since, although the product trades: the action is neither proven nor refuted. */
export function findUnproven(feed: FeedView, acted: ReadonlyMap<string, number>, rules: LagRules): string[] {
  const unproven: string[] = [];
  for (const [symbol, actedMs] of acted) {
    const index = feed.find(symbol);
    if (index < 0 || feed.isIgnored(index)) continue;
    const seen = feed.seen(index);
    const isSilent = seen === SEEN.never || (seen === SEEN.at && feed.tickMs(index) < actedMs);
    if (isSilent && rules.ageMs(symbol, null) !== null) unproven.push(symbol);
  }
  return unproven.sort();
}

/** Last tick of whatever is critically stalled for longest: minus infinity for one that never ticked. */
export function oldestTickMs({ stalled_contracts: stalled }: HealthReport, nowMs: number): number {
  return stalled
    .filter(({ severity }) => severity === 'critical')
    .reduce((oldest, { lag_seconds: lag }) => {
      return Math.min(oldest, lag === null ? Number.NEGATIVE_INFINITY : nowMs - lag * 1_000);
    }, Number.POSITIVE_INFINITY);
}

export interface Attempts {
  readonly made: number;
  readonly tried: ReadonlySet<string>;
  readonly accepted: ReadonlySet<string>;
  /** Last reason given for a symbol. */
  readonly reasons: ReadonlyMap<string, string>;
  readonly rateLimitEvents: number;
}

export function describeRemediation(attempts: Attempts, last: HealthReport, escalated: boolean): Remediation {
  const broken = new Set(brokenSymbols(last));
  const missing = new Set(last.missing_contracts);
  const failed: FailedSymbol[] = [...attempts.tried]
    .filter((symbol) => last.verdict === 'unknown' || broken.has(symbol))
    .sort()
    .map((symbol) => ({ symbol, reason: attempts.reasons.get(symbol) ?? guessReason(symbol, last, missing) }));
  return {
    attempted: attempts.tried.size,
    succeeded: attempts.tried.size - failed.length,
    attempts: attempts.made,
    resubscribed: [...attempts.accepted].sort(),
    failed,
    rate_limit_events: attempts.rateLimitEvents,
    escalated,
  };
}

function guessReason(symbol: string, last: HealthReport, missing: ReadonlySet<string>): string {
  if (last.verdict === 'unknown') return 'could not look afterwards';
  return missing.has(symbol) ? 'accepted, and still not subscribed' : 'accepted, and still stalled';
}
