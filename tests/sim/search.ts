// Looks for seeds and crash points that break a world, and makes what it finds as small as it can.

import type { CrashPoint } from '../../lib/sim/world/gate.ts';
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

/** Every golden scenario, dying before and after each of its effects, and then again at each effect of the recovery. */
export async function exhaustCrashPoints<S>(world: SimWorld<S>, most: number, deep: number): Promise<Searched<S>> {
  const findings: Finding<S>[] = [];
  let played = 0;
  let effects = 0;
  const play = async (scenario: S, how: string): Promise<readonly number[]> => {
    const report = await world.play(GOLDEN_SEED, scenario);
    played += 1;
    effects += report.effects.reduce((sum, each) => sum + each, 0);
    if (report.violation !== null) findings.push({ seed: GOLDEN_SEED, scenario, violation: report.violation, how });
    return report.effects;
  };
  for (const [name, golden] of Object.entries(world.golden)) {
    const [length = 0] = await play(golden, name);
    for (const crash of crashPoints(length)) {
      for (const losesPower of [false, true]) {
        if (findings.length >= most) return { played, effects, findings };
        const crashed = world.withCrash(golden, 0, crash, losesPower);
        const how = `${name}, dies ${crash.when} effect ${crash.effect}${losesPower ? ' with its host' : ''}`;
        const counts = await play(crashed, how);
        // Recovery is long: of each recovery some points, another some for each crash, so that all are met.
        const recovery = counts.at(-1) ?? 0;
        for (const again of crashPoints(recovery).filter((_, at) => (at + crash.effect) % deep === 0)) {
          await play(world.withCrash(crashed, 1, again, false), `${how}, again ${again.when} effect ${again.effect}`);
        }
      }
    }
  }
  return { played, effects, findings };
}

function crashPoints(length: number): CrashPoint[] {
  return Array.from({ length }, (_, at) => at + 1).flatMap((effect) => [
    { effect, when: 'before' as const },
    { effect, when: 'after' as const },
  ]);
}

const GOLDEN_SEED = 1;

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
