// Reads one HTTP/1.1 answer as its bytes arrive. Strict: what Node's own parser would refuse is refused, under its codes.

import type { AnswerSink } from './http-transport.ts';

export interface HttpParser {
  /** True when the answer has ended; bytes after that are nobody's. Throws an error with a code of Node's parser. */
  read(bytes: Uint8Array): boolean;
  /** The connection has ended: throws unless the answer ends with it. */
  end(): void;
}

type Framing = { readonly left: number } | 'chunks' | 'connection';

// As large as Node allows.
const LONGEST_HEAD = 16_384;
const LONGEST_CHUNK_LINE = 1_024;

export function createHttpParser(sink: AnswerSink): HttpParser {
  let rest: Uint8Array = new Uint8Array();
  let read = readHead;
  let headSeen = false;
  let left = 0;

  /** Each reader takes what it can and answers whether the answer has ended; null when it needs more bytes. */
  function readHead(): boolean | null {
    const text = latin1(rest.subarray(0, LONGEST_HEAD));
    if (!'HTTP/1.'.startsWith(text.slice(0, 7))) throw parserError('HPE_INVALID_CONSTANT');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) {
      if (rest.length >= LONGEST_HEAD) throw parserError('HPE_HEADER_OVERFLOW');
      return null;
    }
    rest = rest.subarray(end + 4);
    const { status, headers } = parseHead(text.slice(0, end));
    // "Go on" and its like come before the answer.
    if (status < 200) return false;
    headSeen = true;
    const framing = framingOf(status, headers);
    sink.head(status, headers);
    if (framing === 'chunks') read = readChunkLine;
    else if (framing === 'connection') read = readToEnd;
    else {
      left = framing.left;
      read = readLength;
    }
    return left === 0 && read === readLength;
  }

  function readLength(): boolean | null {
    const part = rest.subarray(0, left);
    rest = rest.subarray(part.length);
    left -= part.length;
    if (part.length > 0) sink.data(part);
    return left === 0 ? true : null;
  }

  function readToEnd(): null {
    if (rest.length > 0) sink.data(rest);
    rest = rest.subarray(rest.length);
    return null;
  }

  function readChunkLine(): boolean | null {
    const line = takeLine();
    if (line === null) return null;
    const size = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i.exec(line)?.[1];
    if (size === undefined) throw parserError('HPE_INVALID_CHUNK_SIZE');
    left = Number.parseInt(size, 16);
    read = left === 0 ? readTrailer : readChunk;
    return false;
  }

  function readChunk(): boolean | null {
    if (readLength() === null) return null;
    read = readChunkEnd;
    return false;
  }

  function readChunkEnd(): boolean | null {
    const line = takeLine();
    if (line === null) return null;
    if (line !== '') throw parserError('HPE_STRICT');
    read = readChunkLine;
    return false;
  }

  function readTrailer(): boolean | null {
    const line = takeLine();
    return line === null ? null : line === '';
  }

  function takeLine(): string | null {
    const end = rest.indexOf(10);
    if (end < 0) {
      if (rest.length > LONGEST_CHUNK_LINE) throw parserError('HPE_INVALID_CHUNK_SIZE');
      return null;
    }
    if (rest[end - 1] !== 13) throw parserError('HPE_STRICT');
    const line = latin1(rest.subarray(0, end - 1));
    rest = rest.subarray(end + 1);
    return line;
  }

  return {
    read: (bytes) => {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      for (;;) {
        const ended = read();
        if (ended !== false) return ended === true;
      }
    },
    end: () => {
      if (read === readToEnd) return;
      // Nothing, or half an answer: the connection was lost. Half a head is no answer at all.
      throw parserError(headSeen || rest.length === 0 ? 'ECONNRESET' : 'HPE_INVALID_EOF_STATE');
    },
  };
}

type Headers = Record<string, string | string[]>;

const STATUS_LINE = /^HTTP\/1\.[01] ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/;

function parseHead(text: string): { readonly status: number; readonly headers: Headers } {
  const [first = '', ...lines] = text.split('\r\n');
  const status = STATUS_LINE.exec(first)?.[1];
  if (status === undefined) throw parserError('HPE_INVALID_STATUS');
  const headers: Headers = Object.create(null);
  for (const line of lines) {
    const [, name, value] = HEADER_LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) throw parserError('HPE_INVALID_HEADER_TOKEN');
    const key = name.toLowerCase();
    const before = headers[key];
    headers[key] = before === undefined ? value.trimEnd() : [before, value.trimEnd()].flat();
  }
  return { status: Number(status), headers };
}

function framingOf(status: number, headers: Headers): Framing {
  const length = headers['content-length'];
  const coding = headers['transfer-encoding'];
  // Two framings, or one said twice: whoever stands between may see another answer than we do.
  if (length !== undefined && (coding !== undefined || typeof length !== 'string' || !/^\d{1,15}$/.test(length))) {
    throw parserError('HPE_UNEXPECTED_CONTENT_LENGTH');
  }
  if (status === 204 || status === 304) return { left: 0 };
  if (coding === undefined) return length === undefined ? 'connection' : { left: Number(length) };
  if (typeof coding !== 'string' || coding.toLowerCase() !== 'chunked') {
    throw parserError('HPE_INVALID_TRANSFER_ENCODING');
  }
  return 'chunks';
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function parserError(code: string): Error {
  return Object.assign(new Error(`http answer: ${code}`), { code });
}
