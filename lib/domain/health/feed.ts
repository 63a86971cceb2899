// What is expected and what was seen, in columns: one line per symbol, whoever named it first.

import { type FeedView, outranks, type RowDetail, SEEN } from './feed-view.ts';
import { unescapeInto } from './json-scanner.ts';
import { FIELD, KIND, type Row } from './row.ts';
import { SymbolTable } from './symbol-table.ts';
import { parseTickTime } from './tick-time.ts';
import { encodeText } from './utf8.ts';

export interface FeedOptions {
  /** Ticks strictly inside need no explanation in any report, so their ids are not kept. Default: everything is kept. */
  readonly unremarkable?: { readonly afterMs: number; readonly beforeMs: number };
  readonly hint?: { readonly symbols: number; readonly bytes: number };
}

const EXPECTED = 1;
const IGNORED = 2;
const DOT = 0x2e;
const NO_DETAIL: RowDetail = { subscriptionId: null, lastTickAt: null };

export class Feed implements FeedView {
  readonly table: SymbolTable;
  /** Entries read, also inactive and repeated ones. */
  rows = 0;
  /** Active entries for a symbol that had one already. */
  repeatedRows = 0;
  repeatedExpected = 0;
  readonly #afterMs: number;
  readonly #beforeMs: number;
  readonly #details = new Map<number, RowDetail>();
  #marks: Uint8Array;
  #seen: Uint8Array;
  #ticks: Float64Array;
  #guess = 0;
  #scratch = new Uint8Array(256);

  constructor(options: FeedOptions = {}) {
    this.table = new SymbolTable(options.hint);
    const capacity = Math.max(16, options.hint?.symbols ?? 0);
    this.#marks = new Uint8Array(capacity);
    this.#seen = new Uint8Array(capacity);
    this.#ticks = new Float64Array(capacity);
    this.#afterMs = options.unremarkable?.afterMs ?? Number.POSITIVE_INFINITY;
    this.#beforeMs = options.unremarkable?.beforeMs ?? Number.NEGATIVE_INFINITY;
  }

  text(index: number): string {
    return this.table.text(index);
  }

  get count(): number {
    return this.table.count;
  }

