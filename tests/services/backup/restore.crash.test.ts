// A restore killed at any of its writes: runs wait, the next restore ends it, nothing is lost and nothing is half.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Files } from '../../../lib/effects/files.ts';
import { createGzip } from '../../../lib/effects/gzip.ts';
import type { Locks } from '../../../lib/effects/locks.ts';
import { createClock } from '../../../lib/effects/real-clock.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { createLocks } from '../../../lib/effects/real-locks.ts';
import { createRandom } from '../../../lib/effects/real-random.ts';
import { type Backups, createBackups } from '../../../lib/services/backup/backups.ts';
import type { RestoreMarker } from '../../../lib/services/backup/restore-state.ts';
import { createGovernor } from '../../../lib/services/governor/governor.ts';
import type { RunIdentity } from '../../../lib/services/runs/run-types.ts';
import { beginRun } from '../../../lib/services/runs/runs.ts';
import { createDocuments } from '../../../lib/services/state/documents.ts';
import { crashAt } from '../../support/crashing-files.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const directory = temporaryDirectories('restore');
const clock = createClock();
const random = createRandom();
const locks = createLocks(clock);
const files = createFiles();
const BUDGET = { perHour: 3, perDay: 7 };
/** Of the backup's own making, beside the state. */
const NOT_STATE = /^(?:restores|replaced)(?:\/|$)/;

let count = 0;

function identity(command: string, target: string): RunIdentity {
  count += 1;
  return {
    run_id: `20260105-100000-${String(count).padStart(8, '0')}`,
    command,
    verb: null,
    environment: 'sim',
    operator: 'tester',
    host: 'here',
    namespace: 'net',
    pid: process.pid,
    boot_id: clock.bootId(),
    target,
    exclusive: true,
    argv: [],
    cwd: '/work',
    process_mark: 'm',
    resumes: null,
  };
}

async function play(state: string, command: string, target: string): Promise<string> {
  const who = identity(command, target);
  const run = await beginRun({ files, clock, locks, directory: `${state}/journal` }, who);
  await run.begun;
  await run.finish({ exit_code: 0 });
  return who.run_id;
}

function open(state: string, room: string, own: Files = files, runId = 'restore-1', held: Locks = locks): Backups {
  const who = { run_id: runId, command: 'backup', operator: 'tester', host: 'here', pid: process.pid };
  const parts = { files: own, gzip: createGzip(), random, clock, locks: held, stateDir: state, directory: room };
  return createBackups({ ...parts, profile: 'sim', secretKeys: [], who, takeSnapshot: async () => null });
}

async function write(backups: Backups, runId: string): Promise<string> {
  const { path, writer } = await backups.open(1_767_578_400);
  for (const file of (await backups.state()).files) {
    const read = await backups.readState(file);
    if (read !== null) await writer.add(`state/${read.path}`, read.mode, read.content);
  }
  const about = { version: '0.1.0', host: 'here', profile: 'sim', operator: 'tester', state_dir: '', remarks: [] };
  await writer.finish({ ...about, run_id: runId, created_at: '2026-01-05T10:00:00+08:00' });
  return path;
}

function everything(state: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(state, { recursive: true, encoding: 'utf8' }).sort()) {
    if (NOT_STATE.test(name) || statSync(join(state, name)).isDirectory()) continue;
    found[name] = readFileSync(join(state, name), 'latin1');
  }
  return found;
}

let archive = '';
let room = '';
/** As it was when the backup was made, and what became of it since. */
let whole = '';
let hurt = '';
const DAMAGE = 'what a failing disk gives back';

