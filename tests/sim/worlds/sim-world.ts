// What every simulated world offers to the search: scenarios from seeds, golden ones, and how to make them smaller.

import type { CrashPoint } from '../../../lib/sim/world/gate.ts';
import type { Violation } from './world.ts';

export interface Report {
  readonly violation: Violation | null;
  readonly story: readonly string[];
  readonly trace: readonly string[];
  /** Effects of each act, for exhaustive crash points; the runs at dawn follow the acts. */
  readonly effects: readonly number[];
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
