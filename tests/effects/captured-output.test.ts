// What is kept of output: every byte counted, head and tail exact, characters whole, lines clean.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLineSplitter, createOutputKeeper } from '../../lib/effects/captured-output.ts';

const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });

describe('what is kept', () => {
  test('of text in any chunks is its beginning, its end, and nothing torn', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.nat(70), fc.nat(12), (text, keep, step) => {
        const bytes = Buffer.from(text);
        const { head, tail, totalBytes } = keepAll(keep, cut(bytes, step + 1));
        expect(totalBytes).toBe(bytes.length);
        if (bytes.length <= keep) expect([head, tail]).toEqual([text, '']);
        else if (bytes.length <= 2 * keep) expect(head + tail).toBe(text);
        else expect([text.startsWith(head), text.endsWith(tail)]).toEqual([true, true]);
        expect(Buffer.byteLength(head) > keep - 4 || bytes.length <= keep).toBe(true);
      }),
    );
  });

  test('of bytes that are no text is bounded and counted', () => {
    fc.assert(
      fc.property(chunks, fc.nat(50), (parts, keep) => {
        const { head, tail, totalBytes } = keepAll(keep, parts);
        expect(totalBytes).toBe(parts.reduce((sum, part) => sum + part.length, 0));
        expect(head.length + tail.length).toBeLessThanOrEqual(2 * keep + 3);
      }),
    );
  });
});

const LINES: Record<string, readonly [chunks: string[], lines: string[]]> = {
  'come one by one, whatever the chunks': [
    ['a', 'b\nc', '\n', 'd\n'],
    ['ab', 'c', 'd'],
  ],
  'end without a newline': [['a\nb'], ['a', 'b']],
  'may be empty': [['\n\n'], ['', '']],
  'have no carriage return': [['a\r\nb\r\n'], ['a', 'b']],
  'show what a redrawn line shows last': [['10%\r50%\r100%\n'], ['100%']],
  'carry no escape sequence': [['\u001b[31mred\u001b[0m\u0007\n\u001b]0;title\u0007x\n'], ['red', 'x']],
  'carry no mark that turns text around': [['abc\u202edef\n'], ['abcdef']],
};

describe('lines', () => {
  for (const [sentence, [parts, expected]] of Object.entries(LINES)) {
    test(sentence, () => expect(splitAll(parts.map((part) => Buffer.from(part)))).toEqual(expected));
  }

  test('keep a character that two chunks share', () => {
    expect(splitAll(cut(Buffer.from('合约\n'), 1))).toEqual(['合约']);
  });

  test('of ten million characters are cut, and say by how much', () => {
    const [line = '', next] = splitAll(cut(Buffer.from(`${'x'.repeat(10_000_000)}\nnext\n`), 65_536));
    expect(line.length).toBeLessThan(8_300);
    expect(line).toMatch(/^x+… \(9991808 more characters\)$/);
    expect(next).toBe('next');
  });
});

function keepAll(keepBytes: number, parts: readonly Uint8Array[]) {
  const keeper = createOutputKeeper(keepBytes);
  for (const part of parts) keeper.take(Buffer.from(part));
  return keeper.captured();
}

function splitAll(parts: readonly Buffer[]): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line));
  for (const part of parts) splitter.take(part);
  splitter.end();
  return lines;
}

function cut(bytes: Buffer, step: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / step) }, (_, index) =>
    bytes.subarray(index * step, (index + 1) * step),
  );
}
