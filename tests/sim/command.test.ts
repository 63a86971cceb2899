// The simulator's command as people meet it: what it says when a night breaks, when it is misused, when it is stopped.

import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, expect, test, vi } from 'vitest';
import { temporaryDirectories } from '../support/temporary.ts';
import { buildSimulator } from './planted/build.ts';
import { FAILOVER_BUGS } from './planted/failover-bugs.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const makeDirectory = temporaryDirectories('sim');
const BUG = FAILOVER_BUGS.find(({ name }) => name === 'a bring-up lowers what is primary')!;
let clean: string;
let broken: string;

beforeAll(async () => {
  [clean, broken] = await Promise.all([buildSimulator(null, 'command'), buildSimulator(BUG, 'command-broken')]);
});

function run(program: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('a violation is told in order, named, kept, and can be played again', () => {
  const keep = makeDirectory();
  const found = run(broken, '--world', 'failover', '--seeds', '50', '--most', '1', '--jobs', '1', '--keep', keep);
  expect(found.status).toBe(1);
  expect(found.stdout).toContain('1 violation');
  expect(found.stderr).toMatch(/^failover: seed \d+ breaks "at least one feed is on"$/m);
  expect(found.stdout).toMatch(/failover: seed \d+ breaks "at least one feed is on"/);
  const times = [...found.stdout.matchAll(/^ {0,8}(\d+\.\d{3}) {2}/gm)].map(([, time]) => Number(time));
  expect(times.length).toBeGreaterThan(2);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const [file] = readdirSync(keep);
  expect(found.stdout).toContain(`replay: npm run sim -- --replay ${keep}/${file}`);
  expect(JSON.parse(readFileSync(`${keep}/${file}`, 'utf8'))).toMatchObject({
    world: 'failover',
    broke: 'at least one feed is on',
  });

  const replayed = run(broken, '--replay', `${keep}/${file}`);
  expect(replayed.status).toBe(1);
  expect(found.stdout).toContain(replayed.stdout);
  expect(run(clean, '--replay', `${keep}/${file}`)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('every invariant held'),
  });
});

test('several workers find what one finds', () => {
  const [one, two] = ['1', '2'].map((jobs) => {
    const args = ['--world', 'failover', '--seeds', '240', '--most', '240', '--jobs', jobs, '--json'];
    return JSON.parse(run(broken, ...args).stdout) as { played: number; effects: number; findings: unknown[] };
  });
  expect(one!.findings.length).toBeGreaterThan(5);
  expect({ ...two!, seconds: 0, cpu_seconds: 0 }).toEqual({ ...one!, seconds: 0, cpu_seconds: 0 });
});

const MISUSE: Record<string, readonly [args: readonly string[], said: string]> = {
  'an unknown world': [['--world', 'failovr'], 'did you mean failover?'],
  'an unknown flag': [['--sedes', '5'], '--sedes: there is no such flag; did you mean --seeds?'],
  'a number that is none': [['--seeds', '1e9x'], '--seeds "1e9x": wanted a whole number, at least 1'],
  'no worker at all': [['--jobs', '0'], '--jobs "0": wanted a whole number, at least 1'],
  'two modes at once': [['--planted', '--lane', 'ci'], 'planted and lane: wanted one at a time'],
  'a file that is not there': [['--replay', 'none.json'], 'there is no such file'],
  'a word too many': [['failover'], 'failover'],
};

test.each(Object.entries(MISUSE))('%s is said, with exit 64', (_what, [args, said]) => {
  const { status, stdout, stderr } = run(clean, ...args);
  expect(stderr).toContain(said);
  expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
});

test('Ctrl-C says what was done so far', async () => {
  const args = [clean, '--world', 'failover', '--seeds', '900000', '--jobs', '2'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
  });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  // Its workers are there: it plays.
  await vi.waitUntil(() => childrenOf(child.pid!).length === 2, { timeout: 30_000 });
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(stdout).toMatch(/^Stopped by Ctrl-C: [\d,]+ nights/);
  expect(stdout).toMatch(/^not played: --from \d+ --seeds \d+$/m);
});

function childrenOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((word) => word !== '');
}
