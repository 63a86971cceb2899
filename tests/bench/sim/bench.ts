// Seeds of the failover world for each second of one core: how much a night's search can look at.

import { searchSeeds } from '../../sim/search.ts';
import { openWorld } from '../../sim/worlds/all-worlds.ts';
import { median, printBars } from '../bars.ts';

const ROUNDS = 5;
const SEEDS = 400;
const WANTED_PER_SECOND = 300;

/** Seconds of this process's own work: other work on the machine does not count. */
async function cpuSeconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function main(): Promise<number> {
  const world = (await openWorld('failover'))!;
  Error.stackTraceLimit = 0;
  const seconds: number[] = [];
  for (let round = -1; round < ROUNDS; round += 1) {
    const search = () => searchSeeds(world, { from: 1 + Math.max(0, round) * SEEDS, count: SEEDS, most: 1 });
    const took = await cpuSeconds(search);
    if (round >= 0) seconds.push(took);
  }
  const perSeed = median(seconds) / SEEDS;
  const note = `${Math.round(1 / perSeed)} seeds a second and core, wanted ${WANTED_PER_SECOND}`;
  return printBars([{ what: 'time of a seed to its bar', ratio: perSeed * WANTED_PER_SECOND, most: 1, note }]);
}

process.exitCode = (await main()) > 0 ? 1 : 0;
