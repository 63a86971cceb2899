// Tick times as feeds write them: RFC 3339, read straight from the bytes; without a zone they are UTC.

const DAY_MS = 86_400_000;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const [ZERO, DOT, DASH, PLUS, COLON, SPACE] = [48, 46, 45, 43, 58, 32] as const;
// `YYYY-MM-DDTHH:MM:SS`
const SHORTEST = 19;

/**
 * Milliseconds since the epoch, NaN for anything but an RFC 3339 date and time. The zone may be absent; `T`, `t` or one
 * space may separate (its §5.6 allows all three). Digits below a millisecond are dropped; second 60 is a leap second.
 */
export function parseTickTime(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < SHORTEST) return Number.NaN;
  const dateMs = parseDate(bytes, start);
  const separator = bytes[start + 10]! | 0x20;
  if (separator !== 0x74 && bytes[start + 10] !== SPACE) return Number.NaN;
  const hour = twoDigits(bytes, start + 11);
  const minute = twoDigits(bytes, start + 14);
  const second = twoDigits(bytes, start + 17);
  if (bytes[start + 13] !== COLON || bytes[start + 16] !== COLON) return Number.NaN;
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN;
  return dateMs + hour * 3_600_000 + minute * 60_000 + second * 1_000 + parseTail(bytes, start + SHORTEST, end);
}

function parseDate(bytes: Uint8Array, at: number): number {
  if (bytes[at + 4] !== DASH || bytes[at + 7] !== DASH) return Number.NaN;
  const year = twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2);
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return Number.NaN;
  return daysSinceEpoch(year, month, day) * DAY_MS;
}

/** What follows the seconds: a fraction, then a zone, each optional. */
function parseTail(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  let fractionMs = 0;
  if (at < end && bytes[at] === DOT) {
    at += 1;
    const first = at;
    for (let weight = 100; at < end && isDigit(bytes[at]!); at += 1, weight /= 10) {
      if (weight >= 1) fractionMs += (bytes[at]! - ZERO) * weight;
    }
    if (at === first) return Number.NaN;
  }
  if (at === end || (at === end - 1 && (bytes[at]! | 0x20) === 0x7a)) return fractionMs;
  return fractionMs - parseOffset(bytes, at, end);
}

function parseOffset(bytes: Uint8Array, at: number, end: number): number {
  const sign = bytes[at] === PLUS ? 1 : bytes[at] === DASH ? -1 : Number.NaN;
  if (end - at !== 6 || bytes[at + 3] !== COLON) return Number.NaN;
  const hours = twoDigits(bytes, at + 1);
  const minutes = twoDigits(bytes, at + 4);
  return hours <= 23 && minutes <= 59 ? sign * (hours * 3_600_000 + minutes * 60_000) : Number.NaN;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]!;
  const ones = bytes[at + 1]!;
  return isDigit(tens) && isDigit(ones) ? (tens - ZERO) * 10 + ones - ZERO : Number.NaN;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : DAYS_IN_MONTH[month - 1]!;
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar; years begin in March so that the leap day comes last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
