// Watching a job: done, failed, late, never started; said in words, in exit codes, and by `status`.

import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { mdops, outcomeOf, type Ran, startMdops } from '../support/mdops.ts';

let cwd = '';

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mdops-job-'));
});

function watch(...words: string[]): Promise<Ran> {
  return mdops(['job-watch', ...words], { cwd });
}

test('a job that ends well in time is fresh', async () => {
  const ran = await watch('--name', 'pack', '--schedule', '* * * * *', '--deadline', '10m', '--', 'true');
  expect(ran.exit, ran.stderr).toBe(0);
  expect(ran.stdout).toMatch(/^job "pack" done in /);
  const status = await watch('status');
  expect(status.exit, status.stderr).toBe(0);
  expect(status.stdout).toMatch(/pack +(fresh|waiting)/);
});

test('a job that fails says why, with its last words', async () => {
  const ran = await watch('--name', 'pack', '--deadline', '10m', '--', 'sh', '-c', 'echo no prices >&2; exit 3');
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toMatch(/^job "pack" failed after .*: exit 3 \(no prices\)/);
  const status = await watch('status', '--json');
  expect(status.exit).toBe(2);
  expect(JSON.parse(status.stdout)).toMatchObject({
    jobs: [{ name: 'pack', state: 'failed', fresh: false, reason: 'exit 3' }],
  });
});

test('a job that cannot be started is a failure, not a crash', async () => {
  const ran = await watch('--name', 'pack', '--', './no-such-builder');
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toMatch(/no-such-builder/);
});

test('a job that ends after its deadline is late, and done', async () => {
  const ran = await watch('--name', 'pack', '--deadline', '50ms', '--', 'sleep', '0.2');
  expect(ran.exit, ran.stderr).toBe(1);
  expect(ran.stdout).toMatch(/after its deadline/);
});

test('a job whose start was missed is named', async () => {
  // Last due many minutes ago, with a second to end in: nothing has come since.
  expect((await watch('--name', 'pack', '--schedule', '0 0 1 1 *', '--deadline', '1s', '--', 'false')).exit).toBe(2);
  const status = await watch('status');
  expect(status.exit).toBe(2);
  expect(status.stdout).toMatch(/1 of 1 watched jobs not in time: pack/);
});

test.each([
  [['--', 'true'], /wants --name NAME/],
  [['--name', 'x'], /wants CMD ARG… after "--"/],
  [['--name', 'x', '--deadline', 'soon', '--', 'true'], /--deadline wants a time of day like 00:15/],
  [['--name', 'x', '--schedule', '0 25 * * *', '--', 'true'], /--schedule wants a cron expression/],
  [['--name', 'x', '--timezone', 'Mars/Base', '--', 'true'], /--timezone wants a time zone like Asia/],
  [['--name', 'x', '--', 'echo', 'x'.repeat(100_000)], /command line is \d+ characters long\n {2}hint: a run records/],
])('%j is a usage error', async (words, message) => {
  const ran = await watch(...words);
  expect(ran.exit).toBe(64);
  expect(ran.stderr).toMatch(message);
});

test.each(['team/pack', '50%/a', '定价包'.repeat(40), '..', 'x'.repeat(300)])(
  'a job called %s is watched like any other',
  async (name) => {
    const ran = await watch('--name', name, '--', 'true');
    expect(ran.exit, ran.stderr).toBe(0);
    const status = await watch('status', '--json');
    expect(JSON.parse(status.stdout), status.stderr).toMatchObject({ jobs: [{ name, state: 'fresh' }] });
    const runs = await mdops(['runs', '--json'], { cwd });
    expect(JSON.parse(runs.stdout).runs, runs.stderr).toHaveLength(2);
    expect((await mdops(['runs', 'verify'], { cwd })).exit).toBe(0);
  },
);

test('the status of one job is that of no other', async () => {
  await watch('--name', 'good', '--', 'true');
  await watch('--name', 'bad', '--', 'false');
  expect((await watch('status')).exit).toBe(2);
  const good = await watch('status', '--name', 'good', '--json');
  expect([good.exit, JSON.parse(good.stdout).jobs], good.stderr).toMatchObject([0, [{ name: 'good' }]]);
  expect(JSON.parse(good.stdout).jobs).toHaveLength(1);
  const unknown = await watch('status', '--name', 'other');
  expect([unknown.exit, unknown.stderr]).toEqual([3, expect.stringContaining('it was never watched here')]);
});

test('one job at a time, whatever it is called', async () => {
  const name = '定价包'.repeat(40);
  const child = startMdops(['job-watch', '--name', name, '--', 'sh', '-c', 'touch begun; sleep 20'], { cwd });
  await eventually('the job to begin', 20_000, () => existsSync(join(cwd, 'begun')) || undefined);
  const second = await watch('--name', name, '--', 'true');
  expect([second.exit, second.stderr]).toEqual([75, expect.stringContaining('held by job-watch by tester@')]);
  const other = await watch('--name', `${name}2`, '--', 'true');
  expect(other.exit, other.stderr).toBe(0);
  child.kill('SIGTERM');
  await outcomeOf(child);
});
