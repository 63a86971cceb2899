// What changed between two checks.

import type { HealthReport, Verdict } from './report.ts';

export interface CheckMemory {
  readonly checkedAtMs: number;
  readonly verdict: Verdict;
  readonly missing: readonly string[];
  readonly stalled: readonly string[];
  /** False when the lists were too long to keep: then only verdicts can be compared. */
  readonly isWhole: boolean;
  /** Most of what was expected was missing or silent. */
  readonly isDead: boolean;
}

export interface Changes {
  readonly before: Verdict;
  readonly sinceMs: number;
  readonly newlyMissing: readonly string[];
  readonly newlyStalled: readonly string[];
  readonly recovered: readonly string[];
}

// A feed in this state needs no list of differences.
const MOST_KEPT = 1_000;

export function memoryOf(report: HealthReport, nowMs: number): CheckMemory {
  const stalled = report.stalled_contracts.map(({ symbol }) => symbol);
  const isWhole = report.missing_contracts.length + stalled.length <= MOST_KEPT;
  return {
    checkedAtMs: nowMs,
    verdict: report.verdict,
    missing: isWhole ? report.missing_contracts : [],
    stalled: isWhole ? stalled : [],
    isWhole,
    isDead: report.missing_contracts.length + stalled.length > report.expected_total / 2,
  };
}

/** Null when there is nothing to compare with, or one of the two could not look. */
export function findChanges(before: CheckMemory | null, report: HealthReport, nowMs: number): Changes | null {
  if (before === null || report.verdict === 'unknown') return null;
  const now = memoryOf(report, nowMs);
  const canList = before.isWhole && now.isWhole;
  const bad = new Set([...now.missing, ...now.stalled]);
  return {
    before: before.verdict,
    sinceMs: Math.max(0, nowMs - before.checkedAtMs),
    newlyMissing: canList ? without(now.missing, before.missing) : [],
    newlyStalled: canList ? without(now.stalled, before.stalled) : [],
    recovered: canList ? [...new Set([...before.missing, ...before.stalled])].filter((symbol) => !bad.has(symbol)) : [],
  };
}

function without(list: readonly string[], known: readonly string[]): string[] {
  const set = new Set(known);
  return list.filter((symbol) => !set.has(symbol));
}
