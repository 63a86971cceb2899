// What every world does in CI: some of its crash points, fresh seeds, and the same trace for the same seed.

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { exhaustCrashPoints, type Finding, searchSeeds } from './search.ts';
import { openWorld } from './worlds/all-worlds.ts';
import type { SimWorld } from './worlds/sim-world.ts';

export interface Lane {
  readonly world: string;
  readonly seeds: number;
  /** Of the crash points every n-th; all of them are tried by the nightly lane. */
  readonly every: number;
  /** Of the recovery from each crash every n-th effect is a crash point again. */
  readonly deep: number;
  /** At least so many nights are played for the crash points. */
  readonly crashes: number;
}

export function testWorld({ world: name, seeds, every, deep, crashes }: Lane): void {
  vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });
  // Others every day, the same ones for everybody who looks on that day.
  const day = Math.floor(Date.now() / 86_400_000);
  let world: SimWorld<unknown>;

  beforeAll(async () => {
    // Thousands of expected faults: nobody reads where they were made.
    Error.stackTraceLimit = 0;
    world = (await openWorld(name))!;
  });

  afterAll(() => {
    Error.stackTraceLimit = 10;
  });

  test(`${name}: a run may die before and after each effect of ordinary work, and its host may lose power with it`, async () => {
    const { findings, played } = await exhaustCrashPoints(world, 3, deep, { every, from: day });
    expect(findings.map(inWords)).toEqual([]);
    expect(played).toBeGreaterThan(crashes);
  });

  test(`${name}: fresh seeds hold every invariant`, async () => {
    const { findings, played } = await searchSeeds(world, { from: day * 10_000, count: seeds, most: 3 });
    expect(findings.map(inWords)).toEqual([]);
    expect(played).toBe(seeds);
  });

  test(`${name}: the same seed makes the same trace and the same story, byte for byte`, async () => {
    for (const seed of [3, 62, 1_916]) {
      const [one, two] = [
        await world.play(seed, world.make(seed), true),
        await world.play(seed, world.make(seed), true),
      ];
      expect(one.trace.length).toBeGreaterThan(20);
      expect(two.trace.join('\n')).toBe(one.trace.join('\n'));
      expect(two.story).toEqual(one.story);
    }
  });
}

function inWords({ how, violation }: Finding<unknown>): string {
  return `${how}: ${violation.invariant}, ${violation.detail}`;
}
