// The same seed makes the same night, byte for byte: in one process, and in another one.

import { spawnSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { buildSimulator } from './planted/build.ts';
import { openWorld, WORLD_NAMES } from './worlds/all-worlds.ts';

vi.setConfig({ testTimeout: 120_000 });

const SEEDS = [1, 2, 3, 5, 8, 13, 21, 62, 104, 1_916];

test.each(WORLD_NAMES)('the same seed of the world %s makes the same trace and the same story', async (name) => {
  const world = (await openWorld(name))!;
  const traces = new Set<string>();
  for (const seed of SEEDS) {
    const [one, two] = [await world.play(seed, world.make(seed), true), await world.play(seed, world.make(seed), true)];
    expect(one.trace.length, `seed ${seed}`).toBeGreaterThan(0);
    expect(two.trace.join('\n')).toBe(one.trace.join('\n'));
    expect(two.story).toEqual(one.story);
    traces.add(one.trace.join('\n'));
  }
  // Seeds that all make one night would be equal as well.
  expect(traces.size).toBeGreaterThan(SEEDS.length / 2);
});

test.each(WORLD_NAMES)('two processes make the same trace of a seed of the world %s', async (name) => {
  const program = await buildSimulator(null, `trace-${name}`);
  const play = () => spawnSync(process.execPath, [program, '--world', name, '--seed', '3', '--trace']);
  const [one, two] = [play(), play()];
  expect(one.status).toBe(0);
  expect(one.stdout.length).toBeGreaterThan(100);
  expect(two.stdout.equals(one.stdout)).toBe(true);
});
