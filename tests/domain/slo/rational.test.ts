// Exact decimals: what is printed is what was meant.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  minus,
  over,
  parseRational,
  printDecimal,
  rational,
  times,
  toNumber,
} from '../../../lib/domain/slo/rational.ts';

const PRINTED: Record<string, [string, string]> = {
  'an objective as a ratio': [printDecimal(over(parseRational('99.9')!, rational(100))), '0.999'],
  'the budget of 99.9 %': [printDecimal(minus(rational(1), parseRational('0.999')!)), '0.001'],
  'a fast burn of it': [printDecimal(times(parseRational('14.4')!, parseRational('0.001')!)), '0.0144'],
  'a tiny number without an exponent': [printDecimal(parseRational('1.5e-9')!), '0.0000000015'],
  'fourteen fifteenths': [printDecimal(rational(14, 15)), '0.93333333333333333'],
  'two thirds, rounded up': [printDecimal(rational(2, 3), 4), '0.6667'],
  'nearly one, rounded into it': [printDecimal(rational(99_999, 100_000), 4), '1'],
  'a negative number': [printDecimal(rational(1, -8)), '-0.125'],
  'a whole number': [printDecimal(rational(90, 3)), '30'],
};

test.each(Object.keys(PRINTED))('%s', (name) => {
  const [printed, wanted] = PRINTED[name]!;
  expect(printed).toBe(wanted);
});

test('every decimal is printed as it was written', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.nat(15), (digits, places) => {
      const text = printDecimal(rational(digits, 10n ** BigInt(places)));
      expect(text).not.toMatch(/e|\.$|\.\d*0$/);
      expect(parseRational(text)).toEqual(rational(digits, 10n ** BigInt(places)));
    }),
  );
});

test('what does not end is rounded to the nearest double', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 1e9 }), (top, bottom) => {
      expect(toNumber(rational(top, bottom))).toBe(top / bottom);
    }),
  );
});

test.each(['', 'x', '1.', '.5', '1,5', '0x10', 'Infinity', 'NaN'])('%j is no number', (text) => {
  expect(parseRational(text)).toBe(null);
});
