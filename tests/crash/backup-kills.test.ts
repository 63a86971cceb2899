// Real processes: a backup while runs begin and end, one killed at any moment, a restore killed at any moment, full disks.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { DIST, mdops, outcomeOf, type Ran, startMdops } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const directory = temporaryDirectories('backup-kills');
const env = { MDOPS_STATE_DIR: 'state', MDOPS_BACKUP_DIR: 'backups' };
let cwd = '';

beforeEach(() => {
  cwd = directory();
});

function run(...words: string[]): Promise<Ran> {
  return mdops(words, { cwd, env });
}

async function good(...words: string[]): Promise<Ran> {
  const ran = await run(...words);
  expect(ran.exit, ran.stdout + ran.stderr).toBe(0);
  return ran;
}

/** Kills after so many milliseconds; false when it was over by then. */
async function killedAfter(ms: number, ...words: string[]): Promise<boolean> {
  const child = startMdops(words, { cwd, env });
  const ended = outcomeOf(child);
  await Promise.race([pause(ms), ended]);
  child.kill('SIGKILL');
  return (await ended).signal === 'SIGKILL';
}

/** Kills so many milliseconds after a restore has begun to move files, if it is not over by then. */
async function killedWhileMoving(ms: number): Promise<void> {
  const child = startMdops(['backup', 'restore', '--yes'], { cwd, env });
  const ended = outcomeOf(child);
  while (child.exitCode === null && !existsSync(MARKER())) await pause(1);
  await Promise.race([pause(ms), ended]);
  child.kill('SIGKILL');
  await ended;
}

const MARKER = (): string => join(cwd, 'state/restoring.json');

/** Enough files for a kill to fall between them. */
function fillState(files: number): void {
  for (let at = 0; at < files; at += 1) {
    const folder = join(cwd, 'state/health', String(at % 7));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, `${at}.json`), `{"at":${at}}\n`, { mode: 0o600 });
  }
}

function everything(path: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()) {
    if (/^(?:cache|restores|replaced)(?:\/|$)/.test(name) || statSync(join(path, name)).isDirectory()) continue;
    found[name] = readFileSync(join(path, name), 'latin1');
  }
  return found;
}

test('made while runs begin and end, it restores to a state whose chain holds', async () => {
  await good('job-watch', '--name', 'a', '--', 'true');
  let isOver = false;
  const others = (async () => {
    for (let at = 0; !isOver; at += 1) await good('job-watch', '--name', at % 2 === 0 ? 'a' : 'b', '--', 'true');
  })();
  const made: string[] = [];
  for (let at = 0; at < 4; at += 1) {
    made.push((JSON.parse((await good('backup', 'create', '--json')).stdout) as { path: string }).path);
  }
  isOver = true;
  await others;
  for (const path of made) {
    rmSync(join(cwd, 'state'), { recursive: true });
    const ran = await run('backup', 'restore', path, '--yes');
    expect(ran.exit, ran.stderr).toBe(1);
    await good('runs', 'verify');
    // What was going on is closed by the next run of its kind.
    await good('job-watch', '--name', 'a', '--', 'true');
    await good('job-watch', '--name', 'b', '--', 'true');
    await good('runs', 'verify');
  }
});

test('killed at any moment a backup is whole or not there, and the next one clears up', async () => {
  fillState(400);
  await good('backup', 'create');
  let kills = 0;
  for (let ms = 30; ms < 600; ms = Math.ceil(ms * 1.35)) {
    if (await killedAfter(ms, 'backup', 'create')) kills += 1;
    await good('backup', 'list');
  }
  expect(kills).toBeGreaterThan(3);
  await good('backup', 'create');
  expect(readdirSync(join(cwd, 'backups')).filter((name) => !name.endsWith('.tar'))).toEqual([]);
});

test('killed at any moment a restore is finished by the next one', async () => {
  fillState(150);
  await good('job-watch', '--name', 'a', '--', 'true');
  await good('backup', 'create');
  const wanted = everything(join(cwd, 'state'));
  rmSync(join(cwd, 'state/health'), { recursive: true });
  rmSync(join(cwd, 'state/journal/job%20a'), { recursive: true });
  cpSync(join(cwd, 'state'), join(cwd, 'hurt'), { recursive: true });
  let marked = 0;
  const early = [60, 90, 140, 210].map((ms) => () => killedAfter(ms, 'backup', 'restore', '--yes'));
  const late = [0, 0, 1, 2, 5, 10, 20, 40].map((ms) => () => killedWhileMoving(ms));
  for (const kill of [...early, ...late]) {
    rmSync(join(cwd, 'state'), { recursive: true });
    cpSync(join(cwd, 'hurt'), join(cwd, 'state'), { recursive: true });
    await kill();
    if (existsSync(MARKER())) {
      marked += 1;
      const refused = await run('job-watch', '--name', 'a', '--', 'touch', 'acted');
      expect(refused.exit, refused.stderr).toBe(75);
    }
    await good('backup', 'restore', '--yes');
    expect(existsSync(join(cwd, 'acted'))).toBe(false);
    expect(everything(join(cwd, 'state'))).toEqual(wanted);
  }
  expect(marked).toBeGreaterThan(1);
  await good('runs', 'verify');
});

/** In a mount namespace of its own: what it mounts is gone with it. */
const SCRIPT = `
set -u
m() { node "$MDOPS" "$@" --log-dir logs; }
mount -t tmpfs -o size=256k,mode=0700 tmpfs backups
m backup create >out-1 2>&1; echo "small $?"
dd if=/dev/zero of=backups/ballast bs=1k count=$(( $(df --output=avail -k backups | tail -1) - 8 )) status=none
m backup create >out-2 2>&1; echo "full $? $(ls backups | grep -c tmp) $(grep -c '^error: Cannot write the backup .*no space left' out-2)"
rm backups/ballast
m backup list >out-3 2>&1; echo "list $?"
cp -r state kept
mount -t tmpfs -o size=1m,mode=0700 tmpfs state
dd if=/dev/zero of=state/ballast bs=1k count=$(( $(df --output=avail -k state | tail -1) - 32 )) status=none
m backup restore --yes >out-4 2>&1; echo "restore $? $(ls state | grep -vx cache | tr '\\n' ' ')"
rm state/ballast
m backup restore --yes >out-5 2>&1; echo "again $?"
`;

test('on a full disk nothing is half: earlier backups stay, and a restore that does not fit touches nothing', () => {
  mkdirSync(join(cwd, 'backups'));
  fillState(40);
  writeFileSync(join(cwd, 'play.sh'), SCRIPT);
  const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const { stdout, stderr } = spawnSync('unshare', [...asRoot, '--mount', 'bash', 'play.sh'], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, USER: 'tester', MDOPS: join(DIST, 'mdops.js'), ...env },
  });
  expect(stdout.trim().split('\n'), stderr).toEqual([
    'small 0',
    'full 74 0 1',
    'list 0',
    'restore 74 ballast ',
    'again 1',
  ]);
});
