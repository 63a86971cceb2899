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
}

const NO_DETAIL: RowDetail = { subscriptionId: null, lastTickAt: null };

export class PlainFeed implements FeedView {
  rows = 0;
  repeatedRows = 0;
  repeatedExpected = 0;
  readonly #lines: Line[] = [];
  readonly #indexes = new Map<string, number>();

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
    return this.#indexes.get(symbol) ?? -1;
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
    const fields = isRecord(entry) ? entry : null;
    if (fields !== null && own(fields, 'active') === false) return true;
    const line = this.#line(symbol);
    const text = fields === null ? undefined : (own(fields, 'last_tick_at') ?? null);
    const tickMs = typeof text === 'string' ? parseTickText(text) : Number.NEGATIVE_INFINITY;
    const seen = seenOf(text, tickMs);
    if (line.seen !== SEEN.no) {
      this.repeatedRows += 1;
      if (!outranks(seen, tickMs, line.seen, line.tickMs)) return true;
    }
    line.seen = seen;
    line.tickMs = tickMs;
    line.detail = fields === null ? NO_DETAIL : { subscriptionId: idOf(fields), lastTickAt: textOf(text) };
    return true;
  }

  #line(symbol: string): Line {
    const known = this.#indexes.get(symbol);
    if (known !== undefined) return this.#lines[known]!;
    const line = { symbol, isExpected: false, isIgnored: false, seen: SEEN.no, tickMs: 0, detail: NO_DETAIL };
    this.#indexes.set(symbol, this.#lines.length);
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
  if (!isRecord(entry)) return '';
  const symbol = own(entry, 'symbol');
  if (typeof symbol !== 'string' || symbol === '' || symbol.includes('.'))
    return typeof symbol === 'string' ? symbol : '';
  const exchange = own(entry, 'exchange');
  return typeof exchange === 'string' && exchange !== '' ? `${symbol}.${exchange}` : symbol;
}

function seenOf(text: unknown, tickMs: number): number {
  if (text === undefined) return SEEN.bare;
  if (text === null) return SEEN.never;
  return typeof text !== 'string' || Number.isNaN(tickMs) ? SEEN.unreadable : SEEN.at;
}

function idOf(fields: Readonly<Record<string, unknown>>): string | null {
  const id = own(fields, 'subscription_id');
  return typeof id === 'string' ? id : typeof id === 'number' ? String(id) : null;
}

function textOf(text: unknown): string | null {
  return typeof text === 'string' ? text : null;
}
