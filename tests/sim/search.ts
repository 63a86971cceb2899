// Looks for seeds that break a world, and makes what it finds as small as it can.

import type { SimWorld } from './worlds/sim-world.ts';
import type { Violation } from './worlds/world.ts';

export interface Finding<S> {
  readonly seed: number;
  readonly scenario: S;
  readonly violation: Violation;
  /** How it was found: `seed 4711`, `a drill, run 1 dies after effect 17`. */
  readonly how: string;
}

export interface Searched<S> {
  readonly played: number;
  readonly effects: number;
  readonly findings: readonly Finding<S>[];
}

export interface SearchOptions {
  readonly from: number;
  readonly count: number;
  /** Stop after so many findings. */
  readonly most: number;
}

export async function searchSeeds<S>(world: SimWorld<S>, { from, count, most }: SearchOptions): Promise<Searched<S>> {
  const findings: Finding<S>[] = [];
  let played = 0;
  let effects = 0;
  for (let seed = from; seed < from + count && findings.length < most; seed += 1) {
    const scenario = world.make(seed);
    const report = await world.play(seed, scenario);
    played += 1;
    effects += report.effects.reduce((sum, each) => sum + each, 0);
    if (report.violation !== null) findings.push({ seed, scenario, violation: report.violation, how: `seed ${seed}` });
  }
  return { played, effects, findings };
}

/** Takes things away as long as the same invariant still breaks. */
export async function shrink<S>(world: SimWorld<S>, finding: Finding<S>, mostPlays = 400): Promise<Finding<S>> {
  let smallest = finding;
  for (let plays = 0, isSmaller = true; isSmaller && plays < mostPlays; ) {
    isSmaller = false;
    for (const scenario of world.simpler(smallest.scenario)) {
      plays += 1;
      const { violation } = await world.play(finding.seed, scenario);
      if (violation?.invariant !== finding.violation.invariant) continue;
      smallest = { ...smallest, scenario, violation };
      isSmaller = true;
      break;
    }
  }
  return smallest;
}
