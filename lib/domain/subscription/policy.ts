// What a subscription run may be told, and which of it makes no sense.

import type { RateLimit } from './rate-window.ts';

export interface SubscriptionPolicy {
  /** Symbols in one request. */
  readonly batchSize: number;
  /** Further tries for a symbol that was rate limited, passed over, or alone in a request that timed out. */
  readonly maxRetries: number;
  /** In symbols. */
  readonly rate: RateLimit;
  /** After a failed request, doubled for each further one in a row, at most 32 times this. */
  readonly retryBaseMs: number;
}

/** One sentence for each mistake; empty when the policy can be followed. */
export function findPolicyProblems(policy: SubscriptionPolicy): readonly string[] {
  return [
    ...(isCount(policy.batchSize, 1) ? [] : ['the batch size is not a positive whole number']),
    ...(isCount(policy.maxRetries, 0) ? [] : ['the number of retries is not a whole number']),
    ...(isCount(policy.rate.max, 1) ? [] : ['the rate limit is not a positive whole number']),
    ...(isTime(policy.rate.windowMs) ? [] : ['the rate limit window is not a positive time']),
    ...(isTime(policy.retryBaseMs) ? [] : ['the retry time is not a positive time']),
  ];
}

function isCount(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least;
}

function isTime(ms: number): boolean {
  return Number.isFinite(ms) && ms > 0;
}
