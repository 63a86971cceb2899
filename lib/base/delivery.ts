// What every sender answers: accepted, or not, whether trying again can help, and why.

import { describeError, isFault } from './fault.ts';

export type Delivery =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly retryable: boolean;
      /** For people: action, cause, state. */
      readonly reason: string;
      /** A stable lower-case phrase: label values and dedup use it, never the reason. */
      readonly code: string;
      /** What it answered, when it answered. */
      readonly status?: number;
      /** The remote's own wish (Retry-After). */
      readonly retryAfterMs?: number;
    };

export const DELIVERED: Delivery = { ok: true };

/** A thrown fault as a sender's answer; anything else is a bug of ours and not worth retrying. */
export function deliveryFromError(error: unknown): Delivery {
  if (!isFault(error)) return { ok: false, retryable: false, reason: describeError(error), code: 'sender failed' };
  const wait = error.facts['retry_after_ms'];
  const failed = { ok: false, retryable: error.retryable, reason: error.message, code: error.code } as const;
  return typeof wait === 'number' ? { ...failed, retryAfterMs: wait } : failed;
}
