// Nights that once broke something are played for ever.

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openWorld, playLoaded } from './worlds/all-worlds.ts';

interface Regression {
  readonly world: string;
  readonly seed: number;
  readonly broke: string;
  readonly scenario: unknown;
}

const FOLDER = new URL('./regressions/', import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

test.each(files)('%s', async (file) => {
  const { world: name, seed, scenario } = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Regression;
  const world = (await openWorld(name))!;
  const { violation, story } = await playLoaded(world, seed, scenario, true);
  expect(violation, story.join('\n')).toBeNull();
});
