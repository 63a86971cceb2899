// Health enforcement and the life of incidents in CI: crash points of ordinary work, fresh seeds, the same trace again.

import { beforeAll, describe, expect, test, vi } from 'vitest';
import { exhaustCrashPoints, searchSeeds, shrink } from './search.ts';
import { openWorld } from './worlds/all-worlds.ts';
import type { HealthNight } from './worlds/health-night.ts';
import type { SimWorld } from './worlds/sim-world.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

/** Every crash point of the first golden night; the nightly search dies in all of them. */
const CASES = [
  { name: 'health', golden: 'what stays broken is escalated', seeds: 90, traced: [2, 15, 39, 201] },
  { name: 'escalation', golden: 'nobody listens but the command', seeds: 90, traced: [1, 197, 273, 535] },
] as const;

describe.each(CASES)('$name', ({ name, golden, seeds, traced }) => {
  let world: SimWorld<unknown>;

  beforeAll(async () => {
    world = (await openWorld(name))!;
  });

  test('a run may die before and after every effect of an escalation, and its host may lose power with it', async () => {
    const one = { ...world, golden: { [golden]: world.golden[golden] } };
    const { findings, played } = await exhaustCrashPoints(one, 3, 400);
    expect(findings.map(({ how, violation }) => `${how}: ${violation.invariant}, ${violation.detail}`)).toEqual([]);
    expect(played).toBeGreaterThan(200);
  });

  test('ordinary work ends as it should', async () => {
    for (const [what, night] of Object.entries(world.golden)) {
      const { violation, story } = await world.play(1, night, true);
      expect(violation, `${what}\n${story.join('\n')}`).toBeNull();
    }
  });

  test('fresh seeds hold every invariant', async () => {
    // Other seeds every day, the same ones for everybody who looks on that day.
    const from = Math.floor(Date.now() / 86_400_000) * 10_000;
    const { findings, played } = await searchSeeds(world, { from, count: seeds, most: 3 });
    expect(findings.map(({ how, violation }) => `${how}: ${violation.invariant}, ${violation.detail}`)).toEqual([]);
    expect(played).toBe(seeds);
  });

  test('the same seed makes the same trace and the same story, byte for byte', async () => {
    for (const seed of traced) {
      const [one, two] = [
        await world.play(seed, world.make(seed), true),
        await world.play(seed, world.make(seed), true),
      ];
      expect(one.trace.length).toBeGreaterThan(20);
      expect(two.trace.join('\n')).toBe(one.trace.join('\n'));
      expect(two.story).toEqual(one.story);
    }
  });
});

test('what breaks is made as small as it can be', async () => {
  const world = (await openWorld('escalation'))! as SimWorld<HealthNight>;
  // A world in which every page is a violation, to have something to shrink.
  const strict: SimWorld<HealthNight> = {
    ...world,
    play: async (seed, night) => {
      const report = await world.play(seed, night, true);
      const isPaged = report.story.some((line) => line.includes('an alert opens'));
      return { ...report, violation: isPaged ? { invariant: 'nobody is paged', detail: '', atMs: 0 } : null };
    },
  };
  const { findings } = await searchSeeds(strict, { from: 1, count: 40, most: 5 });
  const [first] = [...findings].sort((left, right) => left.scenario.acts.length - right.scenario.acts.length);
  const { scenario } = await shrink(strict, first!, 200);
  expect(scenario.acts.length).toBe(1);
  expect(scenario.lieShare).toBe(0);
  expect(scenario.answers).toEqual([]);
});
