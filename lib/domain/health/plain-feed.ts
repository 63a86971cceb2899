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
  detail: RowDetail;
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

const NO_DETAIL: RowDetail = { subscriptionId: null, lastTickAt: null };

export class PlainFeed implements FeedView {
  rows = 0;
  repeatedRows = 0;
  repeatedExpected = 0;
  readonly #lines: Line[] = [];
  readonly #bySymbol = new Map<string, Line>();

  get count(): number {
    return this.#lines.length;
  }
  text(index: number): string {
    return this.#lines[index]!.symbol;
  }
  isExpected(index: number): boolean {
    return this.#lines[index]!.isExpected;
  }
  isIgnored(index: number): boolean {
    return this.#lines[index]!.isIgnored;
  }
  seen(index: number): number {
    return this.#lines[index]!.seen;
  }
  tickMs(index: number): number {
    return this.#lines[index]!.tickMs;
  }
  detail(index: number): RowDetail {
    return this.#lines[index]!.detail;
  }
  find(symbol: string): number {
    return this.#bySymbol.get(symbol)?.index ?? -1;
  }

  ignore(symbol: string): void {
    this.#line(symbol).isIgnored = true;
  }

  /** False when it names no symbol. */
  expectEntry(entry: unknown): boolean {
    const symbol = fullName(entry);
    if (symbol === '') return false;
    const line = this.#line(symbol);
    if (line.isExpected) this.repeatedExpected += 1;
    line.isExpected = true;
    return true;
  }

  observeEntry(entry: unknown): boolean {
    const symbol = fullName(entry);
    if (symbol === '') return false;
    this.rows += 1;
    if (typeof entry === 'string') {
      this.#see(this.#line(symbol), SEEN.bare, Number.NEGATIVE_INFINITY, NO_DETAIL);
      return true;
    }
    const { active, last_tick_at: tick, subscription_id: id } = entry as Entry;
    if (active === false) return true;
    const isText = typeof tick === 'string';
    const tickMs = isText ? parseTickText(tick) : Number.NEGATIVE_INFINITY;
    const isAbsent = tick === null || tick === undefined;
    const seen = isAbsent ? SEEN.never : isText && !Number.isNaN(tickMs) ? SEEN.at : SEEN.unreadable;
    const subscriptionId = typeof id === 'string' ? id : typeof id === 'number' ? String(id) : null;
    this.#see(this.#line(symbol), seen, tickMs, { subscriptionId, lastTickAt: isText ? tick : null });
    return true;
  }

  #see(line: Line, seen: number, tickMs: number, detail: RowDetail): void {
    if (line.seen !== SEEN.no) {
      this.repeatedRows += 1;
      if (!outranks(seen, tickMs, line.seen, line.tickMs)) return;
    }
    line.seen = seen;
    line.tickMs = tickMs;
    line.detail = detail;
  }

  #line(symbol: string): Line {
    const known = this.#bySymbol.get(symbol);
    if (known !== undefined) return known;
    const index = this.#lines.length;
    const line = { symbol, isExpected: false, isIgnored: false, seen: SEEN.no, tickMs: 0, detail: NO_DETAIL, index };
    this.#bySymbol.set(symbol, line);
    this.#lines.push(line);
    return line;
  }
}

export interface PlainLists {
  readonly catalogue: Uint8Array;
  readonly active: Uint8Array;
  readonly ignored: readonly string[];
}

export interface PlainReading {
  readonly feed: PlainFeed;
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
  const feed = new PlainFeed();
  for (const symbol of ignored) feed.ignore(symbol);
  for (const entry of expected) if (!feed.expectEntry(entry)) return null;
  for (const entry of entries) if (!feed.observeEntry(entry)) return null;
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
