// What CI plays every time: every golden scenario dies at each of its effects, fresh seeds of all worlds, every stored
// night. docs/simulation.md says what is left to the night.

import { expect, test, vi } from 'vitest';
import { GOLDEN_SEED } from './command/task.ts';
import { buildSimulator } from './planted/build.ts';
import { simulate } from './planted/find.ts';
import { openWorld, WORLD_NAMES } from './worlds/all-worlds.ts';

vi.setConfig({ testTimeout: 600_000 });

interface Lane {
  readonly played: number;
  readonly crashes: number;
  readonly recoveries: number;
  readonly seconds: number;
  readonly cpu_seconds: number;
  readonly findings: readonly { readonly how: string; readonly invariant: string; readonly detail: string }[];
  readonly lost: readonly string[];
}

/** Ninety seconds of two cores; other work on the machine does not count. */
const MOST_CPU_SECONDS = 180;
const SEEDS = 3_000;

/** Before and after each effect of each run of each golden night, with and without the host. */
async function countDeaths(): Promise<number> {
  let deaths = 0;
  for (const name of WORLD_NAMES) {
    const world = (await openWorld(name))!;
    for (const night of Object.values(world.golden)) {
      const { effects } = await world.play(GOLDEN_SEED, night);
      deaths += 4 * effects.slice(0, -1).reduce((sum, each) => sum + each, 0);
    }
  }
  return deaths;
}

test('every golden scenario dies at each effect, fresh seeds and stored nights hold every invariant', async () => {
  const lane = await simulate<Lane>(await buildSimulator(null, 'lane'), ['--lane', 'ci', '--jobs', '2']);
  process.stdout.write(
    `lane: ${lane.played} nights, ${lane.crashes} deaths, ${lane.recoveries} again, ${lane.seconds.toFixed(1)} s, ` +
      `${lane.cpu_seconds.toFixed(1)} s of processors\n`,
  );
  expect(lane.findings.map(({ how, invariant, detail }) => `${how}: ${invariant}, ${detail}`)).toEqual([]);
  expect(lane.lost).toEqual([]);
  expect(lane.crashes).toBe(await countDeaths());
  expect(lane.recoveries).toBeGreaterThan(lane.crashes);
  // Those that are the same as one that was played are not played.
  expect(lane.played).toBeGreaterThan(SEEDS + lane.crashes / 3);
  expect(lane.cpu_seconds).toBeLessThan(MOST_CPU_SECONDS);
});
