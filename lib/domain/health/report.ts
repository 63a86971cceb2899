// The health report (`mdops.health/1`): what a check says, and what its verdict means to the caller.

import { EXIT, type ExitCode } from '../../base/exit-codes.ts';

export const HEALTH_SCHEMA = 'mdops.health/1';

export type Verdict = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';
export type Severity = 'warning' | 'critical';
export const HEALTH_MODES = ['dry-run', 'enforce', 'audit'] as const;
export type HealthMode = (typeof HEALTH_MODES)[number];

export const VERDICT_EXIT = {
  healthy: EXIT.ok,
  degraded: EXIT.warning,
  unhealthy: EXIT.critical,
  unknown: EXIT.unknown,
} as const satisfies Record<Verdict, ExitCode>;

export interface StalledContract {
  readonly symbol: string;
  readonly subscription_id: string | null;
  /** As the source wrote it; null when it gave none. */
  readonly last_tick_at: string | null;
  /** Null when there is no readable tick time to measure from; negative when the tick lies in the future. */
  readonly lag_seconds: number | null;
  readonly severity: Severity;
}

export interface FailedSymbol {
  readonly symbol: string;
  readonly reason: string;
}

export interface Remediation {
  readonly attempted: number;
  readonly succeeded: number;
  readonly attempts: number;
  readonly resubscribed: readonly string[];
  readonly failed: readonly FailedSymbol[];
  readonly rate_limit_events: number;
  readonly escalated: boolean;
}

export interface HealthReport {
  readonly schema: typeof HEALTH_SCHEMA;
  readonly generated_at: string;
  readonly mode: HealthMode;
  readonly verdict: Verdict;
  /** Null when nothing could be compared: a check that could not look has no ratio. */
  readonly coverage_ratio: number | null;
  readonly expected_total: number;
  readonly active_total: number;
  readonly matched_total: number;
  readonly ignored_total: number;
  readonly missing_contracts: readonly string[];
  readonly unexpected_contracts: readonly string[];
  readonly stalled_contracts: readonly StalledContract[];
  readonly unobservable_total: number;
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
  readonly exit_code: ExitCode;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly remediation: Remediation | null;
}