  isExpected(index: number): boolean {
    return (this.#marks[index]! & EXPECTED) !== 0;
  }

  isIgnored(index: number): boolean {
    return (this.#marks[index]! & IGNORED) !== 0;
  }

  seen(index: number): number {
    return this.#seen[index]!;
  }

  tickMs(index: number): number {
    return this.#ticks[index]!;
  }

  /** Index of a symbol that the catalogue or the source named, -1 otherwise. */
  find(symbol: string): number {
    return this.table.find(encodeText(symbol));
  }

  detail(index: number): RowDetail {
    return this.#details.get(index) ?? NO_DETAIL;
  }

  expect(bytes: Uint8Array, start: number, end: number): void {
    const index = this.#locate(bytes, start, end);
    if (this.isExpected(index)) this.repeatedExpected += 1;
    this.#marks[index]! |= EXPECTED;
  }

  ignore(symbol: string): void {
    const bytes = encodeText(symbol);
    this.#marks[this.#locate(bytes, 0, bytes.length)]! |= IGNORED;
  }

  /** Takes a catalogue's entry; false when it names no symbol. */
  expectRow(row: Row, bytes: Uint8Array): boolean {
    const index = this.#indexOf(row, bytes);
    if (index < 0) return false;
    if (this.isExpected(index)) this.repeatedExpected += 1;
    this.#marks[index]! |= EXPECTED;
    return true;
  }

  /** Takes a subscription's entry; false when it names no symbol. */
  observeRow(row: Row, bytes: Uint8Array): boolean {
    if (row.kinds[FIELD.active] === KIND.false) return this.#hasName(row);
    const index = this.#indexOf(row, bytes);
    if (index < 0) return false;
    this.rows += 1;
    let seen: number = row.isBare ? SEEN.bare : SEEN.never;
    let tickMs = Number.NEGATIVE_INFINITY;
    const kind = row.kinds[FIELD.lastTickAt]!;
    if (kind > KIND.escapedText && kind !== KIND.null) seen = SEEN.unreadable;
    else if (kind === KIND.text || kind === KIND.escapedText) {
      tickMs = this.#tickOf(row, bytes, kind);
      seen = Number.isNaN(tickMs) ? SEEN.unreadable : SEEN.at;
    }
    this.#keepFreshest(index, seen, tickMs, row, bytes);
    return true;
  }

  /** Forgets every subscription, for a list that a later one replaces. */
  forgetRows(): void {
    this.rows = 0;
    this.repeatedRows = 0;
    this.#seen.fill(SEEN.no);
    this.#details.clear();
    this.#guess = 0;
  }

  forgetExpected(): void {
    this.repeatedExpected = 0;
    for (let i = 0; i < this.#marks.length; i += 1) this.#marks[i]! &= ~EXPECTED;
    this.#guess = 0;
  }

  /** The next list is read from its own beginning. */
  rewind(): void {
    this.#guess = 0;
  }

  #keepFreshest(index: number, seen: number, tickMs: number, row: Row, bytes: Uint8Array): void {
    const before = this.#seen[index]!;
    if (before !== SEEN.no) {
      this.repeatedRows += 1;
      if (!outranks(seen, tickMs, before, this.#ticks[index]!)) return;
      this.#details.delete(index);
    }
    this.#seen[index] = seen;
    this.#ticks[index] = tickMs;
    const isRemarkable = seen !== SEEN.at || !(tickMs > this.#afterMs && tickMs < this.#beforeMs);
    if (isRemarkable && !row.isBare) this.#details.set(index, detailOf(row, bytes));
  }

  #tickOf(row: Row, bytes: Uint8Array, kind: number): number {
    const start = row.starts[FIELD.lastTickAt]!;
    const end = row.ends[FIELD.lastTickAt]!;
    if (kind === KIND.text) return parseTickTime(bytes, start, end);
    const scratch = this.#scratchOf(end - start);
    return parseTickTime(scratch, 0, unescapeInto(scratch, 0, bytes, start, end));
  }

  #hasName(row: Row): boolean {
    this.rows += 1;
    return row.isText(FIELD.symbol) && row.ends[FIELD.symbol]! > row.starts[FIELD.symbol]!;
  }

  /** The symbol's full name is `base.EXCHANGE`: an exchange in its own field completes a name that has none. */
  #indexOf(row: Row, bytes: Uint8Array): number {
    const kind = row.kinds[FIELD.symbol]!;
    if (kind !== KIND.text && kind !== KIND.escapedText) return -1;
    const start = row.starts[FIELD.symbol]!;
    const end = row.ends[FIELD.symbol]!;
    if (start === end) return -1;
    const hasExchange = row.isText(FIELD.exchange) && row.ends[FIELD.exchange]! > row.starts[FIELD.exchange]!;
    if (kind === KIND.text && (!hasExchange || hasDot(bytes, start, end))) {
      return this.#locate(bytes, start, end);
    }
    const scratch = this.#scratchOf(end - start + 1 + row.ends[FIELD.exchange]! - row.starts[FIELD.exchange]!);
    let to = unescapeInto(scratch, 0, bytes, start, end);
    if (hasExchange && !hasDot(scratch, 0, to)) {
      scratch[to] = DOT;
      to = unescapeInto(scratch, to + 1, bytes, row.starts[FIELD.exchange]!, row.ends[FIELD.exchange]!);
    }
    return this.#locate(scratch, 0, to);
  }

  #locate(bytes: Uint8Array, start: number, end: number): number {
    const index = this.table.intern(bytes, start, end, this.#guess);
    this.#guess = index + 1;
    if (index >= this.#seen.length) this.#grow();
    return index;
  }

  #grow(): void {
    const capacity = this.#seen.length * 2;
    this.#marks = enlarge(this.#marks, new Uint8Array(capacity));
    this.#seen = enlarge(this.#seen, new Uint8Array(capacity));
    this.#ticks = enlarge(this.#ticks, new Float64Array(capacity));
  }

  #scratchOf(length: number): Uint8Array {
    if (length > this.#scratch.length) this.#scratch = new Uint8Array(length * 2);
    return this.#scratch;
  }
}

function hasDot(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (bytes[at] === DOT) return true;
  return false;
}

function enlarge<T extends Uint8Array | Float64Array>(from: T, into: T): T {
  into.set(from);
  return into;
}

function detailOf(row: Row, bytes: Uint8Array): RowDetail {
  const isNumber = row.kinds[FIELD.subscriptionId] === KIND.number;
  const start = row.starts[FIELD.subscriptionId]!;
  return {
    subscriptionId: isNumber
      ? String(Number(String.fromCharCode(...bytes.subarray(start, row.ends[FIELD.subscriptionId]!))))
      : (row.text(FIELD.subscriptionId, bytes) ?? null),
    lastTickAt: row.text(FIELD.lastTickAt, bytes) ?? null,
  };
}
