// One feed route: its control subjects, its fenced role, its metrics. Never decides by itself to become primary.

import { CONTROL } from '../../base/control-subjects.ts';
import type { RouteName, RouteRole } from '../../base/feed-routes.ts';
import { isRecord } from '../../base/json.ts';
import { METRIC } from '../../base/metric-names.ts';
import { exchangeOf } from './contracts.ts';
import type { Sample } from './exposition.ts';
import { createFaultBoard } from './fault-board.ts';
import { createFeedSession, type FeedSession, type Survey } from './feed-session.ts';
import type { FenceStore } from './fence-store.ts';
import { createRole, type Role } from './role.ts';
import { seededBetween } from './seeded.ts';
import type { SimClock } from './sim-clock.ts';
import type { Subscription } from './subscriptions.ts';
import { createWallAnchor, type WallAnchor } from './wall-anchor.ts';
import type { ActiveEntry, RouteState, SetRoleAnswer } from './wire.ts';

export interface FeedOptions {
  readonly route: RouteName;
  readonly account: string;
  readonly seed: number;
  readonly clock: SimClock;
  readonly contracts: readonly string[];
  readonly fence: FenceStore;
  /** Its role when the process starts; a restarted primary comes back as standby. */
  readonly startAs: Exclude<RouteRole, 'primary'>;
  readonly loginMs?: readonly [low: number, high: number];
  readonly rateLimit?: { readonly max: number; readonly windowMs: number };
  readonly onEvent?: (event: Readonly<Record<string, unknown>>) => void;
  readonly onDie?: () => void;
}

const LOGIN_MS = [150, 350] as const;
const RATE_LIMIT = { max: 500, windowMs: 1_000 };
const FEED_ROLES: readonly unknown[] = ['off', 'standby', 'primary'] satisfies RouteRole[];

export async function createFeed(options: FeedOptions): Promise<Role> {
  const { route, clock, contracts, fence, onEvent = () => {}, onDie = () => {} } = options;
  let role: RouteRole = 'off';
  let epoch = (await fence.read()).epoch;
  // The epoch of the last promotion; after a restart any epoch seen before may have been it. 0 promotes nobody.
  let promotedAt = epoch === 0 ? -1 : epoch;
  let errors = 0;
  const faults = createFaultBoard(clock, (fault) => {
    session.strike(fault);
    errors += 1;
    onEvent({ event: 'fault', route, fault: fault.kind });
    if (fault.kind === 'die') onDie();
  });
  const session: FeedSession = createFeedSession({
    ...options,
    faults,
    loginMs: options.loginMs ?? LOGIN_MS,
    rateLimit: options.rateLimit ?? RATE_LIMIT,
  });

  const wall = createWallAnchor(clock);

  const become = (next: RouteRole): void => {
    if (role === 'off' && next !== 'off') session.bringUp();
    if (next === 'off') session.takeDown();
    role = next;
    onEvent({ event: 'role', route, role, epoch });
  };
  const setRole = async (body: unknown): Promise<SetRoleAnswer> => {
    const { role: wanted, epoch: given } = readSetRole(body);
    const refusal =
      given < epoch
        ? 'stale epoch'
        : given === promotedAt && wanted === 'primary' && role !== 'primary'
          ? 'epoch already used'
          : null;
    if (refusal !== null) return { accepted: false, reason: refusal, role, epoch };
    if (given > epoch) await fence.write({ epoch: given, active: null });
    epoch = given;
    if (wanted === 'primary') promotedAt = epoch;
    if (wanted !== role) become(wanted);
    return { accepted: true, role, epoch };
  };

  become(options.startAs);
  return createRole({
    name: `feed-${route}`,
    clock,
    faults,
    subjects: {
      [CONTROL.contracts]: () => listContracts(wall, contracts, faults.find('source')?.source === 'empty'),
      [CONTROL.active]: (body) => listActive(wall, session, faults.find('source')?.source, body),
      [CONTROL.subscribe]: (body) => subscribe(wall, session, body),
      [CONTROL.routeState]: () => describe(options, wall, session, role, epoch),
      [CONTROL.routeRole]: setRole,
    },
    health: () => ({ isReady: session.state() === 'up', detail: { route, feed_role: role, session: session.state() } }),
    samples: () => measure(options, session, faults.find('slow')?.ms ?? 0, errors),
  });
}

