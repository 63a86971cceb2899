// One session's subscriptions and their ticks. Ticks are computed from time, never counted: no timer, any clock.

import { seededBetween } from './seeded.ts';

export interface Subscription {
  readonly symbol: string;
  readonly id: string;
  readonly createdMs: number;
  readonly firstTickMs: number;
  readonly periodMs: number;
  readonly perSecond: number;
}

export interface SubscriptionBook {
  add(symbol: string, nowMs: number): Subscription;
  remove(symbol: string): void;
  get(symbol: string): Subscription | undefined;
  list(): readonly Subscription[];
  clear(): void;
}

// The first tick of a new subscription comes at once for a liquid contract, within a quarter of a second for the rest.
const FIRST_TICK_MS = [20, 250] as const;
const PERIOD_MS = [100, 1_500] as const;
// 480 contracts make about 5,500 messages a second: above the 5,000 of the throughput alert.
const PER_SECOND = [9, 14] as const;

export function createSubscriptionBook(seed: number, route: string): SubscriptionBook {
  const book = new Map<string, Subscription>();
  let made = 0;
  return {
    add(symbol, nowMs) {
      made += 1;
      const subscription = {
        symbol,
        id: `${route}-${made}`,
        createdMs: nowMs,
        firstTickMs: nowMs + seededBetween(...FIRST_TICK_MS, seed, route, symbol, 'first', made),
        periodMs: seededBetween(...PERIOD_MS, seed, symbol, 'period'),
        perSecond: seededBetween(...PER_SECOND, seed, symbol, 'rate'),
      };
      book.set(symbol, subscription);
      return subscription;
    },
    remove: (symbol) => void book.delete(symbol),
    get: (symbol) => book.get(symbol),
    list: () => [...book.values()],
    clear: () => book.clear(),
  };
}

/** When it last ticked, seen at `nowMs`; null before its first tick. */
export function lastTickMs({ firstTickMs, periodMs }: Subscription, nowMs: number): number | null {
  if (nowMs < firstTickMs) return null;
  return firstTickMs + Math.floor((nowMs - firstTickMs) / periodMs) * periodMs;
}
