// Tells people what was found: the story in plain words, which invariant broke, what is kept, how to see it again.

import { shrink } from '../search.ts';
import { openWorld } from '../worlds/all-worlds.ts';
import { count, formatSeconds } from './progress.ts';
import { keepRegression, readRegression } from './regression.ts';
import type { Tally } from './search-all.ts';
import type { WorldFinding } from './task.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

export function sayTally(tally: Tally): void {
  const { played, effects, seconds, cpuSeconds, crashes, recoveries, findings, lost, isInterrupted, rest } = tally;
  const deaths = crashes === 0 ? '' : ` (${count(crashes)} deaths, ${count(recoveries)} of a recovery after one)`;
  const rate = `${count(Math.round(played / seconds))} a second, ${count(Math.round(played / cpuSeconds))} a second and core`;
  say(
    `${isInterrupted ? 'Stopped by Ctrl-C: ' : ''}${count(played)} nights${deaths}, ${count(effects)} effects ` +
      `in ${formatSeconds(seconds)}: ${rate}`,
  );
  if (rest !== null) say(`not played: --from ${rest.from} --seeds ${rest.count}`);
  for (const each of lost) say(`LOST  ${each}`);
  const broken = findings.length + lost.length;
  say(broken === 0 ? 'every invariant held' : `${broken} ${broken === 1 ? 'violation' : 'violations'}`);
}

/** Makes the night as small as it can be, tells it, keeps it. */
export async function tellFinding(finding: WorldFinding, keep: string): Promise<void> {
  const world = (await openWorld(finding.world))!;
  const small = await shrink(world, finding);
  const { seed, scenario, violation } = small;
  const file = keepRegression(keep, { world: finding.world, seed, broke: violation.invariant, scenario });
  say(`\n${finding.world}: ${finding.how} breaks "${finding.violation.invariant}". As small as it gets:\n`);
  await playBack(file);
}

/** Plays a stored night; answers whether every invariant held. */
export async function playBack(file: string): Promise<boolean> {
  const { world: name, seed, scenario } = readRegression(file);
  const isHeld = await tellNight(name, seed, scenario, false);
  say(`replay: npm run sim -- --replay ${file}`);
  return isHeld;
}

export async function tellSeed(name: string, seed: number, isTrace: boolean): Promise<boolean> {
  const world = (await openWorld(name))!;
  return tellNight(name, seed, world.make(seed), isTrace);
}

async function tellNight(name: string, seed: number, scenario: unknown, isTrace: boolean): Promise<boolean> {
  const world = await openWorld(name);
  if (world === null) throw new Error(`no world is called "${name}"`);
  const { story, trace, violation } = await world.play(seed, scenario, true);
  for (const line of isTrace ? trace : story) say(line);
  if (violation === null) say('every invariant held');
  else say(`broken: ${violation.invariant}\n        ${violation.detail}`);
  return violation === null;
}
