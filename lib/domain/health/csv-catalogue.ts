// A catalogue as CSV: the first column names the symbol, `#` in front of it or behind a space starts a comment.

import type { ListReader } from './byte-reader.ts';
import { ByteWindow } from './byte-window.ts';
import { COMMA, QUOTE } from './json-scanner.ts';
import { decodeText, sequenceLength } from './utf8.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const HASH = 0x23;
const SPACE = 0x20;
const TAB = 0x09;
// Byte order mark in UTF-8.
const MARK = [0xef, 0xbb, 0xbf];
const HEADERS = new Set(['symbol', 'symbols', 'vt_symbol', 'contract', 'instrument']);

export function createCsvReader(accept: (bytes: Uint8Array, start: number, end: number) => void): ListReader {
  return new CsvList(accept);
}

class CsvList implements ListReader {
  readonly #window = new ByteWindow();
  readonly #accept: (bytes: Uint8Array, start: number, end: number) => void;
  #hasBegun = false;
  #records = 0;
  #line = 1;
  #problem = '';

  constructor(accept: (bytes: Uint8Array, start: number, end: number) => void) {
    this.#accept = accept;
  }

  room(atLeast: number): Uint8Array {
    return this.#window.room(atLeast);
  }

  take(count: number): boolean {
    this.#window.take(count);
    return this.#advance();
  }

  finish(): string {
    this.#window.isLast = true;
    this.#advance();
    return this.#problem;
  }

  #advance(): boolean {
    const window = this.#window;
    if (!this.#hasBegun) this.#begin();
    while (this.#hasBegun && this.#problem === '' && window.at < window.end) {
      const end = this.#endOfRecord();
      if (end < 0) break;
      this.#readRecord(window.at, end);
      window.at = Math.min(window.end, end + 1);
    }
    return this.#problem === '';
  }

  /** A byte order mark belongs to the file, not to its first record. */
  #begin(): void {
    const window = this.#window;
    if (window.end - window.at < MARK.length && !window.isLast) return;
    this.#hasBegun = true;
    if (MARK.every((byte, i) => window.bytes[window.at + i] === byte)) window.at += MARK.length;
  }

  /** Place of the line feed that ends the record at hand, or of the text's end; -1 when more is needed to know. */
  #endOfRecord(): number {
    const { bytes, at: start, end, isLast } = this.#window;
    let part: Part = 'begin';
    let isFirstColumn = true;
    for (let at = start; at < end; ) {
      const byte = bytes[at]!;
      if (byte === NEWLINE && part !== 'quoted') return at;
      if (isFirstColumn && part !== 'quoted' && beginsComment(bytes, at, start)) part = 'comment';
      part = partAfter(part, byte);
      if (part === 'begin' && isSeparator(byte) && at > firstOf(bytes, start)) isFirstColumn = false;
      const length = byte === 0 ? 0 : sequenceLength(bytes, at);
      if (length === 0) {
        if (end - at < 4 && !isLast && byte !== 0) return -1;
        return this.#refuse('is not text in UTF-8');
      }
      at += length;
    }
    if (!isLast) return -1;
    return part === 'quoted' ? this.#refuse('ends inside quotes') : end;
  }

  #readRecord(start: number, end: number): void {
    const { bytes } = this.#window;
    const line = this.#line;
    for (let at = start; at <= end; at += 1) if (bytes[at] === NEWLINE) this.#line += 1;
    const first = firstOf(bytes, start);
    if (first >= end || bytes[first] === RETURN || bytes[first] === HASH) return;
    this.#records += 1;
    if (bytes[first] === QUOTE) this.#readQuoted(first + 1, end, line);
    else this.#readPlain(first, end, line);
  }

  #readPlain(start: number, end: number, line: number): void {
    const { bytes } = this.#window;
    let at = start;
    while (at < end && !isSeparator(bytes[at]!) && !beginsComment(bytes, at, start)) at += 1;
    while (at > start && isBlank(bytes[at - 1]!)) at -= 1;
    this.#take(bytes, start, at, line);
  }

  #readQuoted(start: number, end: number, line: number): void {
    const { bytes } = this.#window;
    const text = new Uint8Array(end - start);
    let length = 0;
    let at = start;
    while (at < end && (bytes[at] !== QUOTE || bytes[at + 1] === QUOTE)) {
      text[length] = bytes[at]!;
      length += 1;
      at += bytes[at] === QUOTE ? 2 : 1;
    }
    at += 1;
    while (at < end && isBlank(bytes[at]!) && !isSeparator(bytes[at]!)) at += 1;
    const isEnd = at >= end || isSeparator(bytes[at]!) || beginsComment(bytes, at, start);
    if (!isEnd) this.#refuse('has text behind a closing quote', line);
    else this.#take(text, 0, length, line);
  }

  #take(bytes: Uint8Array, start: number, end: number, line: number): void {
    if (start === end) this.#refuse('names no symbol in its first column', line);
    else if (this.#records > 1 || !HEADERS.has(decodeText(bytes, start, end).toLowerCase())) {
      this.#accept(bytes, start, end);
    }
  }

  #refuse(what: string, line = this.#line): -1 {
    this.#problem = `line ${line} ${what}`;
    return -1;
  }
}

/** Where a record is: a quote means something only where a column begins. */
type Part = 'begin' | 'plain' | 'quoted' | 'closed' | 'comment';

function partAfter(part: Part, byte: number): Part {
  if (part === 'comment') return part;
  if (part === 'quoted') return byte === QUOTE ? 'closed' : part;
  if (byte === QUOTE && part !== 'plain') return 'quoted';
  return isSeparator(byte) || (part === 'begin' && isBlank(byte)) ? 'begin' : 'plain';
}

function firstOf(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at] === SPACE || bytes[at] === TAB) at += 1;
  return at;
}

/** `#` inside a name is part of it. */
function beginsComment(bytes: Uint8Array, at: number, start: number): boolean {
  return bytes[at] === HASH && (at === start || isBlank(bytes[at - 1]!));
}

function isSeparator(byte: number): boolean {
  return byte === COMMA || byte === TAB;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === RETURN;
}