export function listContracts(wall: WallAnchor, contracts: readonly string[], isEmpty: boolean) {
  const ts = wall.now();
  return isEmpty ? { symbols: [], source: 'empty', ts } : { symbols: contracts, source: 'cache', ts };
}

function listActive(wall: WallAnchor, session: FeedSession, fault: string | undefined, body: unknown) {
  const ts = wall.now();
  const empty = { subscriptions: [], total: 0, ts };
  if (fault === 'error') return { ...empty, source: 'error', error: 'the gateway does not answer' };
  if (fault === 'unsupported') return { ...empty, source: 'unsupported' };
  if (session.state() !== 'up') return { ...empty, source: 'error', error: `session is ${session.state()}` };
  const survey = session.survey();
  const all = survey.visible;
  const limit = isRecord(body) && typeof body['limit'] === 'number' ? body['limit'] : all.length;
  const shown = all.slice(0, fault === 'truncated' ? Math.floor(all.length / 2) : limit);
  const source = 'market-data-service';
  const cut = shown.length < all.length ? { truncated: true } : {};
  const subscriptions =
    fault === 'bare' ? shown.map(({ symbol }) => symbol) : shown.map((each) => toEntry(each, survey, wall));
  return { subscriptions, total: all.length, ts, source, ...cut };
}

function toEntry(subscription: Subscription, survey: Survey, wall: WallAnchor): ActiveEntry {
  const tick = survey.lastTickMs(subscription);
  return {
    symbol: subscription.symbol,
    subscription_id: subscription.id,
    exchange: exchangeOf(subscription.symbol),
    created_at: wall.text(subscription.createdMs),
    last_tick_at: tick === null ? null : wall.text(tick),
    active: true,
  };
}

function subscribe(wall: WallAnchor, session: FeedSession, body: unknown) {
  const symbols = isRecord(body) ? body['symbols'] : undefined;
  if (!Array.isArray(symbols) || !symbols.every((symbol) => typeof symbol === 'string')) {
    throw new Error('symbols must be a list of texts');
  }
  const accepted: string[] = [];
  const rejected: { symbol: string; reason: string }[] = [];
  for (const symbol of symbols) {
    const reason = session.subscribe(symbol);
    if (reason === null) accepted.push(symbol);
    else rejected.push({ symbol, reason });
  }
  return { accepted, rejected, ts: wall.now() };
}

function describe(
  { route, contracts }: FeedOptions,
  wall: WallAnchor,
  session: FeedSession,
  role: RouteRole,
  epoch: number,
): RouteState {
  const survey = session.survey();
  return {
    route,
    role,
    epoch,
    session: session.state(),
    session_id: session.id,
    expected_total: contracts.length,
    active_total: survey.visible.length,
    coverage_ratio: Math.round(survey.coverageRatio * 1e6) / 1e6,
    in_parity: survey.isInParity,
    time_to_parity_ms: survey.timeToParityMs,
    throughput_mps: survey.throughput,
    ts: wall.now(),
  };
}

function measure(
  { route, account, seed, clock }: FeedOptions,
  session: FeedSession,
  slowMs: number,
  errors: number,
): Sample[] {
  const feed = { feed: route };
  const second = Math.floor(clock.monotonicMs() / 1_000);
  const latencyMs = seededBetween(4, 9, seed, route, 'latency', second) + slowMs;
  const hits = { ...feed, account, session_window: 'day' };
  return [
    { name: METRIC.throughput, labels: { ...feed, account }, value: session.survey().throughput },
    { name: METRIC.latencyP99, labels: feed, value: Math.round(latencyMs * 100) / 100 },
    { name: METRIC.errorCount, labels: { component: `feed-${route}`, severity: 'error' }, value: errors },
    { name: METRIC.rateLimitHits, labels: hits, value: session.rateLimitHits },
  ];
}

function readSetRole(body: unknown): { role: RouteRole; epoch: number } {
  if (!isRecord(body) || !FEED_ROLES.includes(body['role']) || !Number.isSafeInteger(body['epoch'])) {
    throw new Error('wanted a role of off, standby, primary and a whole epoch');
  }
  return { role: body['role'] as RouteRole, epoch: Number(body['epoch']) };
}
