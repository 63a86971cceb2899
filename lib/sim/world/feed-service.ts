// A market data service as small as the wire allows: contracts, who is subscribed, when they last ticked, and its moods.

import { CONTROL } from '../../base/control-subjects.ts';
import { isRecord, own, parseJson } from '../../base/json.ts';
import type { Network, RemoteReply, RemoteRequest } from './network.ts';
import type { Scheduler } from './scheduler.ts';

export interface SimContract {
  readonly symbol: string;
  isSubscribed: boolean;
  /** True time of its last tick; infinite while it ticks. */
  silentSinceMs: number;
  /** Resubscribing helps. */
  isCurable: boolean;
}

/** What the service does instead of answering as it should. */
export const MOODS = [
  'dead',
  'hung',
  'source error',
  'unsupported',
  'truncated',
  'bare names',
  'garbage',
  'no catalogue',
  'no subscriptions',
  'broken ticks',
  'rate limited',
  'rejects',
  'forgets',
] as const;
export type Mood = (typeof MOODS)[number];

/** What an honest reader of one answer could know. */
export interface Shown {
  readonly atMs: number;
  readonly missing: readonly string[];
  /** Critically late, silent or broken by the asker's clock. */
  readonly late: readonly string[];
  readonly isUsable: boolean;
}

export interface FeedService {
  readonly name: string;
  readonly contracts: readonly SimContract[];
  mood: Mood | null;
  /** Its clock is off by so much. */
  skewMs: number;
  lose(symbols: readonly string[], isCurable: boolean): void;
  silence(symbols: readonly string[], isCurable: boolean): void;
  heal(symbols: readonly string[]): void;
  isWell(): boolean;
  /** Told of every answer about subscriptions. */
  onShown: (request: RemoteRequest, shown: Shown) => void;
}

export interface FeedServiceSetup {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly startWallMs: number;
  /** The asker's wall clock: what is late depends on who looks. */
  readonly wallOf: (host: string) => number;
  readonly criticalMs: number;
}

export const EXCHANGES = ['SHFE', 'DCE', 'CZCE', 'INE'] as const;
const PRODUCTS = ['rb', 'cu', 'au'] as const;
export const SYMBOLS: readonly string[] = EXCHANGES.flatMap((exchange) =>
  PRODUCTS.map((product) => `${product}2605.${exchange}`),
);

const FUTURE_MS = 5_000;

