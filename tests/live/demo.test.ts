// The demo as a newcomer runs it: proven, twice in a row, cancelled, killed; nothing of it stays.

import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mdops, outcomeOf, startMdops } from '../support/mdops.ts';

/** Processes that name the directory: everything of the demo does, in its arguments or its working directory. */
function processesOf(directory: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(directory) ? [line] : [];
      } catch {
        return [];
      }
    });
}

test('a day is proven, again at once, and leaves nothing running', { timeout: 180_000 }, async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'mdops-demo-'));
  for (let day = 0; day < 2; day += 1) {
    const ran = await mdops(['demo', '--json'], { cwd });
    expect(ran.exit, ran.stderr).toBe(0);
    const { stages } = JSON.parse(ran.stdout) as { stages: { title: string; state: string; latencyMs?: number }[] };
    expect(stages.map(({ state }) => state)).toEqual(Array.from({ length: 8 }, () => 'proven'));
    // Both moves are measured, also the one that ends UNFENCED because the old route is dead.
    expect(stages.slice(-2).every(({ latencyMs = -1 }) => latencyMs >= 0)).toBe(true);
    expect(processesOf(cwd)).toEqual([]);
    expect(readdirSync(join(cwd, '.mdops'))).toEqual(['journal']);
  }
});

test('Ctrl-C in the middle of the day ends everything in order', { timeout: 120_000 }, async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'mdops-demo-'));
  const child = startMdops(['demo'], { cwd });
  await new Promise<void>((resolve) => {
    child.stderr?.on('data', (chunk) => {
      if (String(chunk).includes('2/8')) resolve();
    });
  });
  child.kill('SIGINT');
  const ran = await outcomeOf(child);
  expect(ran.exit, ran.stderr).toBe(130);
  expect(processesOf(cwd)).toEqual([]);
});

test('what a killed demo left is ended by the next one', { timeout: 180_000 }, async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'mdops-demo-'));
  const child = startMdops(['demo'], { cwd });
  await new Promise<void>((resolve) => {
    child.stderr?.on('data', (chunk) => {
      if (String(chunk).includes('1/8')) resolve();
    });
  });
  child.kill('SIGKILL');
  await outcomeOf(child);
  const next = await mdops(['demo', '--json'], { cwd });
  expect(next.exit, next.stderr).toBe(0);
  expect(processesOf(cwd)).toEqual([]);
});