beforeAll(async () => {
  room = directory();
  whole = join(room, 'whole');
  const documents = createDocuments(files, `${whole}/state`);
  const governor = createGovernor({ documents, clock, operator: 'tester' });
  await play(whole, 'check-feed-health', 'primary');
  await play(whole, 'check-feed-health', 'primary');
  await governor.admit('primary', 'remediation', BUDGET);
  await governor.admit('backup', 'remediation', BUDGET);
  await documents.write('jobs/pack', { name: 'pack' });
  mkdirSync(`${whole}/spool`, { recursive: true, mode: 0o700 });
  writeFileSync(`${whole}/spool/0001772456100123-metrics-9f86d081884c7d65.json`, '{"id":"x"}\n', { mode: 0o600 });
  const runId = await play(whole, 'backup', 'backup');
  archive = await write(open(whole, room), runId);
  await governor.admit('primary', 'remediation', BUDGET);
  hurt = join(room, 'hurt');
  cpSync(whole, hurt, { recursive: true });
  rmSync(`${hurt}/journal/primary`, { recursive: true });
  rmSync(`${hurt}/spool`, { recursive: true });
  writeFileSync(`${hurt}/state/jobs/pack.json`, DAMAGE);
  writeFileSync(`${hurt}/state/governor/state/backup.json`, DAMAGE);
});

async function restore(backups: Backups): Promise<void> {
  const { manifest } = await backups.verify(archive);
  await backups.restore(archive, manifest!, () => ({ automation_off: false }));
}

/** The kernel releases the locks of a process that is killed; one that only stops here must not stand in the way. */
function dyingWith(name: string): Locks {
  return { ...locks, acquire: (lock, who) => locks.acquire(`${name} ${lock}`, who) };
}

/** What was not durable yet is gone from the disk: journals of the archive, staged or moved. */
function cutPower(state: string, { puts }: RestoreMarker): void {
  for (const { path } of puts.filter((put) => put.path.startsWith('journal/'))) {
    for (const place of [path, `restoring/${path}`])
      if (existsSync(join(state, place))) writeFileSync(join(state, place), '');
  }
}

function copyOf(state: string): string {
  const copy = join(directory(), 'state');
  cpSync(state, copy, { recursive: true });
  return copy;
}

test('brings back what is missing or damaged, keeps what it replaces, gives no budget back', async () => {
  const state = copyOf(hurt);
  await restore(open(state, room));
  const after = everything(state);
  const before = everything(whole);
  // Telemetry that waited then was sent since, or is lost: an old page again would wake somebody for nothing.
  for (const name of Object.keys(before).filter((path) => !path.startsWith('spool/'))) {
    expect(after[name], name).toBe(before[name]);
  }
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).filter((name) => !name.startsWith('spool/')));
  expect(readFileSync(join(state, 'replaced/restore-1/state/jobs/pack.json'), 'utf8')).toBe(DAMAGE);
  const governor = createGovernor({ documents: createDocuments(files, `${state}/state`), clock, operator: 'tester' });
  // The one that was counted after the backup is counted still.
  expect((await governor.look('primary')).state.actions).toHaveLength(2);
  expect((await governor.look('primary')).orders.global).toBeNull();
});

test('on an empty disk automation stays off, and modes are kept', async () => {
  const state = join(directory(), 'state');
  await restore(open(state, room));
  const governor = createGovernor({ documents: createDocuments(files, `${state}/state`), clock, operator: 'tester' });
  expect((await governor.look('primary')).orders.global).toMatchObject({ isOff: true, by: 'tester' });
  expect((await governor.look('primary')).state.actions).toHaveLength(1);
  const admission = await governor.admit('primary', 'remediation', BUDGET);
  expect(admission).toMatchObject({ allowed: false, code: 'automation off' });
  for (const name of readdirSync(state, { recursive: true, encoding: 'utf8' })) {
    const { mode } = statSync(join(state, name));
    expect(mode & 0o077, name).toBe(0);
  }
});

test('an account that began anew on an empty disk becomes one with that of the backup', async () => {
  const state = join(directory(), 'state');
  const governor = createGovernor({ documents: createDocuments(files, `${state}/state`), clock, operator: 'tester' });
  await governor.admit('primary', 'remediation', BUDGET);
  await governor.admit('primary', 'remediation', BUDGET);
  await restore(open(state, room));
  const { state: account, orders } = await governor.look('primary');
  expect(account.actions).toHaveLength(3);
  expect(orders.global).toMatchObject({ isOff: true });
  await governor.switchAll(false, 'looked at');
  expect(await governor.admit('primary', 'remediation', BUDGET)).toMatchObject({
    allowed: false,
    code: 'budget spent',
  });
});

