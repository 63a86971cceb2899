// Plans of bad nights by fast-check: what breaks shrinks to the few faults that matter.

import fc, { type Arbitrary } from 'fast-check';
import type { SimWorld } from '../worlds/sim-world.ts';
import type { Violation } from '../worlds/world.ts';

/** What a world adds to be searched by plans. */
export interface Plans<S> {
  /** Simple first: a night in which nothing goes wrong is the one that others shrink to. */
  readonly arbitrary: Arbitrary<S>;
  /** What goes wrong in it, in words; no ordinary work among it. */
  faults(scenario: S): readonly string[];
}

export interface FoundPlan<S> {
  readonly played: number;
  /** Null when every invariant held. */
  readonly broken: {
    readonly seed: number;
    readonly scenario: S;
    readonly violation: Violation;
    /** Of the plan that broke first, and of the smallest. */
    readonly faultsBefore: number;
    readonly faults: readonly string[];
  } | null;
}

export interface PlanSearch {
  readonly count: number;
  readonly seed: number;
  /** Plans that are tried to make the broken one smaller. */
  readonly mostShrinks?: number;
}

export async function searchPlans<S>(
  world: SimWorld<S>,
  { arbitrary, faults }: Plans<S>,
  { count, seed, mostShrinks = 2_000 }: PlanSearch,
): Promise<FoundPlan<S>> {
  let played = 0;
  let faultsBefore: number | null = null;
  let smallest: { scenario: S; chance: number; violation: Violation } | null = null;
  /** Whether it holds. Once an invariant broke only that one counts: another bug is another search. */
  const holds = async (scenario: S, chance: number): Promise<boolean> => {
    if (smallest !== null && played > count + mostShrinks) return true;
    played += 1;
    const { violation } = await world.play(chance, scenario);
    if (violation === null || (smallest !== null && violation.invariant !== smallest.violation.invariant)) return true;
    faultsBefore ??= faults(scenario).length;
    smallest = { scenario, chance, violation };
    return false;
  };
  // Chance decides how long requests take and who goes first: a plan may need some of it to break.
  const property = fc.asyncProperty(arbitrary, fc.integer({ min: 1, max: 1_000 }), holds);
  await fc.check(property, { numRuns: count, seed });
  return { played, broken: describe(smallest, faultsBefore ?? 0, faults) };
}

function describe<S>(
  found: { scenario: S; chance: number; violation: Violation } | null,
  faultsBefore: number,
  faults: Plans<S>['faults'],
): FoundPlan<S>['broken'] {
  if (found === null) return null;
  const { scenario, chance, violation } = found;
  return { seed: chance, scenario, violation, faultsBefore, faults: faults(scenario) };
}
