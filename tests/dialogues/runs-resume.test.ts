// `mdops runs resume` and `abandon` after a kill: what was said today reaches the command that goes on.

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { decodeRecord, encodeRecord } from '../../lib/services/journal/record.ts';
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

test('whoever gives it up, and why, may be of any length', async () => {
  const env = { MDOPS_STATE_DIR: 'state', MDOPS_OPERATOR: `w\u001bang ${'x'.repeat(80_000)}` };
  const closed = await mdops(['runs', 'abandon', id, '--reason', 'y'.repeat(80_000), '--yes'], { cwd, env });
  expect([closed.exit, closed.stdout], closed.stderr).toEqual([0, `run ${id} is closed as abandoned\n`]);
  const next = await mdops(['automation', 'on'], { cwd, env });
  expect(next.exit, next.stderr).toBe(0);
});

test('what stands behind "--" is not taken for flags of ours, and the file that names the place goes along', async () => {
  writeFileSync(join(cwd, 'place.yaml'), 'paths: { state_dir: elsewhere }\n');
  const words = ['job-watch', '--name', 'other', '--', 'sh', '-c', 'touch acted; sleep 20', '--profile', 'x', '--json'];
  const child = startMdops(['--config', 'place.yaml', ...words], { cwd });
  await eventually('the job to begin', 20_000, () => existsSync(join(cwd, 'acted')) || undefined);
  child.kill('SIGKILL');
  await outcomeOf(child);
  const { runs } = JSON.parse((await mdops(['runs', '--config', 'place.yaml', '--json'], { cwd })).stdout) as {
    runs: { id: string }[];
  };
  const found = join(cwd, 'place.yaml');
  const ran = await mdops(['runs', 'resume', runs[0]?.id ?? '', '--config', found, '--json'], { cwd: directory() });
  expect([ran.exit, JSON.parse(ran.stdout)], ran.stderr).toMatchObject([
    77,
    { error: { code: 'step needs a decision' }, run: { command: 'job-watch', environment: 'sim' } },
  ]);
});

test('a dead run whose leftovers cannot be looked for ends the next one in order', async () => {
  const folder = join(cwd, 'state/journal/job%20pack');
  const path = join(folder, readdirSync(folder)[0] ?? '');
  const records = readFileSync(path, 'utf8').trimEnd().split('\n').map(decodeRecord);
  let prev = '';
  const lines = records.map((decoded) => {
    if (!decoded.ok) throw new Error(decoded.reason);
    const { record } = decoded;
    const body = record.seq === 0 ? { ...record.body, process_mark: 'nobody' } : record.body;
    const { line, hash } = encodeRecord({ ...record, body, prev });
    prev = hash;
    return line;
  });
  expect(lines.length).toBe(2);
  writeFileSync(path, `${lines.join('\n')}\n`);
  const ran = await run('job-watch', '--name', 'pack', '--', 'true');
  expect([ran.exit, ran.stderr]).toEqual([70, expect.stringContaining('Cannot look for processes marked "nobody"')]);
  const { runs } = JSON.parse((await run('runs', '--json')).stdout) as { runs: { state: string; exit_code: number }[] };
  expect(runs.map((row) => [row.state, row.exit_code])).toEqual([
    ['ended', 70],
    ['ended', null],
  ]);
});
