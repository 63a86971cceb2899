// An answer reads the same however the network cuts it; what could be read in two ways is refused.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemCode } from '../../lib/base/fault.ts';
import { createHttpParser } from '../../lib/effects/http-parser.ts';

interface Seen {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  ended: boolean;
  failure: string | null;
}

/** Feeds the pieces, then ends the connection unless the answer ended before. */
function read(pieces: readonly Uint8Array[]): Seen {
  const seen: Seen = { status: 0, headers: {}, body: '', ended: false, failure: null };
  const parser = createHttpParser({
    head: (status, headers) => Object.assign(seen, { status, headers: { ...headers } }),
    data: (chunk) => {
      seen.body += Buffer.from(chunk).toString('latin1');
    },
  });
  try {
    seen.ended = pieces.some((piece) => parser.read(piece));
    if (!seen.ended) parser.end();
  } catch (error) {
    seen.failure = systemCode(error) ?? String(error);
  }
  return seen;
}

function cut(text: string, at: readonly number[]): Uint8Array[] {
  const bytes = Buffer.from(text, 'latin1');
  const edges = [0, ...at.map((edge) => edge % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
}

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKS = `${OK}transfer-encoding: chunked\r\n\r\n`;

const WHOLE: Readonly<Record<string, [text: string, status: number, body: string, ended: boolean]>> = {
  'a length': [`${OK}Content-Length: 5\r\n\r\nhello`, 200, 'hello', true],
  'a length and more than that': [`${OK}content-length: 2\r\n\r\nhello`, 200, 'he', true],
  'no body': [`HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n`, 202, '', true],
  'a status without words': ['HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n', 200, '', true],
  'nothing to say': ['HTTP/1.1 204 No Content\r\n\r\n', 204, '', true],
  'not modified, with the length of what it leaves out': ['HTTP/1.1 304 X\r\ncontent-length: 9\r\n\r\n', 304, '', true],
  'chunks, an extension and a trailer': [`${CHUNKS}3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nt: u\r\n\r\n`, 200, 'abcde', true],
  'chunks that hold line ends': [`${CHUNKS}A\r\n\r\n0\r\n\r\nabc\r\n0\r\n\r\n`, 200, '\r\n0\r\n\r\nabc', true],
  'until the connection ends': [`${OK}x: y\r\n\r\nall of it`, 200, 'all of it', false],
  'go on, then the answer': [`HTTP/1.1 100 Continue\r\n\r\n${OK}content-length: 1\r\n\r\nx`, 200, 'x', true],
};

test.each(Object.entries(WHOLE))('%s', (_, [text, status, body, ended]) => {
  const whole = read([Buffer.from(text, 'latin1')]);
  expect(whole).toMatchObject({ status, body, ended, failure: null });
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 12 }), (at) => {
      expect(read(cut(text, at))).toEqual(whole);
    }),
  );
});

test('a header that comes twice has both values', () => {
  const { headers } = read([Buffer.from(`${OK}A: 1\r\na:2 \r\ncontent-length: 0\r\n\r\n`)]);
  expect(headers).toEqual({ a: ['1', '2'], 'content-length': '0' });
});

describe('refuses', () => {
  test.each([
    ['what is not HTTP', '-ERR unknown command\r\n', 'HPE_INVALID_CONSTANT'],
    ['another version', 'HTTP/2.0 200 OK\r\n\r\n', 'HPE_INVALID_CONSTANT'],
    ['a status that is none', 'HTTP/1.1 2x0 OK\r\n\r\n', 'HPE_INVALID_STATUS'],
    ['a header without a colon', `${OK}nonsense\r\n\r\n`, 'HPE_INVALID_HEADER_TOKEN'],
    ['a space before the colon', `${OK}a : b\r\n\r\n`, 'HPE_INVALID_HEADER_TOKEN'],
    ['a folded header', `${OK}a: b\r\n c\r\n\r\n`, 'HPE_INVALID_HEADER_TOKEN'],
    ['a control character in a value', `${OK}a: b\u0001\r\n\r\n`, 'HPE_INVALID_HEADER_TOKEN'],
    ['two lengths', `${OK}content-length: 1\r\ncontent-length: 1\r\n\r\n`, 'HPE_UNEXPECTED_CONTENT_LENGTH'],
    ['a length that is none', `${OK}content-length: -1\r\n\r\n`, 'HPE_UNEXPECTED_CONTENT_LENGTH'],
    ['a length and chunks', `${CHUNKS.slice(0, -2)}content-length: 1\r\n\r\n`, 'HPE_UNEXPECTED_CONTENT_LENGTH'],
    ['another coding', `${OK}transfer-encoding: gzip, chunked\r\n\r\n`, 'HPE_INVALID_TRANSFER_ENCODING'],
    ['a chunk of no size', `${CHUNKS}x\r\n`, 'HPE_INVALID_CHUNK_SIZE'],
    ['a chunk that is longer than it said', `${CHUNKS}1\r\nab\r\n0\r\n\r\n`, 'HPE_STRICT'],
    ['a line that ends in half a line end', `${CHUNKS}1\nab`, 'HPE_STRICT'],
    ['a head without end', `${OK}a: ${'b'.repeat(20_000)}`, 'HPE_HEADER_OVERFLOW'],
    ['half a head', `${OK}a: b`, 'HPE_INVALID_EOF_STATE'],
    ['no answer', '', 'ECONNRESET'],
    ['half a body', `${OK}content-length: 9\r\n\r\nhalf`, 'ECONNRESET'],
    ['half the chunks', `${CHUNKS}3\r\nabc\r\n`, 'ECONNRESET'],
  ])('%s', (_, text, failure) => {
    expect(read([Buffer.from(text, 'latin1')]).failure).toBe(failure);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 6 }), (at) => {
        expect(read(cut(text, at)).failure).toBe(failure);
      }),
    );
  });
});
