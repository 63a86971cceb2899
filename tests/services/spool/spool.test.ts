// The spool: bounded, in order, honest about what it gives up, and never a reason for a run to fail.

import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Locks } from '../../../lib/effects/locks.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { createRandom } from '../../../lib/effects/real-random.ts';
import { sendOneByOne } from '../../../lib/services/spool/one-by-one.ts';
import { orderRecords, type SpoolRecord } from '../../../lib/services/spool/record.ts';
import { createSpool, type Spool, type SpoolOptions, type SpoolSender } from '../../../lib/services/spool/spool.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const BOUNDS = { maxAgeMs: 7 * 86_400_000, maxRecords: 10_000 };
const directory = temporaryDirectories('spool');
const FREE: Locks = {
  acquire: async () => ({ held: true, release: async () => undefined }),
  isHeld: async () => false,
};
const BUSY: Locks = { acquire: async () => ({ held: false, holder: null }), isHeld: async () => true };
const signal = new AbortController().signal;
const NOW_MS = Date.UTC(2026, 2, 2, 12);
const DAY_MS = 86_400_000;

interface Machine {
  readonly directory: string;
  wallMs: number;
  monotonicMs: number;
  readonly spool: Spool;
}

function machine(changes: Partial<SpoolOptions> = {}): Machine {
  const made = { directory: directory(), wallMs: NOW_MS, monotonicMs: 1_000 };
  const clock = {
    wallMs: () => self.wallMs,
    monotonicMs: () => self.monotonicMs,
    bootId: () => 'boot',
    sleep: async () => undefined,
  };
  const spool = createSpool({
    files: createFiles(),
    clock,
    random: createRandom(),
    locks: FREE,
    directory: made.directory,
    run: { id: 'r-1', command: 'check-feed-health', operator: 'kim', host: 'h' },
    pid: 1,
    bounds: BOUNDS,
    ...changes,
  });
  const self: Machine = { ...made, spool };
  return self;
}

/** Takes everything and remembers it. */
function taker(): { readonly seen: SpoolRecord[]; readonly sender: SpoolSender } {
  const seen: SpoolRecord[] = [];
  const sender = sendOneByOne(async (record) => {
    seen.push(record);
    return { ok: true };
  });
  return { seen, sender };
}

test('records come back oldest first with their original time, and are gone once delivered', async () => {
  const m = machine();
  for (const body of ['first', 'second', 'third']) {
    await m.spool.add('annotation', body);
    m.wallMs += 60_000;
    m.monotonicMs += 60_000;
  }
  const { seen, sender } = taker();
  const report = await m.spool.flush({ annotation: sender }, signal);
  expect(seen.map((record) => [record.body, record.at_ms])).toEqual([
    ['first', NOW_MS],
    ['second', NOW_MS + 60_000],
    ['third', NOW_MS + 120_000],
  ]);
  expect(report).toEqual({ busy: false, delivered: 3, dropped: 0, kept: 0, problems: [] });
  expect(readdirSync(m.directory)).toEqual([]);
});

test('the order survives a wall clock that was set back between two records', async () => {
  const m = machine();
  await m.spool.add('annotation', 'first');
  m.wallMs -= 4 * 3_600_000;
  m.monotonicMs += 1_000;
  await m.spool.add('annotation', 'second');
  expect((await m.spool.list()).map((record) => record.body)).toEqual(['first', 'second']);
});

