// Whether to try a remote again, and when.

export interface RetryPolicy {
  /** Attempts in one call, the first included. */
  readonly attempts: number;
  readonly baseMs: number;
  readonly capMs: number;
  /** Retries a remote may cost beyond its calls: so many saved up, and so many earned by each call. */
  readonly savedRetries: number;
  readonly retriesPerCall: number;
}

// Retries at most a tenth above the calls once the saved ones are spent: a struggling remote is not hit harder.
export const RETRY_POLICY: RetryPolicy = {
  attempts: 3,
  baseMs: 200,
  capMs: 5_000,
  savedRetries: 10,
  retriesPerCall: 0.1,
};

export interface RetryQuestion {
  /** Attempts made so far in this call. */
  readonly attempts: number;
  readonly leftMs: number;
  readonly savedRetries: number;
  readonly retryAfterMs: number | null;
  /** In [0, 1). */
  readonly random: number;
}

/** How long to wait before the next attempt, or null when there shall be none. */
export function planRetry(policy: RetryPolicy, question: RetryQuestion): number | null {
  if (question.attempts >= policy.attempts || question.savedRetries < 1) return null;
  // Half of what is left at most: a short deadline shall still see its retries.
  const ceiling = Math.min(policy.capMs, policy.baseMs * 2 ** (question.attempts - 1), question.leftMs / 2);
  // Full jitter; what the remote asked for is a floor, spread a little so that its clients do not return together.
  const waitMs =
    question.retryAfterMs === null
      ? question.random * ceiling
      : question.retryAfterMs + question.random * policy.baseMs;
  return waitMs < question.leftMs ? waitMs : null;
}

const SECONDS = /^\d{1,9}$/;
const HTTP_DATE = /^\w{3}, (\d{2}) (\w{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Retry-After` in milliseconds from now (RFC 9110 §10.2.3: seconds or a date); null when absent or unreadable. */
export function parseRetryAfter(text: string | undefined, nowWallMs: number): number | null {
  if (text === undefined) return null;
  const trimmed = text.trim();
  if (SECONDS.test(trimmed)) return Number(trimmed) * 1_000;
  const match = HTTP_DATE.exec(trimmed);
  if (match === null) return null;
  const [day, month, year, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((at) => match[at] ?? '') as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const monthIndex = MONTHS.indexOf(month);
  if (monthIndex < 0) return null;
  const days = daysSinceEpoch(Number(year), monthIndex + 1, Number(day));
  const wallMs = (((days * 24 + Number(hour)) * 60 + Number(minute)) * 60 + Number(second)) * 1_000;
  return Math.max(0, wallMs - nowWallMs);
}

/** Days of the proleptic Gregorian calendar, counted with years that begin in March. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return shifted * 365 + leapDays + dayOfYear - 719_468;
}
