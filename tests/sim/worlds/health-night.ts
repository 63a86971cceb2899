// A night of the health and escalation worlds as data: timers and people, what breaks, how the network lies.

import type { Mood } from '../../../lib/sim/world/feed-service.ts';
import type { CrashPoint } from '../../../lib/sim/world/gate.ts';
import type { Lie } from '../../../lib/sim/world/network.ts';
import type { SINKS, Target } from './health-config.ts';
import type { DiskPlan, MortalAct, MortalNight } from './mortal.ts';

export const HOSTS = ['ops-1', 'ops-2'] as const;
export type HostName = (typeof HOSTS)[number];

/** What happens in one night; everything in it may be taken away by shrinking. */
export interface HealthNight extends MortalNight {
  readonly lengthMs: number;
  readonly acts: readonly HealthAct[];
  readonly faults: readonly HealthFault[];
  /** On the pager's own page. */
  readonly answers: readonly { readonly atMs: number; readonly what: 'acknowledge' | 'resolve' }[];
  /** Share of requests that meet a lie, until `lieUntilMs`. */
  readonly lieShare: number;
  readonly lies: readonly Lie[];
  readonly lieUntilMs: number;
  /** Contracts that nothing cures, also after the night. */
  readonly stays: number;
  /** The first flush of the spool dies too. */
  readonly flushCrash: CrashPoint | null;
  readonly isTalkative: boolean;
}

export interface HealthAct extends MortalAct {
  readonly host: HostName;
  readonly what: 'check' | 'automation' | 'flush';
  /** Words behind the command. */
  readonly argv: readonly string[];
  readonly target: Target;
  readonly losesPower: boolean;
  readonly diskFault: DiskPlan | null;
  readonly cancelAtMs: number | null;
}

export type HealthFault = { readonly atMs: number; readonly forMs: number } & (
  | {
      readonly kind: 'missing' | 'silent';
      readonly target: Target;
      readonly symbols: readonly string[];
      /** Resubscribing helps; else only time does. */
      readonly isCurable: boolean;
    }
  | { readonly kind: 'mood'; readonly target: Target; readonly mood: Mood }
  | { readonly kind: 'outage'; readonly remote: (typeof SINKS)[number]; readonly lie: Lie }
  | { readonly kind: 'command fails' }
  | { readonly kind: 'receivers refuse' }
  | { readonly kind: 'wall step'; readonly host: HostName; readonly byMs: number; readonly everywhere?: boolean }
);

export const CALM = { crash: null, losesPower: false, diskFault: null, cancelAtMs: null } as const;

export const QUIET: Omit<HealthNight, 'lengthMs' | 'acts'> = {
  faults: [],
  answers: [],
  lieShare: 0,
  lies: [],
  lieUntilMs: 0,
  stays: 0,
  flushCrash: null,
  dawnCrash: null,
  isTalkative: false,
};

export function check(atMs: number, more: Partial<HealthAct> = {}): HealthAct {
  return { ...CALM, atMs, host: 'ops-1', what: 'check', argv: ['--no-input'], target: 'primary', ...more };
}

export function order(atMs: number, words: readonly string[], more: Partial<HealthAct> = {}): HealthAct {
  return {
    ...CALM,
    atMs,
    host: 'ops-1',
    what: 'automation',
    argv: [...words, '--no-input'],
    target: 'primary',
    ...more,
  };
}

export const isCalmAct = ({ crash, diskFault, cancelAtMs }: HealthAct): boolean =>
  crash === null && diskFault === null && cancelAtMs === null;

/** Fewer acts, fewer faults, fewer lies; each step takes one thing away, halves first. */
export function* simplerHealthNights(night: HealthNight): Iterable<HealthNight> {
  const without = <T>(list: readonly T[], at: number): readonly T[] => list.filter((_, index) => index !== at);
  const half = night.acts.length >> 1;
  if (half > 1) {
    yield { ...night, acts: night.acts.slice(0, half) };
    yield { ...night, acts: night.acts.slice(half) };
  }
  for (const at of night.acts.keys()) if (night.acts.length > 1) yield { ...night, acts: without(night.acts, at) };
  for (const at of night.faults.keys()) yield { ...night, faults: without(night.faults, at) };
  for (const at of night.answers.keys()) yield { ...night, answers: without(night.answers, at) };
  if (night.lieShare > 0) yield { ...night, lieShare: 0, lies: [] };
  for (const at of night.lies.keys()) yield { ...night, lies: without(night.lies, at) };
  if (night.flushCrash !== null) yield { ...night, flushCrash: null };
  if (night.dawnCrash !== null) yield { ...night, dawnCrash: null };
  if (night.stays > 0) yield { ...night, stays: 0 };
  if (night.isTalkative) yield { ...night, isTalkative: false };
  for (const [at, act] of night.acts.entries()) {
    for (const [key, calm] of Object.entries(CALM)) {
      if (act[key as keyof typeof CALM] === calm) continue;
      yield { ...night, acts: night.acts.map((one, index) => (index === at ? { ...act, [key]: calm } : one)) };
    }
  }
}
