// The simulator is kept honest: every planted bug is found within a thousand seeds, by the name of its invariant.

import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { costOf, WORLD_NAMES } from '../worlds/all-worlds.ts';
import { PLANTED } from './all-bugs.ts';
import { buildSimulator } from './build.ts';
import { describeSought, SEEDS_FOR_A_BUG, type Sought, seekBug, simulate } from './find.ts';

// A bug that hides well costs a thousand seeds.
vi.setConfig({ testTimeout: 300_000 });

const table: string[] = [];

/** Every one of the failover world; of the others, whose nights are long, an eighth, another one each day. */
const DAY = Math.floor(Date.now() / 86_400_000);
const TODAY = PLANTED.filter(({ world }, index) => world === 'failover' || index % 8 === DAY % 8);

describe.each(TODAY.map((bug) => [`${bug.world}: ${bug.name}`, bug] as const))('%s', (name, bug) => {
  test(`is found within ${SEEDS_FOR_A_BUG} seeds`, async () => {
    const sought = await seekBug(bug);
    const [first] = sought.findings;
    expect(first, `${name} survived ${sought.played} seeds`).toMatchObject({ seed: expect.any(Number) });
    expect(bug.breaks).toContain(first?.invariant);
    table.push(describeSought(bug, sought));
  });
});

afterAll(() => {
  process.stdout.write(`${table.join('\n')}\n`);
});

test.each(WORLD_NAMES)('without a planted bug the first seeds of the world %s are clean', async (world) => {
  const program = await buildSimulator(null, `clean-${world}`);
  const seeds = Math.ceil(300 / costOf(world));
  const args = ['--world', world, '--seeds', String(seeds), '--most', '1', '--jobs', '1'];
  const found = await simulate<Sought>(program, args);
  expect(found.findings).toEqual([]);
  expect(found.played).toBe(seeds);
});

test.each(PLANTED.map((bug) => [`${bug.world}: ${bug.name}`, bug] as const))('%s fits the sources', (_name, bug) => {
  const misfits = bug.changes.filter(({ file, find }) => readFileSync(file, 'utf8').split(find).length !== 2);
  expect(misfits).toEqual([]);
});

test('no two planted bugs are called the same, and each is of a world that is played', () => {
  expect(new Set(PLANTED.map(({ world, name }) => `${world} ${name}`)).size).toBe(PLANTED.length);
  expect(PLANTED.filter(({ world }) => !WORLD_NAMES.some((name) => name === world))).toEqual([]);
});
