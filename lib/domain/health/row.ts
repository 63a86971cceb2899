// One entry of a list, as places in the window: which fields it has, of what kind, and where.

import { CLOSE_OBJECT, COMMA, type JsonScanner, OPEN_OBJECT, QUOTE, unescapeInto } from './json-scanner.ts';
import { decodeText, encodeText } from './utf8.ts';

export const FIELD = { symbol: 0, subscriptionId: 1, exchange: 2, lastTickAt: 3, active: 4 } as const;
const FIELD_KEYS = ['symbol', 'subscription_id', 'exchange', 'last_tick_at', 'active'] as const;
const KEY_BYTES = FIELD_KEYS.map(encodeText);
const NO_FIELD = -1;

export const KIND = { absent: 0, text: 1, escapedText: 2, null: 3, true: 4, false: 5, number: 6, other: 7 } as const;
const KIND_OF_FIRST_BYTE = new Uint8Array(256).map((_, byte) => kindOf(byte));

export class Row {
  /** True for a bare string: it names a symbol and tells nothing else. */
  isBare = false;
  readonly kinds = new Uint8Array(FIELD_KEYS.length);
  readonly starts = new Uint32Array(FIELD_KEYS.length);
  readonly ends = new Uint32Array(FIELD_KEYS.length);

  /** Reads an entry. Of a repeated key the last one counts, as with `JSON.parse`. */
  scan(scanner: JsonScanner): boolean {
    this.kinds.fill(KIND.absent);
    const first = scanner.window.bytes[scanner.window.at]!;
    this.isBare = first !== OPEN_OBJECT;
    return this.isBare ? this.#scanField(scanner, FIELD.symbol) : this.#scanObject(scanner);
  }

  #scanObject(scanner: JsonScanner): boolean {
    const { window } = scanner;
    window.at += 1;
    scanner.skipSpace();
    if (window.bytes[window.at] === CLOSE_OBJECT) {
      window.at += 1;
      return true;
    }
    for (;;) {
      if (!scanner.scanKey()) return false;
      const field = scanner.hasEscapes
        ? fieldOfEscaped(window.bytes, scanner.textStart, scanner.textEnd)
        : fieldOf(window.bytes, scanner.textStart, scanner.textEnd);
      scanner.skipSpace();
      if (!(field === NO_FIELD ? scanner.skipValue() : this.#scanField(scanner, field))) return false;
      scanner.skipSpace();
      const byte = window.bytes[window.at];
      if (byte === CLOSE_OBJECT) {
        window.at += 1;
        return true;
      }
      if (!scanner.expect(COMMA)) return false;
      scanner.skipSpace();
    }
  }

  #scanField(scanner: JsonScanner, field: number): boolean {
    const { window } = scanner;
    const first = window.bytes[window.at]!;
    if (first === QUOTE) {
      if (!scanner.scanString()) return false;
      this.kinds[field] = scanner.hasEscapes ? KIND.escapedText : KIND.text;
      this.starts[field] = scanner.textStart;
      this.ends[field] = scanner.textEnd;
      return true;
    }
    const start = window.at;
    if (!scanner.skipValue()) return false;
    this.kinds[field] = KIND_OF_FIRST_BYTE[first]!;
    this.starts[field] = start;
    this.ends[field] = window.at;
    return true;
  }

  isText(field: number): boolean {
    const kind = this.kinds[field];
    return kind === KIND.text || kind === KIND.escapedText;
  }

  /** The text of a string field, undefined for any other kind. */
  text(field: number, bytes: Uint8Array): string | undefined {
    const start = this.starts[field]!;
    const end = this.ends[field]!;
    if (this.kinds[field] === KIND.text) return decodeText(bytes, start, end);
    return this.kinds[field] === KIND.escapedText ? unescapeText(bytes, start, end) : undefined;
  }
}

export function unescapeText(bytes: Uint8Array, start: number, end: number): string {
  const plain = new Uint8Array(end - start);
  return decodeText(plain, 0, unescapeInto(plain, 0, bytes, start, end));
}

/** The lengths of the keys tell them apart but for two, which differ in their first letter. */
function fieldOf(bytes: Uint8Array, start: number, end: number): number {
  switch (end - start) {
    case 6:
      return matching(bytes[start] === 0x73 ? FIELD.symbol : FIELD.active, bytes, start);
    case 8:
      return matching(FIELD.exchange, bytes, start);
    case 12:
      return matching(FIELD.lastTickAt, bytes, start);
    case 15:
      return matching(FIELD.subscriptionId, bytes, start);
    default:
      return NO_FIELD;
  }
}

function matching(field: number, bytes: Uint8Array, start: number): number {
  const key = KEY_BYTES[field]!;
  for (let i = 0; i < key.length; i += 1) if (bytes[start + i] !== key[i]) return NO_FIELD;
  return field;
}

function fieldOfEscaped(bytes: Uint8Array, start: number, end: number): number {
  return (FIELD_KEYS as readonly string[]).indexOf(unescapeText(bytes, start, end));
}

function kindOf(byte: number): number {
  if (byte === 0x6e) return KIND.null;
  if (byte === 0x74) return KIND.true;
  if (byte === 0x66) return KIND.false;
  return byte === 0x2d || (byte >= 0x30 && byte <= 0x39) ? KIND.number : KIND.other;
}
