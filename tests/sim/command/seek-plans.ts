// `--plans`: plans of bad nights by fast-check, and the smallest that breaks.

import { plansOf } from '../plans/all-plans.ts';
import { type FoundPlan, searchPlans } from '../plans/plans.ts';
import { costOf, openWorld } from '../worlds/all-worlds.ts';
import type { Options } from './options.ts';
import { keepRegression } from './regression.ts';
import { playBack } from './tell.ts';

/** `count` of the failover world, of each other one so many as take the same time. Answers how many worlds broke. */
export async function seekPlans(options: Options, count: number): Promise<number> {
  let broken = 0;
  Error.stackTraceLimit = 0;
  for (const name of options.worlds) {
    const world = (await openWorld(name))!;
    const found = await searchPlans(world, plansOf(name)!, {
      count: Math.ceil(count / costOf(name)),
      seed: options.from ?? 1,
    });
    if (found.broken !== null) broken += 1;
    if (options.isJson) say(JSON.stringify({ world: name, ...found }));
    else await tell(name, found, options.keep);
  }
  return broken;
}

async function tell(world: string, { played, broken }: FoundPlan<unknown>, keep: string): Promise<void> {
  if (broken === null) return say(`${world}: ${played} plans, every invariant held`);
  const { seed, scenario, violation, faultsBefore, faults } = broken;
  const file = keepRegression(keep, { world, seed, broke: violation.invariant, scenario });
  say(
    `${world}: "${violation.invariant}" breaks; of ${faultsBefore} faults these matter: ${faults.join('; ') || 'none'}\n`,
  );
  await playBack(file);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
