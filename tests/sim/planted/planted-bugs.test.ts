// The simulator is kept honest: every planted bug is found within a thousand seeds, by the name of its invariant.

import { spawn } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { PLANTED } from './all-bugs.ts';
import { buildSimulator } from './build.ts';
import type { PlantedBug } from './planted-bug.ts';

interface Found {
  readonly played: number;
  readonly findings: readonly { readonly seed: number; readonly invariant: string; readonly detail: string }[];
}

// A bug that hides well costs a thousand seeds.
vi.setConfig({ testTimeout: 300_000 });

test.each(PLANTED.map((bug) => [bug.name, bug] as const))('%s', async (name, bug) => {
  const program = await buildSimulator(bug, `planted-${name.replaceAll(/[^a-z]+/gi, '-')}`);
  const found = await simulate(program, bug);
  const [first] = found.findings;
  expect(first, `${name} survived ${found.played} seeds`).toMatchObject({ seed: expect.any(Number) });
  expect(bug.breaks).toContain(first?.invariant);
  process.stdout.write(`${name}: seed ${first?.seed}, "${first?.invariant}"\n`);
});

test('without a planted bug the first of these seeds are clean', async () => {
  const found = await simulate(await buildSimulator(null, 'clean'), null);
  expect(found.findings).toEqual([]);
  expect(found.played).toBe(300);
});

/** Thousand seeds, until the first that breaks. */
function simulate(program: string, bug: PlantedBug | null): Promise<Found> {
  const args = [
    program,
    '--world',
    bug?.world ?? 'failover',
    '--seeds',
    String(bug === null ? 300 : 1_000),
    '--most',
    '1',
    '--json',
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    child.on('error', reject);
    child.on('close', () => {
      try {
        resolve(JSON.parse(text) as Found);
      } catch {
        reject(new Error(`the simulator said: ${text.slice(0, 500)}`));
      }
    });
  });
}
