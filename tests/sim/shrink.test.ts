// What breaks is made as small as it can be: a night of one thing is read in a minute.

import { expect, test, vi } from 'vitest';
import { searchSeeds, shrink } from './search.ts';
import { openWorld } from './worlds/all-worlds.ts';
import type { SimWorld } from './worlds/sim-world.ts';

vi.setConfig({ testTimeout: 120_000 });

test('what breaks is made as small as it can be', async () => {
  const world: SimWorld<unknown> = (await openWorld('failover'))!;
  // A world that calls every death a violation, to have something to shrink.
  const strict: SimWorld<unknown> = {
    ...world,
    play: async (seed, scenario, keepsTrace) => {
      const report = await world.play(seed, scenario, true);
      const isDead = report.story.some((line) => line.includes(' dies at its effect'));
      const violation = isDead ? { invariant: 'nobody dies', detail: '', atMs: 0 } : null;
      return { ...report, violation, story: keepsTrace === true ? report.story : [] };
    },
  };
  const { findings } = await searchSeeds(strict, { from: 1, count: 200, most: 1 });
  const small = await shrink(strict, findings[0]!);
  const night = small.scenario as { acts: readonly { crash: unknown }[]; faults: readonly unknown[]; lieShare: number };
  expect(night.faults).toEqual([]);
  expect(night.lieShare).toBe(0);
  expect(night.acts.length).toBe(1);
});
