// The subscription worker: subscribes every contract whenever a feed has a new session, and never again in it.

import { CONTROL } from '../../base/control-subjects.ts';
import { ROUTE_NAMES, type RouteName } from '../../base/feed-routes.ts';
import { isRecord } from '../../base/json.ts';
import { METRIC } from '../../base/metric-names.ts';
import type { Ask } from './control-plane.ts';
import { createFaultBoard } from './fault-board.ts';
import { createRole, type Role } from './role.ts';
import type { SimClock } from './sim-clock.ts';

export interface SubscriptionWorkerOptions {
  readonly clock: SimClock;
  readonly ask: Ask;
  readonly account: string;
  readonly batchSize?: number;
  readonly intervalMs?: number;
  readonly onDie?: () => void;
}

const BATCH_SIZE = 200;
const INTERVAL_MS = 50;

export function createSubscriptionWorker(options: SubscriptionWorkerOptions): Role {
  const { clock, ask, account, batchSize = BATCH_SIZE, intervalMs = INTERVAL_MS, onDie = () => {} } = options;
  const faults = createFaultBoard(clock, (fault) => {
    if (fault.kind === 'die') onDie();
  });
  /** What is still to be subscribed in each route's present session. */
  const pending = new Map<RouteName, { readonly session: unknown; readonly left: readonly string[] }>();
  const hits = new Map<RouteName, number>(ROUTE_NAMES.map((route) => [route, 0]));
  let rounds = 0;

  const serve = async (route: RouteName): Promise<void> => {
    const state = await ask(`feed-${route}`, CONTROL.routeState, {});
    if (!isRecord(state) || state['session'] !== 'up') return;
    const session = state['session_id'];
    if (pending.get(route)?.session !== session) {
      pending.set(route, {
        session,
        left: readSymbols(await ask('control-plane', CONTROL.contracts, { timeout_s: 5 })),
      });
    }
    for (let left = pending.get(route)?.left ?? []; left.length > 0 && !isStruck(); ) {
      const before = left.length;
      left = await subscribeBatch(route, left);
      pending.set(route, { session, left });
      // Nothing but refusals: the next round tries again, when the limit's window may have passed.
      if (left.length === before) return;
    }
  };
  /** What is left; the limit's refusals stay in it. */
  const subscribeBatch = async (route: RouteName, left: readonly string[]): Promise<readonly string[]> => {
    const batch = left.slice(0, batchSize);
    const answer = await ask(`feed-${route}`, CONTROL.subscribe, { symbols: batch });
    const rejected = isRecord(answer) && Array.isArray(answer['rejected']) ? answer['rejected'] : [];
    const again = rejected.filter(isRetryable).map(({ symbol }) => symbol);
    hits.set(route, (hits.get(route) ?? 0) + again.length);
    return [...again, ...left.slice(batch.length)];
  };
  const isStruck = (): boolean => faults.find('die') !== undefined || faults.find('hang') !== undefined;

  return createRole({
    name: 'subscription-worker',
    clock,
    faults,
    subjects: {},
    health: () => ({
      isReady: rounds > 0,
      detail: { left: Object.fromEntries([...pending].map(([route, { left }]) => [route, left.length])) },
    }),
    samples: () =>
      ROUTE_NAMES.map((feed) => ({
        name: METRIC.rateLimitHits,
        labels: { feed, account, session_window: 'day' },
        value: hits.get(feed) ?? 0,
      })),
    async work(signal) {
      while (!signal.aborted) {
        // A feed that does not answer now is asked again in the next round.
        if (!isStruck()) await Promise.all(ROUTE_NAMES.map((route) => serve(route).catch(() => {})));
        rounds += 1;
        await clock.sleep(intervalMs, signal).catch(() => {});
      }
    },
  });
}

function isRetryable(entry: unknown): entry is { symbol: string } {
  return isRecord(entry) && typeof entry['symbol'] === 'string' && String(entry['reason']).includes('rate limit');
}

function readSymbols(answer: unknown): readonly string[] {
  const symbols = isRecord(answer) ? answer['symbols'] : undefined;
  return Array.isArray(symbols) ? symbols.filter((symbol) => typeof symbol === 'string') : [];
}