test('what lies in the way of a directory is put aside', async () => {
  const state = copyOf(hurt);
  rmSync(`${state}/journal`, { recursive: true });
  writeFileSync(`${state}/journal`, 'in the way');
  await restore(open(state, room));
  expect(readdirSync(`${state}/journal/primary`)).toHaveLength(2);
  expect(readFileSync(`${state}/replaced/restore-1/journal`, 'utf8')).toBe('in the way');
});

test('runs that cannot be looked for may be live: nothing is touched', async () => {
  const state = copyOf(hurt);
  const before = everything(state);
  const blind: Files = {
    ...files,
    list: async (path) => {
      if (path.endsWith('/journal')) throw Object.assign(new Error('i/o error'), { code: 'EIO' });
      return files.list(path);
    },
  };
  await expect(restore(open(state, room, blind))).rejects.toThrow('i/o error');
  expect(everything(state)).toEqual(before);
});

test('a run that is live stops a restore, and a restore stops a run that begins', async () => {
  const state = copyOf(hurt);
  const runs = { files, clock, locks, directory: `${state}/journal` };
  const run = await beginRun(runs, identity('failover', 'pair'));
  await run.begun;
  const before = everything(state);
  await expect(restore(open(state, room))).rejects.toMatchObject({ exit: 75 });
  expect(everything(state)).toEqual(before);
  await run.finish({ exit_code: 0 });
  writeFileSync(`${state}/restoring.json`, '{}');
  await expect(beginRun(runs, identity('failover', 'pair'))).rejects.toMatchObject({
    code: 'restore going on',
    exit: 75,
  });
  rmSync(`${state}/restoring.json`);
  await restore(open(state, room));
  await (await beginRun(runs, identity('failover', 'pair'))).finish({ exit_code: 0 });
});

describe('killed', () => {
  test('at any write, before it or after it, the next restore ends it', async () => {
    const expected = copyOf(hurt);
    await restore(open(expected, room));
    const wanted = everything(expected);
    const begun = everything(hurt);
    let point = 0;
    for (let isOver = false; !isOver; ) {
      point += 1;
      for (const when of ['before', 'after'] as const) {
        const state = copyOf(hurt);
        const crashing = crashAt(files, point, when);
        const done = restore(open(state, room, crashing, 'restore-1', dyingWith(`${point} ${when}`))).then(() => true);
        isOver = await Promise.race([done, crashing.died.then(() => false)]);
        const where = `${when} write ${point}`;
        const isMarked = existsSync(join(state, 'restoring.json'));
        // Without the marker either nothing was touched or everything is done.
        if (!isMarked) expect([begun, wanted], where).toContainEqual(everything(state));
        else {
          const attempt = beginRun({ files, clock, locks, directory: `${state}/journal` }, identity('x', 'primary'));
          await expect(attempt, where).rejects.toMatchObject({ exit: 75 });
        }
        const backups = open(state, room, files, 'restore-2');
        const marker = await backups.pending();
        if (when === 'after' && marker?.phase === 'moving') cutPower(state, marker);
        const settled = marker === null ? 'undone' : await backups.settle(marker);
        if (settled === 'undone') expect([begun, wanted], where).toContainEqual(everything(state));
        await restore(backups);
        expect(everything(state), where).toEqual(wanted);
        expect(await backups.pending(), where).toBeNull();
        const kept = readdirSync(join(state, 'replaced'), { recursive: true, encoding: 'utf8' });
        expect(
          kept.filter((name) => name.endsWith('pack.json')),
          where,
        ).toHaveLength(1);
      }
    }
    expect(point).toBeGreaterThan(20);
  });
});
