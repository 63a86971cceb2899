// Numbers as Go prints them: annotations are made by Prometheus. Go rounds an exact half to the even digit.

interface Decimal {
  readonly sign: string;
  /** All digits there are; the point stands before the digit at `point`. */
  readonly digits: string;
  readonly point: number;
}

// Exact for every float of a size that annotations show.
const MOST_DECIMALS = 100;
// `%v` turns to an exponent from a million on.
const PLAIN_BELOW = 6;

/** `%v` of a float64. */
export function printGoNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return '0';
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < PLAIN_BELOW) return shortestPlain(value);
  return `${mantissa}e${signed(exponent)}`;
}

/** `%.2f`. */
export function printGoFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return printGoNumber(value);
  const exact = toDecimal(value);
  return printPlain(roundAt(exact, exact.point + decimals), decimals);
}

/** `%.4g`: so many significant digits, no zeros at the end. */
export function printGoSignificant(value: number, count: number): string {
  if (!Number.isFinite(value)) return printGoNumber(value);
  if (value === 0) return '0';
  const exact = toDecimal(value);
  const first = exact.digits.search(/[1-9]/);
  const rounded = roundAt(exact, first + count);
  const lead = rounded.digits.search(/[1-9]/);
  const exponent = rounded.point - lead - 1;
  if (exponent >= -4 && exponent < count) return trimZeros(printPlain(rounded, Math.max(0, count - 1 - exponent)));
  const digits = rounded.digits.slice(lead, lead + count).padEnd(count, '0');
  return `${rounded.sign}${trimZeros(`${digits[0]}.${digits.slice(1)}`)}e${signed(exponent)}`;
}

/** The shortest text that reads back as the same number, without an exponent. */
function shortestPlain(value: number): string {
  const text = String(value);
  const [mantissa = '', power] = text.split('e');
  if (power === undefined) return text;
  return trimZeros(value.toFixed(-Number(power) + Math.max(0, mantissa.replace(/[^\d]/g, '').length - 1)));
}

function toDecimal(value: number): Decimal {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  const text = size >= 1e21 ? `${BigInt(size)}` : size.toFixed(MOST_DECIMALS);
  const [whole = '0', fraction = ''] = text.split('.');
  return { sign, digits: `${whole}${fraction}`, point: whole.length };
}

/** Keeps the digits before `at`. */
function roundAt({ sign, digits, point }: Decimal, at: number): Decimal {
  if (at >= digits.length) return { sign, digits: digits.padEnd(at, '0'), point };
  const kept = `0${digits.slice(0, Math.max(0, at))}`;
  const rest = digits.slice(Math.max(0, at));
  const half = `5${'0'.repeat(rest.length - 1)}`;
  const isUp = rest > half || (rest === half && Number(kept.at(-1)) % 2 === 1);
  const whole = (BigInt(kept) + (isUp ? 1n : 0n)).toString().padStart(kept.length, '0');
  // Digits before the point that were rounded away are zeros.
  return { sign, digits: whole.padEnd(point + 1, '0'), point: point + 1 };
}

function printPlain({ sign, digits, point }: Decimal, decimals: number): string {
  const whole = digits.slice(0, point).replace(/^0+(?=\d)/, '');
  const fraction = digits.slice(point, point + decimals).padEnd(decimals, '0');
  return `${sign}${whole}${decimals === 0 ? '' : `.${fraction}`}`;
}

function signed(exponent: number): string {
  return `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
