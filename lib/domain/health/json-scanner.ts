// JSON straight from bytes: strict grammar, no objects built, values named by where they lie in the window.

import { ByteWindow } from './byte-window.ts';
import { sequenceLength, writeCodePoint } from './utf8.ts';

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_LIST = 0x5b;
export const CLOSE_LIST = 0x5d;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;

const LITERALS = new Map(
  [...['true', 'false', 'null']].map((word) => [word.charCodeAt(0), [...word].map((c) => c.charCodeAt(0))]),
);
const ESCAPES = new Map([...'"\\/bfnrt'].map((c, i) => [c.charCodeAt(0), '"\\/\b\f\n\r\t'.charCodeAt(i)]));
const UNICODE_ESCAPE = 0x75;

/** Bytes that simply belong to a string: printable ASCII but quote and backslash. */
const PLAIN = new Uint8Array(256).map((_, byte) =>
  byte >= 0x20 && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
);
const DIGIT = new Uint8Array(256).map((_, byte) => (byte >= 0x30 && byte <= 0x39 ? 1 : 0));

/**
 * Every scan returns false when it cannot go on: `problem` then says what is wrong, or is empty when the window ends
 * too early and more bytes are to come; the caller goes back to its last mark and tries again.
 */
export class JsonScanner {
  readonly window = new ByteWindow();
  problem = '';
  /** The last scanned string, without its quotes. */
  textStart = 0;
  textEnd = 0;
  hasEscapes = false;
  /** Line feeds seen between values. */
  newlines = 0;
  #open = new Uint8Array(64);

  skipSpace(): void {
    const { bytes } = this.window;
    let at = this.window.at;
    for (;;) {
      const byte = bytes[at]!;
      if (byte > 0x20) break;
      if (byte === NEWLINE) this.newlines += 1;
      else if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) break;
      at += 1;
    }
    this.window.at = at;
  }

  /** Steps over one expected byte. */
  expect(byte: number): boolean {
    if (this.window.bytes[this.window.at] !== byte) return this.fail(`"${String.fromCharCode(byte)}" expected`);
    this.window.at += 1;
    return true;
  }

  fail(problem: string, at = this.window.at): false {
    const { end, isLast, forgotten } = this.window;
    this.problem = at < end ? `${problem} at byte ${forgotten + at}` : isLast ? 'the text ends too early' : '';
    return false;
  }

  scanString(): boolean {
    const { bytes } = this.window;
    let at = this.window.at;
    if (bytes[at] !== QUOTE) return this.fail('a string expected');
    at += 1;
    this.textStart = at;
    this.hasEscapes = false;
    for (;;) {
      while (PLAIN[bytes[at]!] === 1) at += 1;
      const byte = bytes[at]!;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) {
        this.hasEscapes = true;
        const bad = escapeError(bytes, at);
        if (bad >= 0) return this.fail('broken escape', bad);
        at += bytes[at + 1] === UNICODE_ESCAPE ? 6 : 2;
      } else if (byte >= 0x80) {
        const length = sequenceLength(bytes, at);
        if (length === 0) return this.failSequence(at);
        at += length;
      } else return this.fail('control character in a string', at);
    }
    this.textEnd = at;
    this.window.at = at + 1;
    return true;
  }

  /** A broken sequence is only cut short when the window's end lies inside it. */
  failSequence(at: number): false {
    const { bytes, end } = this.window;
    let last = at + 1;
    while (last < at + 4 && last < end && (bytes[last]! & 0xc0) === 0x80) last += 1;
    return this.fail('invalid UTF-8', last < end ? at : last);
  }

  /** Steps over any one value, however deep. */
  skipValue(): boolean {
    const { window } = this;
    const { bytes } = window;
    let depth = 0;
    for (;;) {
      this.skipSpace();
      const byte = bytes[window.at]!;
      if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        window.at += 1;
        if (depth === this.#open.length) this.#deepen();
        this.#open[depth] = byte;
        depth += 1;
        this.skipSpace();
        // `{` + 2 is `}`, `[` + 2 is `]`.
        if (bytes[window.at] !== byte + 2) {
          if (byte === OPEN_OBJECT && !this.scanKey()) return false;
          continue;
        }
      } else if (!this.skipScalar(byte)) return false;
      else if (depth === 0) return true;
      const left = this.#leave(depth);
      if (left < 0) return false;
      if (left === 0) return true;
      depth = left;
    }
  }

  /** After a value at `depth`: closes what closes here, steps to the next value. Returns the depth left, -1 on failure. */
  #leave(from: number): number {
    const { window } = this;
    let depth = from;
    while (depth > 0) {
      const opened = this.#open[depth - 1]!;
      this.skipSpace();
      const byte = window.bytes[window.at]!;
      if (byte === opened + 2) {
        window.at += 1;
        depth -= 1;
      } else if (byte === COMMA) {
        window.at += 1;
        this.skipSpace();
        return opened === OPEN_LIST || this.scanKey() ? depth : -1;
      } else {
        this.fail('"," or an end expected');
        return -1;
      }
    }
    return 0;
  }

  /** A key and its colon. The key's place stays in `textStart` and `textEnd`. */
  scanKey(): boolean {
    if (!this.scanString()) return false;
    this.skipSpace();
    return this.expect(COLON);
  }

  skipScalar(first: number): boolean {
    if (first === QUOTE) return this.scanString();
    const literal = LITERALS.get(first);
    if (literal !== undefined) return this.#skipLiteral(literal);
    return this.#skipNumber();
  }

  #skipLiteral(literal: readonly number[]): boolean {
    const { window } = this;
    for (let i = 0; i < literal.length; i += 1) {
      if (window.bytes[window.at + i] !== literal[i]) return this.fail('unknown word', window.at + i);
    }
    window.at += literal.length;
    return true;
  }

  #skipNumber(): boolean {
    const { bytes } = this.window;
    let at = this.window.at;
    if (bytes[at] === 0x2d) at += 1;
    if (DIGIT[bytes[at]!] !== 1) return this.fail('a value expected', at);
    if (bytes[at] === 0x30) at += 1;
    else while (DIGIT[bytes[at]!] === 1) at += 1;
    if (bytes[at] === 0x2e) {
      at += 1;
      if (DIGIT[bytes[at]!] !== 1) return this.fail('a digit expected', at);
      while (DIGIT[bytes[at]!] === 1) at += 1;
    }
    if ((bytes[at]! | 0x20) === 0x65) {
      at += 1;
      if (bytes[at] === 0x2b || bytes[at] === 0x2d) at += 1;
      if (DIGIT[bytes[at]!] !== 1) return this.fail('a digit expected', at);
      while (DIGIT[bytes[at]!] === 1) at += 1;
    }
    // At the window's end the number may go on behind it.
    if (at >= this.window.end && !this.window.isLast) return this.fail('', at);
    this.window.at = at;
    return true;
  }

  #deepen(): void {
    const deeper = new Uint8Array(this.#open.length * 2);
    deeper.set(this.#open);
    this.#open = deeper;
  }
}

