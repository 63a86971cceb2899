// The market-data session of one route: login, subscriptions, ticks, and what faults make of them.

import type { FaultBoard } from './fault-board.ts';
import { seeded, seededBetween } from './seeded.ts';
import type { SimClock } from './sim-clock.ts';
import { createSubscriptionBook, lastTickMs, type Subscription } from './subscriptions.ts';
import type { Fault, RouteState } from './wire.ts';

export interface FeedSession {
  /** Logs in anew: subscriptions are gone, the way to parity begins. */
  bringUp(): void;
  takeDown(): void;
  readonly id: number;
  state(): RouteState['session'];
  /** Null when accepted, else the reason. */
  subscribe(symbol: string): string | null;
  survey(): Survey;
  readonly rateLimitHits: number;
  /** One-shot effects of a fault that was just set. */
  strike(fault: Fault): void;
}

/** The session at one moment. */
export interface Survey {
  /** What the route says it is subscribed to, divergence included. */
  readonly visible: readonly Subscription[];
  /** Null before the first tick. */
  lastTickMs(subscription: Subscription): number | null;
  readonly coverageRatio: number;
  readonly isInParity: boolean;
  readonly timeToParityMs: number | null;
  readonly throughput: number;
}

export interface FeedSessionOptions {
  readonly route: string;
  readonly seed: number;
  readonly clock: SimClock;
  readonly contracts: readonly string[];
  readonly faults: FaultBoard;
  readonly loginMs: readonly [low: number, high: number];
  readonly rateLimit: { readonly max: number; readonly windowMs: number };
}

export function createFeedSession(options: FeedSessionOptions): FeedSession {
  const { route, seed, clock, contracts, faults } = options;
  const book = createSubscriptionBook(seed, route);
  const expected = new Set(contracts);
  const frozen = new Map<string, number>();
  const window = { startedMs: 0, used: 0 };
  // Grows with every login, also over restarts: a session is known by it.
  let id = Math.floor(clock.wallMs());
  let logins = 0;
  let broughtUpMs: number | null = null;
  let readyMs = 0;
  let parityMs: number | null = null;
  let rateLimitHits = 0;

  const now = (): number => clock.monotonicMs();
  /** Since when the route is dark; null while it is not. */
  const darkSinceMs = (): number | null => {
    const flap = faults.find('flap');
    if (flap === undefined) return null;
    const periodMs = Math.max(1, flap.period_ms);
    const phase = Math.floor((now() - flap.sinceMs) / periodMs);
    return phase % 2 === 0 ? flap.sinceMs + phase * periodMs : null;
  };
  const state = (): RouteState['session'] => {
    if (broughtUpMs === null || darkSinceMs() !== null) return 'down';
    return now() < readyMs ? 'logging in' : 'up';
  };
  const frozenSinceMs = (symbol: string): number | undefined =>
    faults.find('stall') === undefined ? undefined : frozen.get(symbol);
  const pick = ({ symbols, count }: { readonly symbols?: readonly string[]; readonly count?: number }): string[] => {
    const all = book.list().map(({ symbol }) => symbol);
    if (symbols !== undefined) return all.filter((symbol) => symbols.includes(symbol));
    const order = all.toSorted((a, b) => seeded(seed, 'pick', a) - seeded(seed, 'pick', b));
    return order.slice(0, count ?? order.length);
  };
  const takeFromWindow = (): string | null => {
    const limit = faults.find('rate limit');
    const max = limit?.max ?? options.rateLimit.max;
    const windowMs = limit?.window_ms ?? options.rateLimit.windowMs;
    if (now() >= window.startedMs + windowMs) Object.assign(window, { startedMs: now(), used: 0 });
    if (window.used >= max) {
      rateLimitHits += 1;
      return `rate limit: ${max} in ${windowMs} ms`;
    }
    window.used += 1;
    return null;
  };
  const visible = (): readonly Subscription[] => {
    if (state() === 'down') return [];
    const count = faults.find('diverge')?.count ?? 0;
    if (count === 0) return book.list();
    const strangers = Array.from({ length: count }, (_, index) => ({
      symbol: `zz${String(index + 1).padStart(4, '0')}.OTC`,
      id: `${route}-stranger-${index + 1}`,
      createdMs: readyMs,
      firstTickMs: readyMs,
      periodMs: 1_000,
      perSecond: 1,
    }));
    return [...book.list().slice(count), ...strangers];
  };
  const survey = (): Survey => {
    const nowMs = now();
    const isUp = state() === 'up';
    const shown = visible();
    const seenMs = Math.min(nowMs, darkSinceMs() ?? nowMs);
    const isStalling = faults.find('stall') !== undefined;
    const tick = (subscription: Subscription): number | null => {
      const frozenMs = isStalling ? frozen.get(subscription.symbol) : undefined;
      return lastTickMs(subscription, Math.min(seenMs, frozenMs ?? seenMs));
    };
    let [matched, ticking, perSecond, lastFirstTickMs] = [0, 0, 0, 0];
    for (const subscription of shown) {
      if (!expected.has(subscription.symbol)) continue;
      matched += 1;
      if ((isStalling && frozen.has(subscription.symbol)) || seenMs < subscription.firstTickMs) continue;
      ticking += 1;
      perSecond += subscription.perSecond;
      lastFirstTickMs = Math.max(lastFirstTickMs, subscription.firstTickMs);
    }
    const isInParity = isUp && ticking === contracts.length;
    if (isInParity) parityMs ??= lastFirstTickMs;
    const noise = seededBetween(0.98, 1.02, seed, route, Math.floor(nowMs / 1_000));
    return {
      visible: shown,
      lastTickMs: tick,
      coverageRatio: contracts.length === 0 ? 0 : matched / contracts.length,
      isInParity,
      timeToParityMs: parityMs === null || broughtUpMs === null ? null : parityMs - broughtUpMs,
      throughput: isUp ? Math.round(perSecond * noise) : 0,
    };
  };

  return {
    bringUp() {
      id += 1;
      logins += 1;
      book.clear();
      broughtUpMs = now();
      readyMs = now() + seededBetween(...options.loginMs, seed, route, 'login', logins);
      parityMs = null;
    },
    takeDown() {
      book.clear();
      broughtUpMs = null;
    },
    get id() {
      return id;
    },
    state,
    subscribe(symbol) {
      if (state() !== 'up') return 'session not ready';
      if (!expected.has(symbol)) return 'unknown contract';
      const limited = takeFromWindow();
      if (limited !== null) return limited;
      const isSticky = faults.find('stall')?.sticky === true;
      const isFrozen = frozenSinceMs(symbol) !== undefined;
      if (isFrozen && !isSticky) frozen.delete(symbol);
      if (book.get(symbol) === undefined || (isFrozen && !isSticky)) book.add(symbol, now());
      return null;
    },
    survey,
    get rateLimitHits() {
      return rateLimitHits;
    },
    strike(fault) {
      if (fault.kind === 'rate limit') Object.assign(window, { startedMs: now(), used: 0 });
      if (fault.kind === 'drop') for (const symbol of pick(fault)) book.remove(symbol);
      if (fault.kind === 'stall') {
        frozen.clear();
        for (const symbol of pick(fault)) frozen.set(symbol, now());
      }
    },
  };
}
