// Our SHA-256 and CRC-32 give what node's own give.

import { createHash } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32 } from '../../lib/base/crc32.ts';
import { sha256 } from '../../lib/base/digest.ts';

test('SHA-256 equals node:crypto on any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'));
    }),
    { numRuns: 2_000 },
  );
});

test('SHA-256 equals node:crypto at every length around the block borders', () => {
  for (let length = 0; length < 260; length += 1) {
    const text = 'x'.repeat(length);
    expect(sha256(text), `length ${length}`).toBe(createHash('sha256').update(text).digest('hex'));
  }
});

test('CRC-32 equals zlib on any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      expect(crc32(text)).toBe(zlibCrc32(text).toString(16).padStart(8, '0'));
    }),
  );
});
