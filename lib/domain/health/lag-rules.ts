// How old a tick may be: limits for all, for an exchange or for a product, and what counts as age.

import { contractName } from '../sessions/contract-name.ts';
import type { TradingTime } from '../sessions/trading-time.ts';

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

export interface LagPolicy {
  readonly usual: LagLimits;
  /** By exchange (`SHFE`) or product (`rb.SHFE`); a product's own limits win. */
  readonly special?: ReadonlyMap<string, LagLimits>;
  readonly tradingTime?: TradingTime;
  /** When a symbol was last acted on: staleness from before that is nobody's news. */
  readonly acted?: ReadonlyMap<string, number>;
  readonly nowMs: number;
}

export function createLagRules(policy: LagPolicy): LagRules {
  const { usual, special = new Map<string, LagLimits>(), acted, tradingTime, nowMs } = policy;
  const all = [usual, ...special.values()].flatMap(({ warningMs, criticalMs }) => [warningMs, criticalMs]);
  return {
    shortestMs: Math.min(...all),
    limitsOf: (symbol) => {
      if (special.size === 0) return usual;
      const { product, exchange } = contractName(symbol);
      return special.get(`${product}.${exchange}`) ?? special.get(exchange) ?? usual;
    },
    ageMs: (symbol, tickMs) => {
      const actedMs = acted?.get(symbol);
      const fromMs = actedMs === undefined ? tickMs : Math.max(actedMs, tickMs ?? actedMs);
      return ageOf(symbol, fromMs, nowMs, tradingTime);
    },
  };
}

/** Without a calendar every second counts; with one only trading time does, and only while the product trades. */
function ageOf(symbol: string, tickMs: number | null, nowMs: number, time: TradingTime | undefined): number | null {
  const current = time?.currentOf(symbol) ?? (time === undefined ? 'unknown' : null);
  if (current === null) return null;
  if (time === undefined || current === 'unknown') return tickMs === null ? Number.POSITIVE_INFINITY : nowMs - tickMs;
  return tickMs === null ? nowMs - current.openMs : time.sinceMs(symbol, tickMs);
}