export function createFeedService(setup: FeedServiceSetup): FeedService {
  const { name, scheduler, network } = setup;
  const contracts = SYMBOLS.map((symbol): SimContract => {
    return { symbol, isSubscribed: true, silentSinceMs: Number.POSITIVE_INFINITY, isCurable: true };
  });
  const bySymbol = new Map(contracts.map((contract) => [contract.symbol, contract]));
  const now = (): number => scheduler.nowMs();
  const each = (symbols: readonly string[], act: (contract: SimContract) => void): void => {
    for (const symbol of symbols) act(bySymbol.get(symbol)!);
  };
  const service: FeedService = {
    name,
    contracts,
    mood: null,
    skewMs: 0,
    lose: (symbols, isCurable) => each(symbols, (one) => Object.assign(one, { isSubscribed: false, isCurable })),
    silence: (symbols, isCurable) =>
      each(symbols, (one) => {
        one.silentSinceMs = Math.min(one.silentSinceMs, now());
        one.isCurable = isCurable;
      }),
    heal: (symbols) => each(symbols, revive),
    isWell: () => service.mood === null && contracts.every(isTicking),
    onShown: () => {},
  };

  const stamp = (): string => new Date(setup.startWallMs + service.skewMs + now()).toISOString();
  const tickText = (contract: SimContract, index: number): unknown => {
    if (service.mood === 'broken ticks') return BROKEN_TICKS[index % BROKEN_TICKS.length]!(stamp());
    return new Date(
      Math.floor(setup.startWallMs + service.skewMs + Math.min(now(), contract.silentSinceMs)),
    ).toISOString();
  };

  function showActive(request: RemoteRequest): RemoteReply {
    const { mood } = service;
    const there = mood === 'no subscriptions' ? [] : contracts.filter(({ isSubscribed }) => isSubscribed);
    const rows = there.map((contract, index) => ({
      symbol: contract.symbol,
      subscription_id: `${name}-${contract.symbol}`,
      created_at: stamp(),
      last_tick_at: tickText(contract, index),
      active: true,
    }));
    const isUsable = mood === null || !UNUSABLE.has(mood);
    const late = mood === 'bare names' ? [] : rows.filter((row) => isLate(row.last_tick_at, request.from));
    const present = new Set(there.map(({ symbol }) => symbol));
    service.onShown(request, {
      atMs: now(),
      missing: SYMBOLS.filter((symbol) => !present.has(symbol)),
      late: late.map(({ symbol }) => symbol),
      isUsable,
    });
    if (mood === 'garbage') return { status: 200, body: '{"subscriptions":[{"symbol":' };
    if (mood === 'source error') return reply({ ...NO_ROWS, source: 'error', error: 'gateway lost', ts: stamp() });
    if (mood === 'unsupported') return reply({ ...NO_ROWS, source: 'unsupported', ts: stamp() });
    const subscriptions = mood === 'bare names' ? rows.map(({ symbol }) => symbol) : rows;
    const truncated = mood === 'truncated' ? { truncated: true } : {};
    return reply({
      subscriptions,
      total: subscriptions.length,
      ts: stamp(),
      source: 'market-data-service',
      ...truncated,
    });
  }

  function isLate(tick: unknown, from: string): boolean {
    if (typeof tick !== 'string') return true;
    const lagMs = setup.wallOf(from) - Date.parse(tick);
    return !(lagMs < setup.criticalMs && lagMs >= -FUTURE_MS);
  }

  function subscribe(request: RemoteRequest): RemoteReply {
    const asked = parseJson(request.body);
    const symbols = isRecord(asked) ? own(asked, 'symbols') : undefined;
    if (!Array.isArray(symbols)) return { status: 400, body: '{}' };
    const reason = REFUSALS[service.mood ?? ''];
    if (reason !== undefined) {
      return reply({ accepted: [], rejected: symbols.map((symbol) => ({ symbol, reason })), ts: stamp() });
    }
    const known = symbols.filter((symbol): symbol is string => bySymbol.has(String(symbol)));
    // What is asked for while a contract is sick is taken, and does not help.
    each(known, (contract) => {
      if (contract.isCurable) revive(contract);
    });
    const unknown = symbols.filter((symbol) => !bySymbol.has(String(symbol)));
    const accepted = service.mood === 'forgets' ? known.slice(1) : known;
    return reply({
      accepted,
      rejected: unknown.map((symbol) => ({ symbol, reason: 'no such contract' })),
      ts: stamp(),
    });
  }

  network.connect(`${name}.sim`, (request) => {
    if (service.mood === 'dead') throw new Error('connection refused');
    if (service.mood === 'hung') return new Promise<never>(() => {});
    switch (request.path.slice('/control/'.length)) {
      case CONTROL.contracts: {
        const symbols = service.mood === 'no catalogue' ? [] : SYMBOLS;
        return reply({ symbols, source: symbols.length === 0 ? 'empty' : 'cache', ts: stamp() });
      }
      case CONTROL.active:
        return showActive(request);
      case CONTROL.subscribe:
        return subscribe(request);
      default:
        return { status: 404, body: '{}' };
    }
  });
  return service;
}

/** The trace of the run that asks. */
export function traceOf({ headers }: Pick<RemoteRequest, 'headers'>): string {
  return headers['traceparent']?.split('-')[1] ?? '';
}

const NO_ROWS = { subscriptions: [], total: 0 };
const UNUSABLE: ReadonlySet<string> = new Set([
  'dead',
  'hung',
  'source error',
  'unsupported',
  'truncated',
  'garbage',
  'no catalogue',
]);
const REFUSALS: Readonly<Record<string, string>> = {
  'rate limited': 'rate limit exceeded, try later',
  rejects: 'not entitled',
};

/** Tick times as broken sources write them; some of them are right. */
const BROKEN_TICKS: readonly ((now: string) => unknown)[] = [
  (now) => now,
  () => 'NaN',
  () => null,
  () => '',
  () => 5,
  () => '2099-01-01T00:00:00Z',
  (now) => now.replace('Z', ''),
  () => 'soon',
];

function isTicking({ isSubscribed, silentSinceMs }: SimContract): boolean {
  return isSubscribed && silentSinceMs === Number.POSITIVE_INFINITY;
}

function revive(contract: SimContract): void {
  Object.assign(contract, { isSubscribed: true, silentSinceMs: Number.POSITIVE_INFINITY, isCurable: true });
}

function reply(value: object): RemoteReply {
  return { status: 200, body: JSON.stringify(value) };
}
