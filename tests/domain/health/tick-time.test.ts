// Tick times that are read, and those that are refused.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTickTime } from '../../../lib/domain/health/tick-time.ts';

function parse(text: string): number {
  const bytes = new TextEncoder().encode(text);
  return parseTickTime(bytes, 0, bytes.length);
}

const BASE = Date.UTC(2026, 0, 5, 9, 30, 0);

const read: Record<string, [string, number]> = {
  'a zone of zero': ['2026-01-05T09:30:00Z', BASE],
  'no zone, which is UTC': ['2026-01-05T09:30:00', BASE],
  'an offset east': ['2026-01-05T17:30:00+08:00', BASE],
  'an offset west': ['2026-01-05T04:00:00-05:30', BASE],
  'a fraction': ['2026-01-05T09:30:00.25Z', BASE + 250],
  'digits below a millisecond, which are dropped': ['2026-01-05T09:30:00.123999999Z', BASE + 123],
  'a fraction without a zone': ['2026-01-05T09:30:00.5', BASE + 500],
  'a space between date and time': ['2026-01-05 09:30:00+00:00', BASE],
  'small letters': ['2026-01-05t09:30:00z', BASE],
  'a leap day': ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  'a leap day in a leap century': ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
  'a leap second': ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
  'a year before the epoch': ['1969-12-31T23:59:59Z', -1_000],
};

const refused = [
  '',
  '2026-01-05',
  '2026-01-05T09:30Z',
  '2026-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-01-05T24:00:00Z',
  '2026-01-05T09:60:00Z',
  '2026-01-05T09:30:61Z',
  '2026-01-05T09:30:00.Z',
  '2026-01-05T09:30:00,5Z',
  '2026-01-05T09:30:00+0800',
  '2026-01-05T09:30:00+08',
  '2026-01-05T09:30:00+24:00',
  '2026-01-05T09:30:00 +08:00',
  '2026-01-05T09:30:00ZZ',
  ' 2026-01-05T09:30:00Z',
  '2026-01-05  09:30:00Z',
  '2026/01/05T09:30:00Z',
  '+002026-01-05T09:30:00Z',
  '20260105T093000Z',
  '1767605400',
  '２０２６-01-05T09:30:00Z',
];

describe('a tick time', () => {
  test.each(Object.entries(read))('with %s is read', (_name, [text, ms]) => expect(parse(text)).toBe(ms));
  test.each(refused)('"%s" is refused', (text) => expect(parse(text)).toBeNaN());

  test('of any day of four-digit years is what Date says', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1, 0, 1), max: Date.UTC(9999, 11, 31) }), (ms) => {
        if (new Date(ms).getUTCFullYear() > 0) expect(parse(new Date(ms).toISOString())).toBe(ms);
      }),
      { numRuns: 5_000 },
    );
  });
});
