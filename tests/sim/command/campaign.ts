// What a search consists of: fresh seeds, deaths at every effect, stored nights, and the lanes made of them.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { costOf, openWorld } from '../worlds/all-worlds.ts';
import type { Lane, Options } from './options.ts';
import { GOLDEN_SEED, type Task } from './task.ts';

/** A task and about how many nights it takes. */
export interface Portion {
  readonly task: Task;
  readonly nights: number;
}

const CHUNK = 100;
export const REGRESSIONS = 'tests/sim/regressions';

/** What each lane plays; the fast one says in docs/simulation.md what it leaves to the night. */
const LANES: Readonly<
  Record<Lane, { readonly seeds: number; deep(world: string): number; every(world: string): number }>
> = {
  // Nights of the other worlds take four to ten times as long.
  ci: {
    seeds: 3_000,
    deep: (world) => (world === 'failover' ? 100 : 1_000),
    every: (world) => (LONG_WORLDS.includes(world) ? 12 : 1),
  },
  nightly: { seeds: 200_000, deep: (world) => (world === 'failover' ? 1 : 50), every: () => 1 },
};
/** Their golden nights have hundreds of effects: each change meets a part of them, each day another one. */
const LONG_WORLDS: readonly string[] = ['health', 'escalation', 'live-env', 'spool', 'jobs'];

export async function planCampaign(options: Options): Promise<Portion[]> {
  const { mode, worlds, deep } = options;
  switch (mode.kind) {
    case 'crash points':
      return crashPoints(
        worlds,
        () => deep,
        () => 1,
      );
    case 'lane': {
      const lane = LANES[mode.lane];
      // Other seeds every day, the same ones for everybody who looks on that day.
      const from = options.from ?? Math.floor(Date.now() / 86_400_000) * 10_000;
      return [
        ...regressions(),
        ...(await crashPoints(worlds, lane.deep, lane.every)),
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

async function crashPoints(
  worlds: readonly string[],
  deepOf: (world: string) => number,
  everyOf: (world: string) => number,
): Promise<Portion[]> {
  const day = Math.floor(Date.now() / 86_400_000);
  const portions: Portion[] = [];
  for (const name of worlds) {
    const world = (await openWorld(name))!;
    const [deep, every] = [deepOf(name), everyOf(name)];
    for (const golden of Object.keys(world.golden)) {
      const { effects } = await world.play(GOLDEN_SEED, world.golden[golden]);
      // The last count is that of the runs at dawn: they die as the recovery of the run before.
      for (const [run, length] of effects.slice(0, -1).entries()) {
        const recovery = deep === 0 ? 0 : (4 * ABOUT_EFFECTS_OF_A_RUN) / deep;
        for (let effect = 1 + (day % every); effect <= length; effect += every) {
          portions.push({
            task: { kind: 'crash', world: name, golden, run, effect, deep },
            nights: 4 * (1 + recovery),
          });
        }
      }
    }
  }
  return portions;
}

const ABOUT_EFFECTS_OF_A_RUN = 80;

function regressions(): Portion[] {
  const files = readdirSync(REGRESSIONS).filter((name) => name.endsWith('.json'));
  return files.map((file) => ({ task: { kind: 'regression', file: join(REGRESSIONS, file) }, nights: 1 }));
}
