// Killed at any moment: one terminal record for each run that began, no record lost, no process left.

import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readJournal } from '../../lib/services/journal/read-journal.ts';
import { mdops, outcomeOf, startMdops } from '../support/mdops.ts';

const env = { MDOPS_STATE_DIR: 'state' };

function terminalsOf(folder: string): number[] {
  return readdirSync(folder).map((name) => {
    const { records, damage } = readJournal(readFileSync(join(folder, name)));
    expect(damage, name).toEqual([]);
    return records.filter(({ kind }) => kind === 'run_finished').length;
  });
}

test('a run killed at a random moment is closed by the next start, 60 times over', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'mdops-crash-'));
  // A reproducible spread of moments over the life of a short run.
  for (let at = 0; at < 60; at += 1) {
    const child = startMdops(['job-watch', '--name', 'pack', '--', 'sleep', '0.02'], { cwd, env });
    const timer = setTimeout(() => child.kill('SIGKILL'), 20 + ((at * 37) % 70));
    await outcomeOf(child);
    clearTimeout(timer);
  }
  const last = await mdops(['job-watch', '--name', 'pack', '--', 'true'], { cwd, env });
  expect(last.exit, last.stderr).toBe(0);
  const folder = join(cwd, 'state', 'journal', readdirSync(join(cwd, 'state', 'journal'))[0]!);
  expect(new Set(terminalsOf(folder))).toEqual(new Set([1]));
  expect(readdirSync(folder).filter((name) => name.endsWith('.open'))).toEqual([]);
  const verified = await mdops(['runs', 'verify'], { cwd, env });
  expect(verified.exit, verified.stdout).toBe(0);
});

test('what a killed run left running is ended by the next start', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'mdops-crash-'));
  const line = 'echo $$ > pid; setsid sleep 300 & sleep 300';
  const child = startMdops(['job-watch', '--name', 'pack', '--', 'bash', '-c', line], { cwd, env });
  let pid = 0;
  for (const until = Date.now() + 10_000; Date.now() < until && !(pid > 0); ) {
    await mdops(['--version'], { cwd });
    pid = Number(readdirSync(cwd).includes('pid') ? readFileSync(join(cwd, 'pid'), 'utf8') : 0);
  }
  child.kill('SIGKILL');
  await outcomeOf(child);
  expect(isAlive(pid)).toBe(true);
  const next = await mdops(['job-watch', '--name', 'pack', '--', 'true'], { cwd, env });
  expect(next.exit, next.stderr).toBe(0);
  expect(next.stderr).toMatch(/had died and is closed now; [23] processes it had left were ended/);
  expect(isAlive(pid)).toBe(false);
});

test('of 50 starts at once on one target one runs, 49 are told who holds it', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'mdops-crash-'));
  // The one that runs holds the target until all others have ended, however slow the machine is.
  const job = ['bash', '-c', 'while [ ! -e go ]; do sleep 0.1; done'];
  let ended = 0;
  const ends = Array.from({ length: 50 }, async () => {
    const outcome = await outcomeOf(startMdops(['job-watch', '--name', 'pack', '--json', '--', ...job], { cwd, env }));
    ended += 1;
    if (ended === 49) writeFileSync(join(cwd, 'go'), '');
    return outcome;
  });
  const ran = await Promise.all(ends);
  const count = (exit: number): number => ran.filter((one) => one.exit === exit).length;
  expect({ done: count(0), busy: count(75) }).toEqual({ done: 1, busy: 49 });
  const refusals = ran
    .filter((one) => one.exit === 75)
    .map((one) => JSON.parse(one.stdout) as { error: { facts: object } });
  for (const { error } of refusals)
    expect(error.facts).toMatchObject({ holder: { command: 'job-watch', operator: 'tester' } });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
