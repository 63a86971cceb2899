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
  /** What the route says it is subscribed to, divergence included. */
  visible(): readonly Subscription[];
  /** Null before the first tick. */
  lastTickMs(subscription: Subscription): number | null;
  coverage(): { readonly matched: number; readonly ratio: number };
  isInParity(): boolean;
  timeToParityMs(): number | null;
  throughput(): number;
  readonly rateLimitHits: number;
  /** One-shot effects of a fault that was just set. */
  strike(fault: Fault): void;
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
    const phase = Math.floor((now() - flap.sinceMs) / flap.period_ms);
    return phase % 2 === 0 ? flap.sinceMs + phase * flap.period_ms : null;
  };
  const state = (): RouteState['session'] => {
    if (broughtUpMs === null || darkSinceMs() !== null) return 'down';
    return now() < readyMs ? 'logging in' : 'up';
  };
  const frozenSinceMs = (symbol: string): number | undefined =>
    faults.find('stall') === undefined ? undefined : frozen.get(symbol);
  const lastTick = (subscription: Subscription): number | null =>
    lastTickMs(subscription, Math.min(now(), frozenSinceMs(subscription.symbol) ?? now(), darkSinceMs() ?? now()));
  const isTicking = (subscription: Subscription): boolean =>
    frozenSinceMs(subscription.symbol) === undefined && lastTick(subscription) !== null;
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
  const coverage = (): { matched: number; ratio: number } => {
    const matched = visible().filter(({ symbol }) => expected.has(symbol)).length;
    return { matched, ratio: contracts.length === 0 ? 0 : matched / contracts.length };
  };
  const isInParity = (): boolean => {
    const isIn = state() === 'up' && coverage().ratio === 1 && book.list().every(isTicking);
    if (isIn) parityMs ??= Math.max(...book.list().map(({ firstTickMs }) => firstTickMs));
    return isIn;
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
    visible,
    lastTickMs: lastTick,
    coverage,
    isInParity,
    timeToParityMs() {
      isInParity();
      return parityMs === null || broughtUpMs === null ? null : parityMs - broughtUpMs;
    },
    throughput() {
      if (state() !== 'up') return 0;
      const sum = book.list().reduce((total, each) => total + (isTicking(each) ? each.perSecond : 0), 0);
      return Math.round(sum * seededBetween(0.98, 1.02, seed, route, Math.floor(now() / 1_000)));
    },
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
