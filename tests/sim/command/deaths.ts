// At which moments of a run dying makes a difference: moments between which nothing happened are one.

import type { CrashPoint } from '../../../lib/sim/world/gate.ts';

export interface Death extends CrashPoint {
  /** How many moments of the run are this one, itself included. */
  readonly stands: number;
}

/** From `Gate.places`; every moment by itself when `isPruned` is false. */
export function deathsOf(places: readonly number[], isPruned: boolean): Death[] {
  const stands = new Map<number, { at: number; count: number }>();
  for (const [at, place] of places.entries()) {
    // Nobody dies where nobody came: such a night is the whole one.
    const key = isPruned && place >= 0 ? place : -1 - at;
    const known = stands.get(key);
    if (known === undefined) stands.set(key, { at, count: 1 });
    else known.count += 1;
  }
  return [...stands.values()].map(({ at, count }) => ({ ...pointAt(at), stands: count }));
}

/** The moments that are one with an earlier one, each with the one that stands for it. */
export function samePoints(places: readonly number[]): { readonly point: CrashPoint; readonly first: CrashPoint }[] {
  const first = new Map<number, number>();
  const same: { point: CrashPoint; first: CrashPoint }[] = [];
  for (const [at, place] of places.entries()) {
    const known = place < 0 ? undefined : first.get(place);
    if (known === undefined) first.set(place, at);
    else same.push({ point: pointAt(at), first: pointAt(known) });
  }
  return same;
}

function pointAt(at: number): CrashPoint {
  return { effect: (at >> 1) + 1, when: at % 2 === 0 ? 'before' : 'after' };
}
