// A catalogue or a snapshot as one JSON document: a list, or an object that holds the list and says where it is from.

import { createListReader, type ListReader, type Steps } from './byte-reader.ts';
import { CLOSE_LIST, CLOSE_OBJECT, COMMA, JsonScanner, OPEN_LIST, OPEN_OBJECT, QUOTE } from './json-scanner.ts';
import { Row, unescapeText } from './row.ts';
import { decodeText } from './utf8.ts';

/** Where entries go. */
export interface EntrySink {
  /** Keys that may hold the list, the preferred one last. */
  readonly listKeys: readonly string[];
  /** False when the entry names no symbol. */
  accept(row: Row, bytes: Uint8Array): boolean;
  /** Settles what was accepted and still refers to these bytes. */
  flush(bytes: Uint8Array): void;
  /** A list begins; whatever an earlier one told is void. */
  restart(): void;
}

/** What a control plane says about its own answer. Absent in plain files. */
export interface Origin {
  source?: string | undefined;
  error?: string | undefined;
  isTruncated?: boolean;
  total?: number | undefined;
}

export const UNUSABLE_ENTRY = 'names no symbol: a text, or an object with a "symbol", is expected';
const LETTER_T = 0x74;
// First byte of a byte order mark in UTF-8.
const MARK = 0xef;
type Place = 'start' | 'list' | 'object' | 'end' | 'done';

export function createJsonListReader(sink: EntrySink, origin: Origin): ListReader {
  return createListReader(new JsonList(sink, origin));
}

class JsonList implements Steps {
  readonly scanner = new JsonScanner();
  readonly #sink: EntrySink;
  readonly #origin: Origin;
  readonly #row = new Row();
  #place: Place = 'start';
  /** Where a list's end leads back to. */
  #after: Place = 'end';
  #isFirst = true;
  /** Rank of the key whose list was read; 0 for none. */
  #rank = 0;
  #entry = 0;
  #problem = '';

  constructor(sink: EntrySink, origin: Origin) {
    this.#sink = sink;
    this.#origin = origin;
  }

  isDone(): boolean {
    return this.#place === 'done';
  }

  flush(): void {
    this.#sink.flush(this.scanner.window.bytes);
  }

  verdict(): string {
    if (this.#problem !== '') return this.#problem;
    return this.#rank > 0 ? '' : `no list under ${this.#sink.listKeys.map((key) => `"${key}"`).join(' or ')}`;
  }

  step(): boolean {
    this.scanner.skipSpace();
    switch (this.#place) {
      case 'list':
        return this.#stepList();
      case 'object':
        return this.#stepObject();
      case 'start':
        return this.#begin();
      default:
        return this.#stepEnd();
    }
  }

  #begin(): boolean {
    const { window } = this.scanner;
    const first = window.bytes[window.at];
    if (first === OPEN_LIST) {
      this.#rank = 1;
      this.#enterList('end');
      return true;
    }
    if (first === OPEN_OBJECT) {
      window.at += 1;
      this.#place = 'object';
      return true;
    }
    if (first === MARK) return this.scanner.fail('a byte order mark');
    if (!this.scanner.skipValue()) return false;
    this.#problem = 'neither a list nor an object';
    this.#rank = 1;
    this.#place = 'end';
    return true;
  }

  #enterList(after: Place): void {
    this.scanner.window.at += 1;
    this.#sink.restart();
    this.#problem = '';
    this.#entry = 0;
    this.#isFirst = true;
    this.#after = after;
    this.#place = 'list';
  }

  #stepList(): boolean {
    const { scanner } = this;
    const { window } = scanner;
    if (window.bytes[window.at] === CLOSE_LIST) {
      window.at += 1;
      this.#place = this.#after;
      this.#isFirst = false;
      return true;
    }
    if (!this.#isFirst) {
      if (!scanner.expect(COMMA)) return false;
      scanner.skipSpace();
    }
    if (!this.#row.scan(scanner)) return false;
    this.#isFirst = false;
    this.#entry += 1;
    if (!this.#sink.accept(this.#row, window.bytes) && this.#problem === '') {
      this.#problem = `entry ${this.#entry} ${UNUSABLE_ENTRY}`;
    }
    return true;
  }

  #stepObject(): boolean {
    const { scanner } = this;
    const { window } = scanner;
    if (window.bytes[window.at] === CLOSE_OBJECT) {
      window.at += 1;
      this.#place = 'end';
      return true;
    }
    if (!this.#isFirst) {
      if (!scanner.expect(COMMA)) return false;
      scanner.skipSpace();
    }
    if (!scanner.scanKey()) return false;
    const key = unescapeText(window.bytes, scanner.textStart, scanner.textEnd);
    scanner.skipSpace();
    return this.#takeMember(key);
  }

  #takeMember(key: string): boolean {
    const { scanner } = this;
    const { window } = scanner;
    const start = window.at;
    const rank = this.#sink.listKeys.indexOf(key) + 1;
    if (rank > 0 && rank >= this.#rank && window.bytes[start] === OPEN_LIST) {
      this.#rank = rank;
      this.#enterList('object');
      return true;
    }
    if (!scanner.skipValue()) return false;
    this.#isFirst = false;
    if (rank > 0 && rank >= this.#rank) {
      this.#rank = rank;
      this.#sink.restart();
      this.#problem = `"${key}" is not a list`;
    } else if (rank === 0) this.#noteOrigin(key, start);
    return true;
  }

  #noteOrigin(key: string, start: number): void {
    const { bytes, at } = this.scanner.window;
    const origin = this.#origin;
    const text = (): string | undefined =>
      bytes[start] === QUOTE ? unescapeText(bytes, start + 1, at - 1) : undefined;
    if (key === 'source') origin.source = text();
    else if (key === 'error') origin.error = text();
    else if (key === 'truncated') origin.isTruncated = bytes[start] === LETTER_T;
    else if (key === 'total') origin.total = isNumber(bytes[start]!) ? Number(decodeText(bytes, start, at)) : undefined;
  }

  /** Behind the document only space may follow. */
  #stepEnd(): boolean {
    const { window, problem } = this.scanner;
    if (window.at < window.end) return this.scanner.fail('text after the document');
    if (!window.isLast) return false;
    this.#place = 'done';
    return problem === '';
  }
}

function isNumber(byte: number): boolean {
  return byte === 0x2d || (byte >= 0x30 && byte <= 0x39);
}
