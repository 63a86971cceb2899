// The contract's prose, transcribed as naively as it reads: what the real judgement is compared with.

import { LIMITS, NOW, NOW_MS } from './checking.ts';

type Entry = Record<string, unknown> | string;
type Known = { kind: 'bare' } | { kind: 'null' } | { kind: 'broken' } | { kind: 'time'; ms: number };
interface Held {
  readonly known: Known;
  readonly subscriptionId: string | null;
  readonly text: string | null;
}

const RANK = { bare: 0, null: 1, broken: 2, time: 3 } as const;

export function expectedReport(catalogue: readonly string[], entries: readonly Entry[], ignored: readonly string[]) {
  const expected = new Set(catalogue.filter((symbol) => !ignored.includes(symbol)));
  const held = new Map<string, Held>();
  for (const entry of entries) {
    if (typeof entry !== 'string' && entry['active'] === false) continue;
    const symbol = fullName(entry);
    const candidate = readEntry(entry);
    const before = held.get(symbol);
    if (before === undefined || isFresher(candidate.known, before.known)) held.set(symbol, candidate);
  }
  const active = [...held.keys()];
  const missing = [...expected].filter((symbol) => !held.has(symbol)).sort();
  const matched = [...expected].filter((symbol) => held.has(symbol));
  const unexpected = active.filter((symbol) => !expected.has(symbol) && !ignored.includes(symbol)).sort();
  const watched = active.filter((symbol) => !ignored.includes(symbol)).sort();
  const stalled = watched.flatMap((symbol) => stallOf(symbol, held.get(symbol)!));
  const coverage = matched.length / expected.size;
  const isCritical = coverage < 0.995 || missing.length > 0 || stalled.some((stall) => stall.severity === 'critical');
  const isWarning = stalled.length > 0 || unexpected.length > 0;
  const verdict = expected.size === 0 ? 'unknown' : isCritical ? 'unhealthy' : isWarning ? 'degraded' : 'healthy';
  const isKnown = verdict !== 'unknown';
  return {
    schema: 'mdops.health/1',
    generated_at: NOW,
    mode: 'dry-run',
    verdict,
    coverage_ratio: isKnown ? Number(coverage.toFixed(6)) : null,
    expected_total: expected.size,
    active_total: isKnown ? active.length : 0,
    matched_total: isKnown ? matched.length : 0,
    ignored_total: new Set(catalogue.filter((symbol) => ignored.includes(symbol))).size,
    missing_contracts: isKnown ? missing : [],
    unexpected_contracts: isKnown ? unexpected : [],
    stalled_contracts: isKnown ? stalled : [],
    unobservable_total: isKnown ? watched.filter((symbol) => held.get(symbol)!.known.kind === 'bare').length : 0,
    exit_code: { healthy: 0, degraded: 1, unhealthy: 2, unknown: 3 }[verdict],
    metadata: {},
    remediation: null,
  };
}

function fullName(entry: Entry): string {
  if (typeof entry === 'string') return entry;
  const symbol = String(entry['symbol']);
  const exchange = entry['exchange'];
  return symbol.includes('.') || typeof exchange !== 'string' || exchange === '' ? symbol : `${symbol}.${exchange}`;
}

function readEntry(entry: Entry): Held {
  if (typeof entry === 'string') return { known: { kind: 'bare' }, subscriptionId: null, text: null };
  const id = entry['subscription_id'];
  const text = entry['last_tick_at'];
  return {
    known: knownOf(text),
    subscriptionId: typeof id === 'string' || typeof id === 'number' ? String(id) : null,
    text: typeof text === 'string' ? text : null,
  };
}

function knownOf(text: unknown): Known {
  if (text === null || text === undefined) return { kind: 'null' };
  const match = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)?$/.exec(String(text));
  if (typeof text !== 'string' || match === null) return { kind: 'broken' };
  const [, date, time, fraction = '.0', zone = 'Z'] = match;
  const ms = Date.parse(`${date}T${time}.${fraction.slice(1, 4).padEnd(3, '0')}${zone.toUpperCase()}`);
  // V8 reads 30 February as 2 March.
  const isDay = !Number.isNaN(ms) && new Date(`${date}T00:00:00Z`).toISOString().startsWith(date!);
  return !isDay ? { kind: 'broken' } : { kind: 'time', ms };
}

function isFresher(left: Known, right: Known): boolean {
  if (left.kind === 'time' && right.kind === 'time') return left.ms > right.ms;
  return RANK[left.kind] > RANK[right.kind];
}

function stallOf(symbol: string, held: Held) {
  const { known } = held;
  const stall = (severity: string, lagSeconds: number | null) => [
    { symbol, subscription_id: held.subscriptionId, last_tick_at: held.text, lag_seconds: lagSeconds, severity },
  ];
  if (known.kind === 'bare') return [];
  if (known.kind !== 'time') return stall('critical', null);
  const lagSeconds = (NOW_MS - known.ms) / 1_000;
  if (lagSeconds < -5 || lagSeconds >= LIMITS.criticalMs / 1_000) return stall('critical', lagSeconds);
  return lagSeconds >= LIMITS.warningMs / 1_000 ? stall('warning', lagSeconds) : [];
}
