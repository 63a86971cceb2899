// The judgement of a feed: expected against seen, and how old what was seen is.

import { HEALTH_SCHEMA, type HealthReport, type StalledContract, VERDICT_EXIT, type Verdict } from './report.ts';
import { countExpected, countFeed, type HealthInput, type Tally } from './tally.ts';
import { describeErrors, describeWarnings, reasonsNotToJudge } from './wording.ts';

const MICRO = 1_000_000;

export function assessFeed(input: HealthInput): HealthReport {
  const reasons = reasonsNotToJudge(input);
  if (reasons.length > 0) return reportUnknown(input, reasons);
  const tally = countFeed(input);
  const coverage = tally.matched / tally.expected;
  const verdict = judge(input, tally, coverage);
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

function judge({ coverageThreshold, unproven = [] }: HealthInput, tally: Tally, coverage: number): Verdict {
  const isBroken = tally.stalled.length > tally.slow.length;
  if (coverage < coverageThreshold || tally.missing.length > 0 || isBroken) return 'unhealthy';
  const isDoubtful = tally.stalled.length > 0 || tally.unexpected.length > 0 || unproven.length > 0;
  return isDoubtful ? 'degraded' : 'healthy';
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
    // Both questions go to one place, which may have one reason for not answering.
    errors: [...new Set(reasons)],
  };
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

function bySymbol(left: StalledContract, right: StalledContract): number {
  return left.symbol < right.symbol ? -1 : left.symbol > right.symbol ? 1 : 0;
}
