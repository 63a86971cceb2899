// A small feed from parsed JSON. Byte readers win from some thousand instruments on; below, they cost more to warm up.

import { isUtf8 } from 'node:buffer';
import { isRecord, own } from '../../base/json.ts';
import { type FeedView, outranks, type RowDetail, SEEN } from './feed-view.ts';
import type { Origin } from './json-list.ts';
import { parseTickText } from './tick-text.ts';

interface Line {
  readonly symbol: string;
  isExpected: boolean;
  isIgnored: boolean;
  seen: number;
  tickMs: number;
  /** The row that counts. */
  entry: Entry | null;
  readonly index: number;
}

/**
 * Read without asking for own properties: no prototype has these names, and `JSON.parse` makes a `__proto__` key a plain
 * property.
 */
interface Entry {
  readonly symbol?: unknown;
  readonly exchange?: unknown;
  readonly active?: unknown;
  readonly last_tick_at?: unknown;
  readonly subscription_id?: unknown;
}

interface Entries {
  readonly expected: readonly unknown[];
  readonly seen: readonly unknown[];
  readonly ignored: readonly string[];
}

/**
 * Null when an entry names no symbol. Plain loops over locals, few calls and nothing made that is not kept: the engine
 * interprets all of this, a thousand rows are too few for it to compile.
 */
function createPlainFeed({ expected, seen: entries, ignored }: Entries): FeedView | null {
  const lines: Line[] = [];
  const bySymbol = new Map<string, Line>();
  const lineOf = (symbol: string): Line => {
    const known = bySymbol.get(symbol);
    if (known !== undefined) return known;
    // No whole number: the engine would make room for one, and move every line to a new place when its time is set.
    const tickMs = Number.NEGATIVE_INFINITY;
    const index = lines.length;
    const line = { symbol, isExpected: false, isIgnored: false, seen: SEEN.no, tickMs, entry: null, index };
    bySymbol.set(symbol, line);
    lines.push(line);
    return line;
  };
  for (const symbol of ignored) lineOf(symbol).isIgnored = true;
  let repeatedExpected = 0;
  for (let at = 0; at < expected.length; at += 1) {
    const symbol = fullName(expected[at]);
    if (symbol === '') return null;
    const line = lineOf(symbol);
    if (line.isExpected) repeatedExpected += 1;
    line.isExpected = true;
  }
  let repeatedRows = 0;
  for (let at = 0; at < entries.length; at += 1) {
    const entry = entries[at];
    const symbol = fullName(entry);
    if (symbol === '') return null;
    let seen: number = SEEN.bare;
    let tickMs = Number.NEGATIVE_INFINITY;
    if (typeof entry !== 'string') {
      const { active, last_tick_at: tick } = entry as Entry;
      if (active === false) continue;
      if (typeof tick === 'string') {
        tickMs = parseTickText(tick);
        seen = Number.isNaN(tickMs) ? SEEN.unreadable : SEEN.at;
      } else seen = tick === null || tick === undefined ? SEEN.never : SEEN.unreadable;
    }
    const line = lineOf(symbol);
    if (line.seen !== SEEN.no) {
      repeatedRows += 1;
      if (!outranks(seen, tickMs, line.seen, line.tickMs)) continue;
    }
    line.seen = seen;
    line.tickMs = tickMs;
    line.entry = typeof entry === 'string' ? null : (entry as Entry);
  }
  return {
    count: lines.length,
    rows: entries.length,
    repeatedRows,
    repeatedExpected,
    text: (index) => lines[index]!.symbol,
    isExpected: (index) => lines[index]!.isExpected,
    isIgnored: (index) => lines[index]!.isIgnored,
    seen: (index) => lines[index]!.seen,
    tickMs: (index) => lines[index]!.tickMs,
    detail: (index) => detailOf(lines[index]!.entry),
    find: (symbol) => bySymbol.get(symbol)?.index ?? -1,
  };
}

function detailOf(entry: Entry | null): RowDetail {
  const { subscription_id: id, last_tick_at: tick } = entry ?? {};
  const subscriptionId = typeof id === 'string' ? id : typeof id === 'number' ? String(id) : null;
  return { subscriptionId, lastTickAt: typeof tick === 'string' ? tick : null };
}

export interface PlainLists {
  readonly catalogue: Uint8Array;
  readonly active: Uint8Array;
  readonly ignored: readonly string[];
}

export interface PlainReading {
  readonly feed: FeedView;
  readonly catalogue: Origin;
  readonly active: Origin;
}

/** Null unless both are well-formed JSON lists of entries with names: the byte readers say what is wrong, and where. */
export function readPlainFeed({ catalogue, active, ignored }: PlainLists): PlainReading | null {
  const contracts = parse(catalogue);
  const subscriptions = parse(active);
  if (contracts === null || subscriptions === null) return null;
  const expected = listOf(contracts.value, 'symbols');
  const entries = listOf(subscriptions.value, 'subscriptions');
  if (expected === null || entries === null) return null;
  const feed = createPlainFeed({ expected, seen: entries, ignored });
  if (feed === null) return null;
  return { feed, catalogue: originOf(contracts.value), active: originOf(subscriptions.value) };
}

function parse(bytes: Uint8Array): { readonly value: unknown } | null {
  if (!isUtf8(bytes)) return null;
  try {
    return { value: JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()) as unknown };
  } catch {
    return null;
  }
}

function listOf(value: unknown, preferred: string): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  if (!isRecord(value)) return null;
  const list = Object.hasOwn(value, preferred) ? value[preferred] : own(value, 'items');
  return Array.isArray(list) ? list : null;
}

function originOf(value: unknown): Origin {
  if (!isRecord(value)) return {};
  const source = own(value, 'source');
  const error = own(value, 'error');
  const total = own(value, 'total');
  return {
    ...(typeof source === 'string' && { source }),
    ...(typeof error === 'string' && { error }),
    ...(own(value, 'truncated') === true && { isTruncated: true }),
    ...(typeof total === 'number' && { total }),
  };
}

/** The symbol's full name, `base.EXCHANGE`; empty when there is none. */
function fullName(entry: unknown): string {
  if (typeof entry === 'string') return entry;
  if (typeof entry !== 'object' || entry === null) return '';
  const { symbol, exchange } = entry as Entry;
  if (typeof symbol !== 'string') return '';
  if (exchange === undefined || symbol === '' || symbol.includes('.')) return symbol;
  return typeof exchange === 'string' && exchange !== '' ? `${symbol}.${exchange}` : symbol;
}
