// What a search consists of: fresh seeds, deaths at every effect, stored nights, and the lanes made of them.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { costOf, openWorld } from '../worlds/all-worlds.ts';
import { deathsOf } from './deaths.ts';
import type { Lane, Options } from './options.ts';
import { readRegression } from './regression.ts';
import { GOLDEN_SEED, type Task } from './task.ts';

/** A task and about how many nights it takes. */
export interface Portion {
  readonly task: Task;
  readonly nights: number;
}

const CHUNK = 100;
export const REGRESSIONS = 'tests/sim/regressions';

interface LaneFigures {
  readonly seeds: number;
  /**
   * Every so many-th moment of each recovery dies too, or every one of them after some death; never fewer. Moments are
   * shifted from death to death: all deaths of a run together meet every moment of its recovery.
   */
  readonly deep: number;
  /** Also what is the same as another death: nothing but time speaks against it. */
  readonly playsSame: boolean;
}

/** What each lane plays; the fast one says in docs/simulation.md what it leaves to the night. */
const LANES: Readonly<Record<Lane, LaneFigures>> = {
  ci: { seeds: 3_000, deep: Number.POSITIVE_INFINITY, playsSame: false },
  nightly: { seeds: 200_000, deep: 1, playsSame: true },
};

export async function planCampaign(options: Options): Promise<Portion[]> {
  const { mode, worlds, deep } = options;
  switch (mode.kind) {
    case 'crash points':
      return crashPoints(worlds, deep, true);
    case 'lane': {
      const lane = LANES[mode.lane];
      // Other seeds every day, the same ones for everybody who looks on that day.
      const from = options.from ?? Math.floor(Date.now() / 86_400_000) * 10_000;
      return [
        ...regressions(worlds),
        ...(await crashPoints(worlds, lane.deep, true)),
        ...(lane.playsSame ? await crashPoints(worlds, 0, false) : []),
        ...seeds(worlds, from, options.seeds ?? lane.seeds, options.most),
      ];
    }
    default:
      return seeds(worlds, options.from ?? 1, options.seeds ?? 1, options.most);
  }
}

/** Worlds take turns; each has its share of the seeds, the smaller the longer its nights, from the first one on. */
function seeds(worlds: readonly string[], from: number, count: number, most: number): Portion[] {
  const whole = worlds.reduce((sum, world) => sum + 1 / costOf(world), 0);
  let left = count;
  const chunks = worlds.flatMap((world, index) => {
    const share = index === worlds.length - 1 ? left : Math.round(count / costOf(world) / whole);
    left -= share;
    return Array.from({ length: Math.ceil(share / CHUNK) }, (_, chunk) => ({
      chunk,
      task: { world, from: from + chunk * CHUNK, count: Math.min(CHUNK, share - chunk * CHUNK) },
    }));
  });
  return chunks
    .sort((a, b) => a.chunk - b.chunk)
    .map(({ task }) => ({ task: { kind: 'seeds', ...task, most }, nights: task.count }));
}

async function crashPoints(worlds: readonly string[], wantedDeep: number, isPruned: boolean): Promise<Portion[]> {
  const portions: Portion[] = [];
  for (const name of worlds) {
    const world = (await openWorld(name))!;
    for (const golden of Object.keys(world.golden)) {
      const { effects, places } = await world.play(GOLDEN_SEED, world.golden[golden]);
      // The last run is the one at dawn: it dies as the recovery of the run before.
      for (const run of effects.slice(0, -1).keys()) {
        const deaths = deathsOf(places(run), isPruned);
        const deep = Math.min(wantedDeep, 2 * deaths.length);
        const recovery = deep === 0 ? 0 : ABOUT_DEATHS_OF_A_RECOVERY / deep;
        for (const [at, death] of deaths.entries()) {
          portions.push({
            task: { kind: 'crash', world: name, golden, run, death, deep, shift: 2 * at },
            nights: 2 * (1 + recovery),
          });
        }
      }
    }
  }
  return portions;
}

const ABOUT_DEATHS_OF_A_RECOVERY = 140;

function regressions(worlds: readonly string[]): Portion[] {
  const files = readdirSync(REGRESSIONS)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(REGRESSIONS, name));
  return files
    .filter((file) => worlds.includes(readRegression(file).world))
    .map((file) => ({ task: { kind: 'regression', file }, nights: 1 }));
}
