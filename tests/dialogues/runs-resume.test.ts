// `mdops runs resume` and `abandon` after a kill: what was said today reaches the command that goes on.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
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

test('it goes on where it was called, whoever resumes it from wherever', async () => {
  const [there, here] = [directory(), directory()];
  mkdirSync(join(there, 'config'));
  const component = {
    driver: 'process',
    start: ['sh', '-c', 'exec sleep 30'],
    ready: { kind: 'command', command: ['test', '-e', 'ready'] },
  };
  writeFileSync(join(there, 'config/mdops.yaml'), JSON.stringify({ components: { feed: component } }));
  const child = startMdops(['start-live-env', 'start', '--yes'], { cwd: there, env });
  const log = join(there, 'state/journal');
  await eventually('the start of the component', 20_000, () => {
    const text = existsSync(log)
      ? readdirSync(log, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.open'))
      : [];
    return text.some((name) => readFileSync(join(log, name), 'utf8').includes('step_intent')) || undefined;
  });
  child.kill('SIGKILL');
  await outcomeOf(child);
  writeFileSync(join(there, 'ready'), '');
  const { runs } = JSON.parse((await mdops(['runs', '--json'], { cwd: there, env })).stdout) as {
    runs: { id: string }[];
  };
  // Another directory, another environment: only the place of the state is named, from there.
  const found = { MDOPS_STATE_DIR: relative(here, join(there, 'state')), USER: 'zhao' };
  const ran = await mdops(['runs', 'resume', runs[0]?.id ?? '', '--json', '--timeout', '20s'], {
    cwd: here,
    env: found,
  });
  expect([ran.exit, JSON.parse(ran.stdout).run.command], ran.stderr).toEqual([0, 'start-live-env']);
  expect(readdirSync(here)).toEqual([]);
  await mdops(['start-live-env', 'stop', '--yes'], { cwd: there, env });
  rmSync(there, { recursive: true });
});

test('what cannot be said again where it was said is refused with the reason', async () => {
  const there = directory();
  const env = { MDOPS_STATE_DIR: join(cwd, 'state'), PUSHGATEWAY_PASSWORD: 'k4n4ry-of-this-test' };
  await mdops(['job-watch', '--name', 'other', '--', 'false', 'k4n4ry-of-this-test'], { cwd: there, env });
  const listed = await run('runs', '--json');
  const other = (JSON.parse(listed.stdout) as { runs: { id: string; stream: string }[] }).runs.find(
    ({ stream }) => stream === 'job other',
  );
  const hidden = await run('runs', 'resume', other?.id ?? '');
  expect([hidden.exit, hidden.stderr]).toEqual([77, expect.stringContaining('there was a secret in its words')]);
  await mdops(['job-watch', '--name', 'third', '--', 'false'], {
    cwd: there,
    env: { MDOPS_STATE_DIR: join(cwd, 'state') },
  });
  rmSync(there, { recursive: true });
  const third = (
    JSON.parse((await run('runs', '--json')).stdout) as { runs: { id: string; stream: string }[] }
  ).runs.find(({ stream }) => stream === 'job third');
  const gone = await run('runs', 'resume', third?.id ?? '');
  expect([gone.exit, gone.stderr]).toEqual([
    77,
    expect.stringMatching(/called in ".+", which is not there\n {2}hint: start afresh/),
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
