// When a remote that keeps failing is left alone, and when it is tried again: the transitions, without clock or disk.

import { isRecord, own } from '../base/json.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

/** The values of `circuit_breaker_state`. */
export const BREAKER_LEVEL = { closed: 0, open: 1, 'half-open': 2 } as const satisfies Record<BreakerState, number>;

/** A moment that outlives the process: within one boot the monotonic clock counts, across boots only the wall is left. */
export interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly bootId: string;
}

export interface BreakerRecord {
  readonly state: BreakerState;
  /** Consecutive failures. */
  readonly failures: number;
  /** When this state began. */
  readonly since: Moment;
  /** The last failure, in words without secrets. */
  readonly reason: string;
}

export interface BreakerPolicy {
  readonly failures: number;
  readonly openMs: number;
}

export const BREAKER_POLICY: BreakerPolicy = { failures: 3, openMs: 60_000 };

/**
 * `unproven`: cancelled, or not sent after all. `hung`: silent for so long that asking again is what hurts; a refusal
 * costs nothing and may be tried a few times.
 */
export type BreakerEvidence = 'alive' | 'failing' | 'unproven' | 'hung';

export type Permit =
  | { readonly allowed: true; readonly record: BreakerRecord | null }
  | { readonly allowed: false; readonly waitMs: number; readonly reason: string };

/** Null stands for a remote of which nothing bad is known. */
export function enterBreaker(record: BreakerRecord | null, now: Moment, policy: BreakerPolicy): Permit {
  if (record === null || record.state === 'closed') return { allowed: true, record };
  const waitMs = policy.openMs - elapsedMs(record.since, now);
  // A probe that never came back (its process died) stops counting after the same time.
  if (waitMs > 0) return { allowed: false, waitMs, reason: record.reason };
  return { allowed: true, record: { ...record, state: 'half-open', since: now } };
}

/** The same object when nothing changed: what is not new need not be written. */
export function leaveBreaker(
  record: BreakerRecord | null,
  evidence: BreakerEvidence,
  now: Moment,
  policy: BreakerPolicy,
  reason = '',
): BreakerRecord | null {
  switch (evidence) {
    case 'alive':
      return record === null || isHealthy(record) ? record : { state: 'closed', failures: 0, since: now, reason: '' };
    case 'failing':
      return afterFailure(record, now, policy, reason);
    case 'hung':
      return afterFailure(record, now, { ...policy, failures: 1 }, reason);
    case 'unproven':
      return record?.state === 'half-open' ? { ...record, state: 'open', since: earlier(now, policy.openMs) } : record;
  }
}

function isHealthy(record: BreakerRecord): boolean {
  return record.state === 'closed' && record.failures === 0;
}

function afterFailure(record: BreakerRecord | null, now: Moment, policy: BreakerPolicy, reason: string): BreakerRecord {
  // Stragglers that began before it opened prove nothing new and must not keep it open for ever.
  if (record?.state === 'open') return record;
  const failures = (record?.failures ?? 0) + 1;
  const state = record?.state === 'half-open' || failures >= policy.failures ? 'open' : 'closed';
  return { state, failures, since: state === record?.state ? record.since : now, reason };
}

/** A wall clock that was stepped back counts as long past: trying once too early beats never trying. */
function elapsedMs(since: Moment, now: Moment): number {
  if (since.bootId === now.bootId) return now.monotonicMs - since.monotonicMs;
  const elapsed = now.wallMs - since.wallMs;
  return elapsed < 0 ? Number.POSITIVE_INFINITY : elapsed;
}

function earlier(moment: Moment, ms: number): Moment {
  return { ...moment, wallMs: moment.wallMs - ms, monotonicMs: moment.monotonicMs - ms };
}

/** What was stored, or null when it is not one of our records. */
export function parseBreakerRecord(value: unknown): BreakerRecord | null {
  if (!isRecord(value)) return null;
  const [state, failures, since, reason] = ['state', 'failures', 'since', 'reason'].map((key) => own(value, key));
  const moment = parseMoment(since);
  if (!isState(state) || !isCount(failures) || typeof reason !== 'string' || moment === null) return null;
  return { state, failures, since: moment, reason };
}

function parseMoment(value: unknown): Moment | null {
  if (!isRecord(value)) return null;
  const [wallMs, monotonicMs, bootId] = ['wallMs', 'monotonicMs', 'bootId'].map((key) => own(value, key));
  if (!isFiniteNumber(wallMs) || !isFiniteNumber(monotonicMs) || typeof bootId !== 'string') return null;
  return { wallMs, monotonicMs, bootId };
}

function isState(value: unknown): value is BreakerState {
  return typeof value === 'string' && Object.hasOwn(BREAKER_LEVEL, value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