test('records of an earlier boot come first', () => {
  const record = (id: string, boot_id: string, at_ms: number, monotonic_ms: number): SpoolRecord => {
    return { id, kind: 'metrics', boot_id, at_ms, monotonic_ms, run_id: 'r', body: null };
  };
  const unsorted = [record('c', 'new', 300, 5), record('a', 'old', 100, 900), record('b', 'old', 200, 950)];
  expect(orderRecords(unsorted).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});

test('a remote that could take the rest later ends its turn; what it refuses for good is dropped and counted', async () => {
  const m = machine();
  for (const body of ['good', 'refused', 'later', 'never asked']) {
    await m.spool.add('notification', body);
    m.monotonicMs += 1;
  }
  const asked: unknown[] = [];
  const sender = sendOneByOne(async ({ body }) => {
    asked.push(body);
    if (body === 'good') return { ok: true };
    return { ok: false, retryable: body === 'later', reason: `${body}: no`, code: 'x' };
  });
  const report = await m.spool.flush({ notification: sender }, signal);
  expect(asked).toEqual(['good', 'refused', 'later']);
  expect(report).toEqual({ busy: false, delivered: 1, dropped: 1, kept: 2, problems: ['refused: no', 'later: no'] });
  expect((await m.spool.list()).map((record) => record.body)).toEqual(['later', 'never asked']);
});

test('after seven days a record is dropped and counted; a minute before it is still sent', async () => {
  const m = machine();
  await m.spool.add('annotation', 'too old');
  m.wallMs += 60_000;
  m.monotonicMs += 60_000;
  await m.spool.add('annotation', 'just in time');
  m.wallMs = NOW_MS + 7 * DAY_MS + 30_000;
  const { seen, sender } = taker();
  const report = await m.spool.flush({ annotation: sender }, signal);
  expect(seen.map((record) => record.body)).toEqual(['just in time']);
  expect(report.dropped).toBe(1);
});

test('the 10,001st record displaces the oldest and says so', async () => {
  const m = machine();
  for (let at = 0; at < BOUNDS.maxRecords; at += 1) {
    const name = `${String(NOW_MS - 1_000_000 + at).padStart(16, '0')}-annotation-${'0'.repeat(16)}.json`;
    writeFileSync(join(m.directory, name), '{}');
  }
  const oldest = readdirSync(m.directory).sort()[0] ?? '';
  expect(await m.spool.add('annotation', 'new')).toMatchObject({ ok: true, dropped: 1 });
  expect(readdirSync(m.directory)).toHaveLength(BOUNDS.maxRecords);
  expect(existsSync(join(m.directory, oldest))).toBe(false);
});

test('a disk that refuses is an answer, not an exception', async () => {
  const full = (): Promise<never> => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
  const m = machine({ files: { ...createFiles(), replace: full } });
  expect(await m.spool.add('metrics', {})).toEqual({ ok: false, reason: 'no space left' });
  const unreadable = machine({ files: { ...createFiles(), list: full } });
  expect((await unreadable.spool.flush({}, signal)).problems).toEqual(['no space left']);
});

test('damaged records are counted and named, foreign files are left alone', async () => {
  const m = machine();
  await m.spool.add('annotation', 'good');
  const damaged = `${String(NOW_MS).padStart(16, '0')}-annotation-${'1'.repeat(16)}.json`;
  writeFileSync(join(m.directory, damaged), '{"id":"torn');
  writeFileSync(join(m.directory, 'README'), 'x');
  const { seen, sender } = taker();
  const report = await m.spool.flush({ annotation: sender }, signal);
  expect(seen).toHaveLength(1);
  expect(report).toMatchObject({ dropped: 1, problems: [`${damaged} was unreadable`] });
  expect(readdirSync(m.directory)).toEqual(['README']);
});

test('what killed writers left is removed after an hour, not while somebody may be writing it', async () => {
  const m = machine();
  for (const name of ['old.json.1.tmp', 'new.json.2.tmp']) writeFileSync(join(m.directory, name), 'x');
  utimesSync(join(m.directory, 'old.json.1.tmp'), new Date(NOW_MS - 2 * 3_600_000), new Date(NOW_MS - 2 * 3_600_000));
  utimesSync(join(m.directory, 'new.json.2.tmp'), new Date(NOW_MS - 1_000), new Date(NOW_MS - 1_000));
  await m.spool.flush({}, signal);
  expect(readdirSync(m.directory)).toEqual(['new.json.2.tmp']);
});

test('a sender that breaks keeps its records and does not stop the other kinds', async () => {
  const m = machine();
  await m.spool.add('annotation', 'a');
  await m.spool.add('notification', 'n');
  const { seen, sender } = taker();
  const broken: SpoolSender = () => Promise.reject(new Error('boom'));
  const report = await m.spool.flush({ annotation: broken, notification: sender }, signal);
  expect(seen.map((record) => record.body)).toEqual(['n']);
  expect(report).toMatchObject({ delivered: 1, kept: 1, problems: ['annotation: boom'] });
});

test('while another run flushes, nothing is touched', async () => {
  const m = machine({ locks: BUSY });
  await m.spool.add('annotation', 'a');
  const { seen, sender } = taker();
  expect(await m.spool.flush({ annotation: sender }, signal)).toMatchObject({ busy: true, delivered: 0 });
  expect(seen).toEqual([]);
});

test('an aborted flush sends nothing and keeps everything', async () => {
  const m = machine();
  await m.spool.add('annotation', 'a');
  const { seen, sender } = taker();
  const report = await m.spool.flush({ annotation: sender }, AbortSignal.abort());
  expect(seen).toEqual([]);
  expect(report.kept).toBe(1);
});
