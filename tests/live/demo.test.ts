// The demo as a newcomer runs it: proven, twice in a row, cancelled, killed; nothing of it stays.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { DIST, mdops, outcomeOf, startMdops } from '../support/mdops.ts';

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

test('a day is proven, again at once on a terminal, and leaves nothing running', { timeout: 180_000 }, async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'mdops-demo-'));
  const isClean = (): void => {
    expect(processesOf(cwd)).toEqual([]);
    // What was read of the configuration may be kept from the second run on.
    expect(readdirSync(join(cwd, '.mdops')).filter((name) => name !== 'cache')).toEqual(['journal']);
  };
  const ran = await mdops(['demo', '--json'], { cwd });
  expect(ran.exit, ran.stderr).toBe(0);
  const { stages } = JSON.parse(ran.stdout) as { stages: { title: string; state: string; latencyMs?: number }[] };
  expect(stages.map(({ state }) => state)).toEqual(Array.from({ length: 8 }, () => 'proven'));
  // Both moves are measured, also the one that ends UNFENCED because the old route is dead.
  expect(stages.slice(-2).every(({ latencyMs = -1 }) => latencyMs >= 0)).toBe(true);
  isClean();

  const line = `exec ${process.execPath} ${join(DIST, 'mdops.js')} demo`;
  const env = { PATH: process.env['PATH'], HOME: cwd, USER: 'tester', LANG: 'C.UTF-8', TERM: 'xterm' };
  const terminal = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], { cwd, env });
  let shown = '';
  terminal.stdout.on('data', (text) => {
    shown += String(text);
  });
  const url = await eventually('the day to be over', 60_000, () => /risk\s+(http:\S+)/.exec(shown)?.[1]);
  // It stays up: to be looked at, and for as long as nobody ends it.
  expect((await fetch(`${url}/metrics`)).status).toBe(200);
  expect(terminal.exitCode).toBe(null);
  terminal.stdin.write('\x03');
  const [exit] = await once(terminal, 'close');
  expect(exit, shown).toBe(0);
  expect(shown).toContain('8 of 8 stages proven');
  isClean();
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