/** Place of the first byte that breaks the escape at `at`, -1 when it is whole. */
function escapeError(bytes: Uint8Array, at: number): number {
  if (bytes[at + 1] !== UNICODE_ESCAPE) return ESCAPES.has(bytes[at + 1]!) ? -1 : at + 1;
  for (let i = at + 2; i < at + 6; i += 1) if (hexValue(bytes[i]!) < 0) return i;
  return -1;
}

function hexValue(byte: number): number {
  if (DIGIT[byte] === 1) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Writes the text of a scanned string, escapes resolved, and returns the place after it. Never longer than its source. */
export function unescapeInto(into: Uint8Array, at: number, bytes: Uint8Array, start: number, end: number): number {
  let to = at;
  for (let from = start; from < end; ) {
    if (bytes[from] !== BACKSLASH) {
      into[to] = bytes[from]!;
      to += 1;
      from += 1;
    } else if (bytes[from + 1] !== UNICODE_ESCAPE) {
      into[to] = ESCAPES.get(bytes[from + 1]!)!;
      to += 1;
      from += 2;
    } else {
      const code = escapedCode(bytes, from, end);
      to = writeCodePoint(into, to, code);
      from += code > 0xffff ? 12 : 6;
    }
  }
  return to;
}

/** The code point of `\uXXXX`, or of a surrogate pair of two such escapes. */
function escapedCode(bytes: Uint8Array, at: number, end: number): number {
  const first = fourHex(bytes, at + 2);
  const isHigh = first >= 0xd800 && first <= 0xdbff;
  if (!isHigh || at + 12 > end || bytes[at + 6] !== BACKSLASH || bytes[at + 7] !== UNICODE_ESCAPE) return first;
  const second = fourHex(bytes, at + 8);
  if (second < 0xdc00 || second > 0xdfff) return first;
  return 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

function fourHex(bytes: Uint8Array, at: number): number {
  let code = 0;
  for (let i = at; i < at + 4; i += 1) code = code * 16 + hexValue(bytes[i]!);
  return code;
}
