// One contract, two implementations: what flows rely on holds for the real ports and for the simulated ones alike.

import { expect, test } from 'vitest';
import type { Files } from '../../lib/effects/files.ts';
import type { Locks } from '../../lib/effects/locks.ts';
import { createClock } from '../../lib/effects/real-clock.ts';
import { createFiles } from '../../lib/effects/real-files.ts';
import { createLocks } from '../../lib/effects/real-locks.ts';
import { createChance } from '../../lib/sim/world/chance.ts';
import { createDisk } from '../../lib/sim/world/disk.ts';
import { temporaryDirectories } from '../support/temporary.ts';
import { createWorld } from './worlds/world.ts';

const makeDirectory = temporaryDirectories('ports');
let made = 0;

interface Ports {
  readonly files: Files;
  readonly directory: string;
  /** The locks of two programs on one host. */
  readonly locks: readonly [Locks, Locks];
}

const IMPLEMENTATIONS: Record<string, () => Ports> = {
  real: () => {
    const clock = createClock();
    return { files: createFiles(), directory: makeDirectory(), locks: [createLocks(clock), createLocks(clock)] };
  },
  simulated: () => {
    const world = createWorld({ seed: 1, yieldShare: 0 });
    world.addHost('ops-1').disk.makeDirectory('/srv/ports');
    const [one, two] = ['one', 'two'].map((name) => world.start({ name, host: 'ops-1', operator: 'wang' }).effects);
    return { files: one!.files, directory: '/srv/ports', locks: [one!.locks, two!.locks] };
  },
};

const WHO = { run_id: 'run-1', command: 'failover', operator: 'wang', host: 'ops-1', pid: 7 };

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'no error',
    (error: { code?: unknown }) => error.code,
  );
}

const CONTRACT: Record<string, (ports: Ports) => Promise<void>> = {
  'lines that are appended are read back in order': async ({ files, directory }) => {
    const file = await files.openAppend(`${directory}/journal`, { exclusive: true, durable: true });
    await file.append('one\n');
    await file.append('two\n', { durable: false });
    await file.append('');
    await file.close();
    expect(await files.readText(`${directory}/journal`)).toBe('one\ntwo\n');
    expect((await files.info(`${directory}/journal`))?.size).toBe(8);
  },
  'an exclusive open refuses what is there, another one goes on at its end': async ({ files, directory }) => {
    await files.replace(`${directory}/a`, 'x');
    expect(await codeOf(files.openAppend(`${directory}/a`, { exclusive: true }))).toBe('EEXIST');
    const file = await files.openAppend(`${directory}/a`);
    await file.append('y');
    await file.truncate(1);
    await file.append('z');
    await file.close();
    expect(await files.readText(`${directory}/a`)).toBe('xz');
  },
  'a replaced file is new as a whole and leaves nothing beside it': async ({ files, directory }) => {
    await files.replace(`${directory}/state.json`, 'a long first content');
    await files.replace(`${directory}/state.json`, 'short');
    expect(await files.readText(`${directory}/state.json`)).toBe('short');
    expect(await files.list(directory)).toEqual(['state.json']);
  },
  'what is absent is said by its code, or is empty': async ({ files, directory }) => {
    expect(await codeOf(files.readText(`${directory}/none`))).toBe('ENOENT');
    expect(await codeOf(files.openAppend(`${directory}/none/a`))).toBe('ENOENT');
    expect(await codeOf(files.rename(`${directory}/none`, `${directory}/b`))).toBe('ENOENT');
    expect(await files.info(`${directory}/none`)).toBeNull();
    expect(await files.list(`${directory}/none`)).toEqual([]);
    await files.remove(`${directory}/none`);
  },
  'names are listed sorted, directories among them, and go as a whole': async ({ files, directory }) => {
    await files.makeDirectory(`${directory}/b/c`);
    await files.replace(`${directory}/b/c/deep`, '1');
    await files.replace(`${directory}/z`, '1');
    await files.replace(`${directory}/a`, '1');
    expect(await files.list(directory)).toEqual(['a', 'b', 'z']);
    expect((await files.info(`${directory}/b`))?.kind).toBe('directory');
    await files.remove(`${directory}/b`);
    expect(await files.list(directory)).toEqual(['a', 'z']);
  },
  'a renamed file takes its content along, also over another one': async ({ files, directory }) => {
    await files.replace(`${directory}/a`, 'new');
    await files.replace(`${directory}/b`, 'old');
    await files.rename(`${directory}/a`, `${directory}/b`);
    expect(await files.readText(`${directory}/b`)).toBe('new');
    expect(await files.list(directory)).toEqual(['b']);
  },
  'a file is read in pieces to its end': async ({ files, directory }) => {
    await files.replace(`${directory}/a`, 'abcde');
    const file = await files.openRead(`${directory}/a`);
    const into = new Uint8Array(3);
    const counts = [await file.read(into), await file.read(into), await file.read(into)];
    await file.close();
    expect({ size: file.size, counts }).toEqual({ size: 5, counts: [3, 2, 0] });
  },
  'a lock has one owner, the other is told who': async ({ locks: [one, two] }) => {
    made += 1;
    const name = `mdops-ports-${process.pid}-${made}`;
    const held = await one.acquire(name, WHO);
    if (!held.held) throw new Error('the first one did not get it');
    expect(await two.acquire(name, { ...WHO, run_id: 'run-2' })).toMatchObject({ held: false, holder: WHO });
    expect(await two.isHeld(name)).toBe(true);
    await held.release();
    expect(await two.isHeld(name)).toBe(false);
    const next = await two.acquire(name, { ...WHO, run_id: 'run-2' });
    expect(next.held).toBe(true);
    if (next.held) await next.release();
  },
};

