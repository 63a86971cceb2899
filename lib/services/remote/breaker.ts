// A remote's circuit breaker: read once, kept in memory, written only when it changes.

import {
  BREAKER_LEVEL,
  BREAKER_POLICY,
  type BreakerEvidence,
  type BreakerPolicy,
  type BreakerRecord,
  type BreakerState,
  enterBreaker,
  leaveBreaker,
  type Moment,
} from '../../domain/breaker.ts';
import type { Clock } from '../../effects/clock.ts';

/** Where a breaker is remembered across runs. Concurrent runs overwrite each other: it is advice, not a lock. */
export interface BreakerStore {
  read(): Promise<BreakerRecord | null>;
  write(record: BreakerRecord): Promise<void>;
}

export interface BreakerChange {
  readonly provider: string;
  readonly from: BreakerState;
  readonly to: BreakerState;
  readonly reason: string;
}

export type BreakerEntry =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly waitMs: number; readonly reason: string };

export interface Breaker {
  readonly provider: string;
  /** `mustLook` is always let in: who does not look cannot see the recovery. What it finds counts like anything else. */
  enter(options?: { readonly mustLook?: boolean }): Promise<BreakerEntry>;
  leave(evidence: BreakerEvidence, reason?: string): Promise<void>;
  state(): BreakerState;
}

export interface BreakerDetails {
  readonly provider: string;
  readonly store: BreakerStore;
  readonly clock: Clock;
  readonly policy?: BreakerPolicy;
  readonly onChange?: (change: BreakerChange) => void;
}

export function createBreaker({ provider, store, clock, policy = BREAKER_POLICY, onChange }: BreakerDetails): Breaker {
  let record: BreakerRecord | null = null;
  let loading: Promise<void> | undefined;

  // Without its memory a breaker starts closed: an unreadable file must not cut off a remote.
  const load = async (): Promise<void> => {
    record = await store.read().catch(() => null);
  };
  const keep = async (next: BreakerRecord | null): Promise<void> => {
    if (next === record || next === null) return;
    const from = record?.state ?? 'closed';
    record = next;
    if (from !== next.state) onChange?.({ provider, from, to: next.state, reason: next.reason });
    // What cannot be remembered still holds for this run.
    await store.write(next).catch(() => {});
  };
  return {
    provider,
    enter: async (options) => {
      loading ??= load();
      await loading;
      if (options?.mustLook === true) return { allowed: true };
      const permit = enterBreaker(record, nowOf(clock), policy);
      if (!permit.allowed) return permit;
      await keep(permit.record);
      return { allowed: true };
    },
    leave: (evidence, reason) => keep(leaveBreaker(record, evidence, nowOf(clock), policy, reason)),
    state: () => record?.state ?? 'closed',
  };
}

export interface Breakers {
  of(provider: string): Breaker;
  /** `circuit_breaker_state{provider}` of every remote of this run. */
  levels(): readonly { readonly provider: string; readonly level: 0 | 1 | 2 }[];
}

export function createBreakers(
  details: Omit<BreakerDetails, 'provider' | 'store'> & { readonly storeFor: (provider: string) => BreakerStore },
): Breakers {
  const { storeFor, ...shared } = details;
  const breakers = new Map<string, Breaker>();
  return {
    of: (provider) => {
      const known = breakers.get(provider) ?? createBreaker({ ...shared, provider, store: storeFor(provider) });
      breakers.set(provider, known);
      return known;
    },
    levels: () =>
      [...breakers.values()].map((breaker) => ({ provider: breaker.provider, level: BREAKER_LEVEL[breaker.state()] })),
  };
}

function nowOf(clock: Clock): Moment {
  return { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs(), bootId: clock.bootId() };
}
