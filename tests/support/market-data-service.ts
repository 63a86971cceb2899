// A market-data service that answers the control plane over NATS as the contract says, and misbehaves on demand.

import { createNats } from '../../lib/effects/real-nats.ts';

export interface Held {
  readonly symbol: string;
  readonly id: string;
  tickMs: number | null;
}

export interface Behaviour {
  /** Replaces an answer: an object is sent as JSON, a string as it is, null is never answered. */
  contracts?: unknown;
  active?: unknown;
  subscribe?: unknown;
  /** Symbols that are refused, with the reason. */
  refused?: ReadonlyMap<string, string>;
  /** A request is never answered when this says so. */
  isSilentTo?: (symbols: readonly string[]) => boolean;
  /** Accepted, and nothing happens. */
  ineffective?: ReadonlySet<string>;
  /** In symbols, over a sliding window. */
  rateLimit?: { readonly max: number; readonly windowMs: number };
  /** What a new subscription's first tick is. Default: now. */
  firstTickMs?: number | null;
  /** Entries as bare strings. */
  isBare?: boolean;
}

export interface MarketDataService {
  readonly symbols: string[];
  readonly held: Map<string, Held>;
  behaviour: Behaviour;
  /** Symbols of each subscribe request, in order. */
  readonly requests: string[][];
  /** Requests that met the rate limit. */
  rateLimited(): number;
  close(): Promise<void>;
}

export async function startMarketDataService(url: string, symbols: readonly string[]): Promise<MarketDataService> {
  const connection = await createNats().connect({ url, timeoutMs: 5_000 });
  const taken: { atMs: number; units: number }[] = [];
  let limited = 0;
  const service: MarketDataService = {
    symbols: [...symbols],
    held: new Map(),
    behaviour: {},
    requests: [],
    rateLimited: () => limited,
    close: () => connection.close(),
  };
  for (const symbol of symbols) hold(service, symbol, Date.now());
  const answer = (own: unknown, usual: () => unknown): string | null => {
    const value = own === undefined ? usual() : own;
    return value === null || typeof value === 'string' ? value : JSON.stringify(value);
  };
  await connection.respond('md.contracts.list', async () =>
    answer(service.behaviour.contracts, () => ({ symbols: service.symbols, source: 'cache', ts: nowText() })),
  );
  await connection.respond('md.subscriptions.active', async () =>
    answer(service.behaviour.active, () => activeAnswer(service)),
  );
  await connection.respond('md.subscribe.bulk', async ({ data }) => {
    const asked = (JSON.parse(new TextDecoder().decode(data)) as { symbols: string[] }).symbols;
    service.requests.push(asked);
    if (service.behaviour.isSilentTo?.(asked) === true) return null;
    return answer(service.behaviour.subscribe, () => subscribe(service, asked, taken, () => (limited += 1)));
  });
  return service;
}

function activeAnswer({ held, behaviour }: MarketDataService) {
  const subscriptions = [...held.values()].map(({ symbol, id, tickMs }) =>
    behaviour.isBare === true
      ? symbol
      : {
          symbol,
          subscription_id: id,
          created_at: nowText(),
          last_tick_at: tickMs === null ? null : new Date(tickMs).toISOString(),
          active: true,
        },
  );
  return { subscriptions, total: subscriptions.length, ts: nowText(), source: 'market-data-service' };
}

function subscribe(
  service: MarketDataService,
  asked: readonly string[],
  taken: { atMs: number; units: number }[],
  onLimit: () => void,
) {
  const { refused, ineffective, rateLimit, firstTickMs } = service.behaviour;
  const nowMs = performance.now();
  const window = rateLimit === undefined ? [] : taken.filter(({ atMs }) => atMs > nowMs - rateLimit.windowMs);
  let room = rateLimit === undefined ? asked.length : rateLimit.max - window.reduce((sum, { units }) => sum + units, 0);
  const accepted: string[] = [];
  const rejected: { symbol: string; reason: string }[] = [];
  for (const symbol of asked) {
    const reason = refused?.get(symbol);
    if (reason !== undefined) rejected.push({ symbol, reason });
    else if (room <= 0) rejected.push({ symbol, reason: 'rate limit exceeded' });
    else {
      room -= 1;
      accepted.push(symbol);
      if (ineffective?.has(symbol) !== true)
        hold(service, symbol, firstTickMs === undefined ? Date.now() : firstTickMs);
    }
  }
  if (rejected.some(({ reason }) => reason.startsWith('rate limit'))) onLimit();
  taken.push({ atMs: nowMs, units: accepted.length });
  return { accepted, rejected, ts: nowText() };
}

function hold(service: MarketDataService, symbol: string, tickMs: number | null): void {
  service.held.set(symbol, { symbol, id: `sub-${symbol}`, tickMs });
}

function nowText(): string {
  return new Date(Date.now() + 8 * 3_600_000).toISOString().replace('Z', '+08:00');
}
