// Parts that the plans of all worlds are made of: deaths, disks that fail, lies; and what they are called.

import fc, { type Arbitrary } from 'fast-check';
import type { CrashPoint } from '../../../lib/sim/world/gate.ts';

export const orNone = <T>(fault: Arbitrary<T>): Arbitrary<T | null> => fc.option(fault, { nil: null, freq: 2 });

/** Within the first so many effects. */
export function deathWithin(effects: number): Arbitrary<CrashPoint> {
  return fc.record({
    effect: fc.integer({ min: 1, max: effects }),
    when: fc.constantFrom('before' as const, 'after' as const),
  });
}

export function diskFaultOf<T extends string>(codes: readonly T[]) {
  return fc.record({
    nth: fc.integer({ min: 1, max: 60 }),
    code: fc.constantFrom(...codes),
    lasts: fc.boolean(),
  });
}

export const COMMON_DISK_ERRORS = ['EIO', 'ENOSPC', 'EROFS'] as const;

export function lasting(latestMs: number, longestMs: number) {
  return fc.record({ atMs: fc.nat(latestMs), forMs: fc.integer({ min: 100, max: longestMs }) });
}

export interface Troubles {
  readonly crash: CrashPoint | null;
  readonly losesPower?: boolean;
  readonly killedAfterMs?: number;
  readonly diskFault?: { readonly nth: number; readonly code: string } | null;
  readonly cancelAtMs?: number | null;
  readonly stop?: { readonly forMs: number } | null;
}

/** What goes wrong with the n-th run, in words. */
export function troublesOf(run: Troubles, at: number): string[] {
  const { crash, losesPower, killedAfterMs, diskFault, cancelAtMs, stop } = run;
  const dies = crash !== null || killedAfterMs !== undefined;
  return [
    ...(crash === null ? [] : [`run ${at + 1} dies ${crash.when} effect ${crash.effect}`]),
    ...(killedAfterMs === undefined ? [] : [`run ${at + 1} is killed after ${killedAfterMs} ms`]),
    ...(dies && losesPower === true ? ['its host loses power'] : []),
    ...(diskFault ? [`${diskFault.code} at write ${diskFault.nth} of run ${at + 1}`] : []),
    ...(typeof cancelAtMs === 'number' ? [`run ${at + 1} is told to stop`] : []),
    ...(stop ? [`run ${at + 1} stands still for ${stop.forMs / 1_000} s`] : []),
  ];
}

export function liesOf({ lieShare, lies }: { readonly lieShare: number; readonly lies: readonly string[] }): string[] {
  return lieShare > 0 ? lies.map((lie) => `the network lies: ${lie}`) : [];
}

export function dawnOf({ dawnCrash }: { readonly dawnCrash: CrashPoint | null }): string[] {
  return dawnCrash === null ? [] : [`the first run at dawn dies at effect ${dawnCrash.effect}`];
}
