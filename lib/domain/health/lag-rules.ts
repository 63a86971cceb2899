// How old a tick may be: limits, and what counts as age.

export interface LagLimits {
  readonly warningMs: number;
  readonly criticalMs: number;
}

export interface LagRules {
  /** No symbol has a shorter limit: anything younger needs no further look. */
  readonly shortestMs: number;
  limitsOf(symbol: string): LagLimits;
  /**
   * Age of a tick as it is judged (`null`: there never was one), or null while staleness is expected. It is never more
   * than the time since the tick.
   */
  ageMs(symbol: string, tickMs: number | null): number | null;
}

/** One pair of limits for all, every second counts. */
export function createPlainLagRules(limits: LagLimits, nowMs: number): LagRules {
  return {
    shortestMs: Math.min(limits.warningMs, limits.criticalMs),
    limitsOf: () => limits,
    ageMs: (_symbol, tickMs) => (tickMs === null ? Number.POSITIVE_INFINITY : nowMs - tickMs),
  };
}
