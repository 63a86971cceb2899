// What is expected and what was seen, in columns: one line per symbol, whoever named it first.

import { type FeedView, outranks, type RowDetail, SEEN } from './feed-view.ts';
import { unescapeInto } from './json-scanner.ts';
import { BATCH, PendingRows } from './pending-rows.ts';
import { FIELD, KIND, type Row } from './row.ts';
import { hashOf, SymbolTable } from './symbol-table.ts';
import { parseTickTime } from './tick-time.ts';
import { encodeText } from './utf8.ts';

export interface FeedOptions {
  /** Ticks strictly inside need no explanation in any report, so their ids are not kept. Default: everything is kept. */
  readonly unremarkable?: { readonly afterMs: number; readonly beforeMs: number };
  readonly hint?: { readonly symbols: number; readonly bytes: number };
}

const EXPECTED = 1;
const IGNORED = 2;
/** Where a row says what is seen: the catalogue expects. */
const EXPECTATION = 255;
const DOT = 0x2e;
const NO_DETAIL: RowDetail = { subscriptionId: null, lastTickAt: null };

export class Feed implements FeedView {
  readonly table: SymbolTable;
  /** Entries read, also inactive and repeated ones. */
  rows = 0;
  /** Active entries for a symbol that had one already. */
  repeatedRows = 0;
  repeatedExpected = 0;
  /** Means nothing: it keeps reads ahead from being optimized away. */
  warmth = 0;
  readonly #afterMs: number;
  readonly #beforeMs: number;
  readonly #details = new Map<number, RowDetail>();
  #marks: Uint8Array;
  #seen: Uint8Array;
  #ticks: Float64Array;
  #guess = 0;
  readonly #pending = new PendingRows();
  readonly #likely = new Uint32Array(BATCH);
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
    this.#apply(this.#locate(bytes, start, end), EXPECTATION, 0, null);
  }

  ignore(symbol: string): void {
    const bytes = encodeText(symbol);
    this.#marks[this.#locate(bytes, 0, bytes.length)]! |= IGNORED;
  }

  /** Takes a catalogue's entry; false when it names no symbol. */
  expectRow(row: Row, bytes: Uint8Array): boolean {
    return this.#take(row, bytes, EXPECTATION, 0, null);
  }

  /** Takes a subscription's entry; false when it names no symbol. */
  observeRow(row: Row, bytes: Uint8Array): boolean {
    this.rows += 1;
    if (row.kinds[FIELD.active] === KIND.false) return hasName(row);
    let seen: number = row.isBare ? SEEN.bare : SEEN.never;
    let tickMs = Number.NEGATIVE_INFINITY;
    const kind = row.kinds[FIELD.lastTickAt]!;
    if (kind > KIND.escapedText && kind !== KIND.null) seen = SEEN.unreadable;
    else if (kind === KIND.text || kind === KIND.escapedText) {
      tickMs = this.#tickOf(row, bytes, kind);
      seen = Number.isNaN(tickMs) ? SEEN.unreadable : SEEN.at;
    }
    const isRemarkable = seen !== SEEN.at || !(tickMs > this.#afterMs && tickMs < this.#beforeMs);
    return this.#take(row, bytes, seen, tickMs, isRemarkable && !row.isBare ? detailOf(row, bytes) : null);
  }

  /** Settles what waits; call before the bytes move. */
  flush(bytes: Uint8Array): void {
    const { hashes, starts, ends, seen, ticks, details, count } = this.#pending;
    let touched = this.table.warm(hashes, count, this.#likely);
    for (let i = 0; i < count; i += 1) touched += this.#ticks[this.#likely[i]!]!;
    this.warmth = touched;
    for (let i = 0; i < count; i += 1) {
      const index = this.table.intern(bytes, starts[i]!, ends[i]!, hashes[i]!);
      this.#guess = index + 1;
      if (index >= this.#seen.length) this.#grow();
      this.#apply(index, seen[i]!, ticks[i]!, details[i]!);
    }
    this.#pending.count = 0;
  }

  /** Forgets every subscription, for a list that a later one replaces. */
  forgetRows(): void {
    this.rows = 0;
    this.repeatedRows = 0;
    this.#seen.fill(SEEN.no);
    this.#details.clear();
    this.rewind();
  }

  forgetExpected(): void {
    this.repeatedExpected = 0;
    for (let i = 0; i < this.#marks.length; i += 1) this.#marks[i]! &= ~EXPECTED;
    this.rewind();
  }

  /** The next list is read from its own beginning. */
  rewind(): void {
    this.#pending.count = 0;
    this.#guess = 0;
  }

  /** Looks the symbol up at once when it is where it is guessed, else together with others. */
  #take(row: Row, bytes: Uint8Array, seen: number, tickMs: number, detail: RowDetail | null): boolean {
    if (!hasName(row)) return false;
    const start = row.starts[FIELD.symbol]!;
    const end = row.ends[FIELD.symbol]!;
    if (row.kinds[FIELD.symbol] !== KIND.text || (hasExchange(row) && !hasDot(bytes, start, end))) {
      this.flush(bytes);
      this.#apply(this.#locateComposed(row, bytes), seen, tickMs, detail);
    } else if (this.#pending.count === 0 && this.table.isAt(this.#guess, bytes, start, end)) {
      this.#apply(this.#guess, seen, tickMs, detail);
      this.#guess += 1;
    } else {
      this.#pending.add(hashOf(bytes, start, end), start, end, seen, tickMs, detail);
      if (this.#pending.isFull) this.flush(bytes);
    }
    return true;
  }

  #apply(index: number, seen: number, tickMs: number, detail: RowDetail | null): void {
    if (seen === EXPECTATION) {
      if (this.isExpected(index)) this.repeatedExpected += 1;
      this.#marks[index]! |= EXPECTED;
      return;
    }
    const before = this.#seen[index]!;
    if (before !== SEEN.no) {
      this.repeatedRows += 1;
      if (!outranks(seen, tickMs, before, this.#ticks[index]!)) return;
      this.#details.delete(index);
    }
    this.#seen[index] = seen;
    this.#ticks[index] = tickMs;
    if (detail !== null) this.#details.set(index, detail);
  }

  #tickOf(row: Row, bytes: Uint8Array, kind: number): number {
    const start = row.starts[FIELD.lastTickAt]!;
    const end = row.ends[FIELD.lastTickAt]!;
    if (kind === KIND.text) return parseTickTime(bytes, start, end);
    const scratch = this.#scratchOf(end - start);
    return parseTickTime(scratch, 0, unescapeInto(scratch, 0, bytes, start, end));
  }

  /** The symbol's full name is `base.EXCHANGE`: an exchange in its own field completes a name that has none. */
  #locateComposed(row: Row, bytes: Uint8Array): number {
    const start = row.starts[FIELD.symbol]!;
    const end = row.ends[FIELD.symbol]!;
    const scratch = this.#scratchOf(end - start + 1 + row.ends[FIELD.exchange]! - row.starts[FIELD.exchange]!);
    let to = unescapeInto(scratch, 0, bytes, start, end);
    if (hasExchange(row) && !hasDot(scratch, 0, to)) {
      scratch[to] = DOT;
      to = unescapeInto(scratch, to + 1, bytes, row.starts[FIELD.exchange]!, row.ends[FIELD.exchange]!);
    }
    return this.#locate(scratch, 0, to);
  }

  #locate(bytes: Uint8Array, start: number, end: number): number {
    const index = this.table.intern(bytes, start, end, hashOf(bytes, start, end));
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

function hasName(row: Row): boolean {
  return row.isText(FIELD.symbol) && row.ends[FIELD.symbol]! > row.starts[FIELD.symbol]!;
}

function hasExchange(row: Row): boolean {
  return row.isText(FIELD.exchange) && row.ends[FIELD.exchange]! > row.starts[FIELD.exchange]!;
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
