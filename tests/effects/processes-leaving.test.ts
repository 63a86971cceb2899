// A program that leaves at once takes its steps with it: no process of a step survives the run.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryDirectories } from '../support/temporary.ts';
import { createWords, findAlive } from './processes-setup.ts';

const nextWord = createWords();
const program = join(temporaryDirectories('leaving')(), 'leaving.mjs');
beforeAll(async () => {
  const entryPoints = [join(import.meta.dirname, 'leaving-program.ts')];
  await build({ entryPoints, outfile: program, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
});

const WAYS: Record<string, readonly [way: string, code: number]> = {
  'is told to leave': ['exit', 3],
  'dies of an error that nobody caught': ['throw', 1],
  'dies of a rejection that nobody caught': ['reject', 1],
};

describe('a program that', () => {
  for (const [what, [way, code]] of Object.entries(WAYS)) {
    test(`${what} leaves no process of its step`, async () => {
      const word = nextWord();
      const { status } = spawnSync(process.execPath, [program, way, word], { encoding: 'utf8', timeout: 20_000 });
      expect(status).toBe(code);
      // The kernel ends what was killed, a moment later on a busy machine.
      await expect.poll(() => findAlive(word), { timeout: 2_000 }).toEqual([]);
    });
  }
});
