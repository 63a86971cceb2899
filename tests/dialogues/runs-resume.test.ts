// `mdops runs resume` and `abandon` after a kill: what was said today reaches the command that goes on.

import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { mdops, outcomeOf, type Ran, startMdops } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const directory = temporaryDirectories('runs-resume');
const env = { MDOPS_STATE_DIR: 'state' };
const JOB = ['bash', '-c', 'touch acted; while [ ! -e go ]; do sleep 0.05; done'];
let cwd = '';
let id = '';

function run(...words: readonly string[]): Promise<Ran> {
  return mdops(words, { cwd, env });
}

/** A job that was killed while it ran, as its run's id. */
beforeEach(async () => {
  cwd = directory();
  const child = startMdops(['job-watch', '--name', 'pack', '--', ...JOB], { cwd, env });
  await eventually('the job to begin', 20_000, () => existsSync(join(cwd, 'acted')) || undefined);
  child.kill('SIGKILL');
  await outcomeOf(child);
  writeFileSync(join(cwd, 'go'), '');
  const { runs } = JSON.parse((await run('runs', '--json')).stdout) as { runs: { id: string; state: string }[] };
  expect(runs.map(({ state }) => state)).toEqual(['died']);
  id = runs[0]?.id ?? '';
  rmSync(join(cwd, 'acted'));
});

test('a job that may have happened wants a decision, and names the way out', async () => {
  const ran = await run('runs', 'resume', id);
  expect([ran.exit, ran.stdout]).toEqual([77, '']);
  expect(ran.stderr).toContain(`start afresh: mdops runs abandon ${id}`);
  expect(existsSync(join(cwd, 'acted'))).toBe(false);
});

test('a dry run stays one in the command that goes on, and its answer is one document', async () => {
  const ran = await run('runs', 'resume', id.slice(0, 17), '--dry-run', '--json');
  expect(ran.exit).toBe(77);
  expect(JSON.parse(ran.stdout)).toMatchObject({
    schema: 'mdops.error/1',
    run: { command: 'job-watch', dry_run: true, id: null },
  });
  expect(existsSync(join(cwd, 'acted'))).toBe(false);
});

test('given up, it is closed with the reason', async () => {
  const asked = await run('runs', 'abandon', id, '--reason', 'done by hand');
  expect([asked.exit, asked.stderr]).toEqual([64, expect.stringContaining('give it with --yes')]);
  const closed = await run('runs', 'abandon', id, '--reason', 'done by hand', '--yes');
  expect([closed.exit, closed.stdout]).toEqual([0, `run ${id} is closed as abandoned\n`]);
  expect((await run('runs', 'show', id)).stdout).toContain('done by hand');
});