for (const [name, open] of Object.entries(IMPLEMENTATIONS)) {
  test.each(Object.entries(CONTRACT))(`${name}: %s`, async (_promise, keep) => {
    await keep(open());
    expect.hasAssertions();
  });
}

test('the disk forgets what was not synced, and never half a rename', () => {
  const outcomes = new Set<string>();
  for (let seed = 1; seed <= 200; seed += 1) {
    const disk = createDisk();
    disk.makeDirectory('/d');
    const file = disk.open('/d/old', true);
    file.append(Buffer.from('synced'));
    file.sync();
    disk.syncDirectory('/d');
    file.append(Buffer.from('+tail'));
    disk.rename('/d/old', '/d/new');
    disk.losePower(createChance(seed));
    expect(disk.paths().length).toBe(1);
    const content = disk.read(disk.paths()[0]!).toString();
    expect('synced+tail'.startsWith(content) && content.length >= 'synced'.length).toBe(true);
    outcomes.add(`${disk.paths()[0]} ${content}`);
  }
  expect(outcomes.size).toBe(12);
});

test('a program that is stopped does nothing until it goes on, and its clock does not wait', async () => {
  const world = createWorld({ seed: 1, yieldShare: 0 });
  world.addHost('ops-1').disk.makeDirectory('/srv');
  const { effects, gate } = world.start({ name: 'one', host: 'ops-1', operator: 'wang' });
  const done: string[] = [];
  const since = effects.clock.monotonicMs();
  void effects.files.replace('/srv/a', 'x').then(() => done.push('written'));
  void effects.clock.sleep(100).then(() => done.push(`awake after ${effects.clock.monotonicMs() - since} ms`));
  gate.freeze(5_000);
  await world.run(4_999);
  expect(done).toEqual([]);
  expect(world.hosts.get('ops-1')!.disk.has('/srv/a')).toBe(false);
  await world.run(5_001);
  expect(done).toEqual(['written', 'awake after 5000 ms']);
});

test('a disk refuses each kind of work with the code it is told', async () => {
  for (const [what, code] of [
    ['write', 'ENOSPC'],
    ['sync', 'EIO'],
    ['rename', 'EROFS'],
    ['sync directory', 'EIO'],
    ['make directory', 'EACCES'],
    ['remove', 'EROFS'],
  ] as const) {
    const world = createWorld({ seed: 1, yieldShare: 0 });
    const { disk } = world.addHost('ops-1');
    disk.makeDirectory('/srv');
    disk.open('/srv/old', true);
    const diskFault = (asked: string) => (asked === what ? code : null);
    const { files } = world.start({ name: 'one', host: 'ops-1', operator: 'wang', diskFault }).effects;
    const work = {
      'make directory': () => files.makeDirectory('/srv/new/folder'),
      remove: () => files.remove('/srv/old'),
    };
    const isOther = what === 'make directory' || what === 'remove';
    expect(await codeOf(isOther ? work[what]() : files.replace('/srv/a', 'x')), what).toBe(code);
    expect(disk.has('/srv/old'), what).toBe(true);
    expect(disk.paths().filter((path) => path.endsWith('.tmp'))).toEqual([]);
  }
});

test('of a cut that was not synced the disk keeps the old file or the new one, nothing shorter', () => {
  const left = new Set<string>();
  for (let seed = 1; seed <= 100; seed += 1) {
    const disk = createDisk();
    disk.makeDirectory('/d');
    const file = disk.open('/d/a', true);
    file.append(Buffer.from('whole+torn'));
    file.sync();
    disk.syncDirectory('/d');
    file.truncate('whole'.length);
    file.append(Buffer.from('!'));
    disk.losePower(createChance(seed));
    left.add(disk.read('/d/a').toString());
  }
  expect([...left].sort()).toEqual(['whole', 'whole!', 'whole+torn']);
});
