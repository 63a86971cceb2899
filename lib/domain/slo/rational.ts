// Exact numbers: 99.9 % leaves a budget of 0.001, never of 0.0010000000000000009.

export interface Rational {
  readonly top: bigint;
  /** Positive; no common divisor with `top`. */
  readonly bottom: bigint;
}

// Seventeen tell every double from its neighbours.
const MOST_DIGITS = 17;
// Enough that the nearest double to the digits is the nearest to the number.
const MORE_DIGITS = 40;
const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/i;

export function rational(top: bigint | number, bottom: bigint | number = 1): Rational {
  let [over, under] = [BigInt(top), BigInt(bottom)];
  if (under < 0n) [over, under] = [-over, -under];
  const common = greatestCommonDivisor(over < 0n ? -over : over, under);
  return { top: over / common, bottom: under / common };
}

/** `99.95`, `1e-7`: exactly what is written; null when it is no number. */
export function parseRational(text: string): Rational | null {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return null;
  const [, sign, whole, part = '', exponent = '0'] = match;
  const digits = BigInt(`${whole}${part}`) * (sign === '-' ? -1n : 1n);
  const scale = Number(exponent) - part.length;
  return scale >= 0 ? rational(digits * 10n ** BigInt(scale)) : rational(digits, 10n ** BigInt(-scale));
}

export function times(left: Rational, right: Rational): Rational {
  return rational(left.top * right.top, left.bottom * right.bottom);
}

export function over(left: Rational, right: Rational): Rational {
  return rational(left.top * right.bottom, left.bottom * right.top);
}

export function minus(left: Rational, right: Rational): Rational {
  return rational(left.top * right.bottom - right.top * left.bottom, left.bottom * right.bottom);
}

/** Negative, zero or positive, as for `sort`. */
export function compare(left: Rational, right: Rational): number {
  const difference = left.top * right.bottom - right.top * left.bottom;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function toNumber(value: Rational): number {
  return Number(printDecimal(value, MORE_DIGITS));
}

/** All digits where they end within a double's precision, else rounded to it. Never in exponential form. */
export function printDecimal({ top, bottom }: Rational, mostDigits = MOST_DIGITS): string {
  const isNegative = top < 0n;
  let rest = isNegative ? -top : top;
  const whole = rest / bottom;
  rest %= bottom;
  let digits = '';
  let significant = whole === 0n ? 0 : String(whole).length;
  while (rest > 0n && significant <= mostDigits) {
    rest *= 10n;
    const digit = rest / bottom;
    rest %= bottom;
    digits += String(digit);
    if (significant > 0 || digit > 0n) significant += 1;
  }
  const text = significant > mostDigits ? round(whole, digits) : join(whole, digits);
  return isNegative && /[1-9]/.test(text) ? `-${text}` : text;
}

/** Drops the last digit, half up. */
function round(whole: bigint, digits: string): string {
  if (digits === '') return String(whole);
  const scaled = BigInt(`${whole}${digits}`);
  const rounded = String((scaled + 5n) / 10n).padStart(digits.length, '0');
  const places = digits.length - 1;
  const at = rounded.length - places;
  return join(BigInt(rounded.slice(0, at) === '' ? '0' : rounded.slice(0, at)), rounded.slice(at));
}

function join(whole: bigint, digits: string): string {
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? String(whole) : `${whole}.${kept}`;
}

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  let [a, b] = [left, right];
  while (b > 0n) [a, b] = [b, a % b];
  return a === 0n ? 1n : a;
}
