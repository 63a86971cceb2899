// Instants written without a Date are those that a Date writes.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isoInstant } from '../../lib/base/iso-instant.ts';

const written = (epochMs: number): string => new Date(epochMs).toISOString();

test('every instant is written as Date writes it', () => {
  const instants = fc.oneof(
    fc.integer({ min: -8.64e15, max: 8.64e15 }),
    fc.double({ min: 0, max: 2.6e14, noNaN: true }),
    fc.integer({ min: 0, max: 4_102_444_800_000 }),
  );
  fc.assert(
    fc.property(instants, (epochMs) => {
      expect(isoInstant(epochMs)).toBe(written(epochMs));
    }),
    { numRuns: 20_000 },
  );
});

test('so is the first and the last millisecond of every day of 800 years', () => {
  for (let day = 0; day < 292_194; day += 1) {
    for (const epochMs of [day * 86_400_000, (day + 1) * 86_400_000 - 1]) {
      if (isoInstant(epochMs) !== written(epochMs)) expect(isoInstant(epochMs)).toBe(written(epochMs));
    }
  }
});

test('what is no instant is refused as ever', () => {
  expect(() => isoInstant(Number.NaN)).toThrow(RangeError);
});
