// The failover world in CI: every crash point of ordinary work, fresh seeds, and the same trace for the same seed.

import { beforeAll, expect, test, vi } from 'vitest';
import { exhaustCrashPoints, searchSeeds, shrink } from './search.ts';
import { openWorld } from './worlds/all-worlds.ts';
import type { SimWorld } from './worlds/sim-world.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

let world: SimWorld<unknown>;

beforeAll(async () => {
  world = (await openWorld('failover'))!;
});

test('a run may die before and after every effect of ordinary work, and its host may lose power with it', async () => {
  const { findings, played } = await exhaustCrashPoints(world, 3, 200);
  expect(findings.map(({ how, violation }) => `${how}: ${violation.invariant}, ${violation.detail}`)).toEqual([]);
  expect(played).toBeGreaterThan(1_500);
});

test('fresh seeds hold every invariant', async () => {
  // Other seeds every day, the same ones for everybody who looks on that day.
  const from = Math.floor(Date.now() / 86_400_000) * 10_000;
  const { findings, played } = await searchSeeds(world, { from, count: 3_000, most: 3 });
  expect(findings.map(({ how, violation }) => `${how}: ${violation.invariant}, ${violation.detail}`)).toEqual([]);
  expect(played).toBe(3_000);
});

test('the same seed makes the same trace and the same story, byte for byte', async () => {
  for (const seed of [3, 62, 104, 1_916]) {
    const [one, two] = [await world.play(seed, world.make(seed), true), await world.play(seed, world.make(seed), true)];
    expect(one.trace.length).toBeGreaterThan(20);
    expect(two.trace.join('\n')).toBe(one.trace.join('\n'));
    expect(two.story).toEqual(one.story);
  }
});

test('what breaks is made as small as it can be', async () => {
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
