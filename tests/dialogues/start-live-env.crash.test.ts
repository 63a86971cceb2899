// Starts that are killed at random points: the next one completes them, and a stop leaves no process behind.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { writeEnvironment } from '../support/live-components.ts';
import { mdops, outcomeOf, startMdops } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const KILLS = 12;
const directory = temporaryDirectories('live-kills');

test('no kill leaves a component behind or makes a start impossible', async () => {
  const home = directory();
  const components = { nats: { delayMs: 30 }, mds: { after: ['nats'], delayMs: 30 }, worker: { after: ['mds'] } };
  const ports = await writeEnvironment(home, components);
  const words = (...verb: string[]) => ['start-live-env', ...verb, '--profile', 'live'];
  const first = await mdops(words(), { cwd: home });
  expect(first.exit, first.stderr).toBe(0);
  for (let kill = 0; kill < KILLS; kill += 1) {
    expect((await mdops(words('stop', '--yes'), { cwd: home })).exit).toBe(0);
    expect(processesOn(ports)).toEqual([]);
    const child = startMdops(words(), { cwd: home });
    const ended = outcomeOf(child);
    // From before its first component to after its last one.
    await pause((first.tookMs * 1.1 * kill) / KILLS);
    child.kill('SIGKILL');
    await ended;
  }
  const last = await mdops(words(), { cwd: home });
  expect(last.exit, last.stderr).toBe(0);
  expect(processesOn(ports)).toEqual(['mds', 'nats', 'worker']);
  expect((await mdops(words('stop', '--yes'), { cwd: home })).exit).toBe(0);
  expect(processesOn(ports)).toEqual([]);
}, 120_000);

/** Components whose program runs, once for each process. */
function processesOn(ports: ReadonlyMap<string, number>): readonly string[] {
  const lines = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(join('/proc', pid, 'cmdline'), 'utf8').split('\0')];
      } catch {
        return [];
      }
    });
  return lines
    .flatMap((argv) => [...ports].filter(([name, port]) => argv.includes(name) && argv.includes(String(port))))
    .map(([name]) => name)
    .sort();
}
