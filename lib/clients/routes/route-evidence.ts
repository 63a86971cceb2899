// What a route that speaks only the control plane's three questions shows of itself: its list, its ticks, its metrics.

import type { Clock } from '../../effects/clock.ts';
import type { Subscription } from '../control-plane/answers.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { readGauge } from './answers.ts';

export interface Evidence {
  readonly expectedTotal: number;
  readonly activeTotal: number;
  readonly coverageRatio: number;
  readonly isInParity: boolean;
  readonly throughputMps: number;
}

export interface EvidenceDetails {
  readonly openControlPlane: () => Promise<ControlPlane>;
  /** The route's page of metrics; null when it does not answer. */
  readonly readPage: () => Promise<string | null>;
  readonly feedLabel: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly maxTickAgeMs: number;
}

// What should be subscribed changes with the trading day, not from probe to probe.
const CATALOGUE_KEPT_MS = 30_000;
// As the health check judges it.
const AHEAD_MS = 5_000;
const THROUGHPUT = 'md_throughput_mps';

/** Null while the route does not show all three: such a route has no session yet. */
export function createEvidence(details: EvidenceDetails): () => Promise<Evidence | null> {
  const { clock, signal, timeoutMs, maxTickAgeMs } = details;
  let plane: Promise<ControlPlane> | null = null;
  let catalogue: { readonly symbols: ReadonlySet<string>; readonly readMs: number } | null = null;

  const readCatalogue = async (from: ControlPlane): Promise<ReadonlySet<string> | null> => {
    if (catalogue !== null && clock.monotonicMs() - catalogue.readMs < CATALOGUE_KEPT_MS) return catalogue.symbols;
    const contracts = await from.listContracts({ timeoutMs, signal });
    if (!contracts.ok || contracts.symbols.length === 0) return null;
    catalogue = { symbols: new Set(contracts.symbols), readMs: clock.monotonicMs() };
    return catalogue.symbols;
  };

  return async () => {
    plane ??= details.openControlPlane();
    const from = await plane;
    const [expected, active, page] = await Promise.all([
      readCatalogue(from),
      from.activeSubscriptions({ timeoutMs, signal }),
      details.readPage(),
    ]);
    const throughputMps = page === null ? null : readGauge(page, THROUGHPUT, `feed="${details.feedLabel}"`);
    if (expected === null || !active.ok || throughputMps === null) return null;
    const fresh = new Map<string, boolean>();
    for (const subscription of active.subscriptions) {
      if (!subscription.isActive || !expected.has(subscription.symbol)) continue;
      const isFresh = isFreshTick(subscription, clock.wallMs(), maxTickAgeMs);
      fresh.set(subscription.symbol, fresh.get(subscription.symbol) === true || isFresh);
    }
    const ticking = [...fresh.values()].filter(Boolean).length;
    return {
      expectedTotal: expected.size,
      activeTotal: fresh.size,
      coverageRatio: fresh.size / expected.size,
      isInParity: ticking === expected.size,
      throughputMps,
    };
  };
}

/** A bare string carries no tick time: it counts as active, never as fresh. */
function isFreshTick({ lastTickAt }: Subscription, nowMs: number, maxAgeMs: number): boolean {
  if (typeof lastTickAt !== 'string') return false;
  // Without a zone it is UTC.
  const tickMs = Date.parse(/(?:z|[+-]\d\d:?\d\d)$/i.test(lastTickAt) ? lastTickAt : `${lastTickAt}Z`);
  const ageMs = nowMs - tickMs;
  // NaN is neither.
  return ageMs <= maxAgeMs && ageMs >= -AHEAD_MS;
}
