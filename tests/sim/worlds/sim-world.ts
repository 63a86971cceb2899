// What every simulated world offers to the search: scenarios from seeds, golden ones, and how to make them smaller.

import type { CrashPoint } from '../../../lib/sim/world/gate.ts';
import type { Program } from '../../../lib/sim/world/program.ts';
import type { Violation, World } from './world.ts';

export interface Report {
  readonly violation: Violation | null;
  readonly story: readonly string[];
  readonly trace: readonly string[];
  /** Effects of each act, for exhaustive crash points; the runs at dawn follow the acts. */
  readonly effects: readonly number[];
  /** Of the n-th of them: where it could have died, see `Gate.places`. */
  places(run: number): readonly number[];
}

/** What came of a night: `programs` are its acts, those that never began too, and the first run at dawn. */
export function reportOf(world: World, programs: readonly (Program | undefined)[]): Report {
  return {
    violation: world.violation(),
    story: world.story,
    trace: world.trace,
    effects: Array.from(programs, (program) => program?.gate.effects() ?? 0),
    places: (run) => programs[run]?.gate.places() ?? [],
  };
}

export interface SimWorld<S> {
  readonly name: string;
  /** What chance makes of a seed. */
  make(seed: number): S;
  play(seed: number, scenario: S, keepsTrace?: boolean): Promise<Report>;
  /** Ordinary work that must survive a death at every effect. */
  readonly golden: Readonly<Record<string, S>>;
  /** The same scenario, in which the n-th run dies there. */
  withCrash(scenario: S, run: number, crash: CrashPoint, losesPower: boolean): S;
  /** Simpler versions of a scenario, the simplest first. */
  simpler(scenario: S): Iterable<S>;
}
