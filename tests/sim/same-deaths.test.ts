// Moments of a run between which nothing happened count as one when it dies. Proven by dying at the others too: what
// follows is the same, line by line. The nightly lane plays all of them.

import { expect, test, vi } from 'vitest';
import type { CrashPoint } from '../../lib/sim/world/gate.ts';
import { deathsOf, samePoints } from './command/deaths.ts';
import { GOLDEN_SEED } from './command/task.ts';
import { openWorld, WORLD_NAMES } from './worlds/all-worlds.ts';
import type { Report, SimWorld } from './worlds/sim-world.ts';
import { createWorld, type World } from './worlds/world.ts';

vi.setConfig({ testTimeout: 120_000 });

const DEATHS_OF_A_WORLD = 24;

/** What the others do and what becomes of them; of the one that dies only that it did. */
function afterlife({ trace, story, violation, effects }: Report, run: number): object {
  // Acts are called by what they do and which of them they are.
  const names = story.map((line) => /^ *\S+ {2}(\S+) dies at its effect \d+$/.exec(line)?.[1]);
  const dead = names.find((name) => name?.endsWith(`-${run + 1}`) && !name.startsWith('dawn'));
  expect(dead ?? 'nobody died').toMatch(/\w-\d/);
  return {
    trace: trace.filter((line) => !line.trimStart().split(' ').slice(1).join(' ').startsWith(`${dead} `)),
    story: story.filter((line) => line.trimStart().split(/ +/)[1] !== dead),
    violation,
    effects: effects.filter((_, at) => at !== run),
  };
}

test.each(WORLD_NAMES)('what counts as the same death in the world %s has the same consequences', async (name) => {
  const world: SimWorld<unknown> = (await openWorld(name))!;
  const sames = [];
  for (const golden of Object.values(world.golden)) {
    const { effects, places } = await world.play(GOLDEN_SEED, golden);
    for (const run of effects.slice(0, -1).keys()) {
      for (const same of samePoints(places(run))) sames.push({ golden, run, ...same });
    }
  }
  expect(sames.length).toBeGreaterThan(DEATHS_OF_A_WORLD);
  const every = Math.ceil(sames.length / DEATHS_OF_A_WORLD);
  for (const [at, { golden, run, point, first }] of sames.entries()) {
    if (at % every !== 0) continue;
    const die = (where: CrashPoint) => world.play(GOLDEN_SEED, world.withCrash(golden, run, where, at % 2 === 0), true);
    const [one, two] = [await die(first), await die(point)];
    expect(afterlife(two, run), JSON.stringify(point)).toEqual(afterlife(one, run));
  }
});

/** A program that works, with another one beside it, and how many moments it may die at. */
async function differentDeaths(work: (files: Files, world: World) => Promise<unknown>): Promise<number> {
  const world = createWorld({ seed: 1, yieldShare: 0 });
  world.addHost('ops-1').disk.open('/a', false).append(Buffer.from('a'));
  const program = world.start({ name: 'one', host: 'ops-1', operator: 'wang' });
  const ended = work(program.effects.files, world);
  await world.run(10_000);
  await ended;
  return deathsOf(program.gate.places(), true).length;
}

type Files = ReturnType<World['start']>['effects']['files'];

test('looks alone are one moment, and whatever anybody does is another', async () => {
  const look = (files: Files) => files.readText('/a');
  expect(await differentDeaths(async (files) => [await look(files), await look(files)])).toBe(1);
  expect(await differentDeaths(async (files) => [await look(files), await files.makeDirectory('/b')])).toBe(2);
  const withTime = async (files: Files, world: World) => {
    await look(files);
    await new Promise<void>((resolve) => {
      world.at(5, resolve);
    });
    await look(files);
  };
  expect(await differentDeaths(withTime)).toBe(2);
  const withAnother = async (files: Files, world: World) => {
    const other = world.start({ name: 'other', host: 'ops-1', operator: 'li' });
    await look(files);
    await other.effects.files.readText('/a');
    await look(files);
  };
  expect(await differentDeaths(withAnother)).toBe(2);
  const withPrint = async (files: Files, world: World) => {
    await look(files);
    world.programs[0]!.effects.terminal.out('said');
    await look(files);
  };
  expect(await differentDeaths(withPrint)).toBe(2);
});

test('every moment is played or stands for itself when nothing is left out', () => {
  const places = [4, 4, 4, 5, 5, 9, -1, -1];
  expect(deathsOf(places, true).map(({ effect, when, stands }) => [effect, when, stands])).toEqual([
    [1, 'before', 3],
    [2, 'after', 2],
    [3, 'after', 1],
    [4, 'before', 1],
    [4, 'after', 1],
  ]);
  expect(deathsOf(places, false).map(({ stands }) => stands)).toEqual(places.map(() => 1));
});
