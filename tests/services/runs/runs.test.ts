// Runs on real files and real kernel locks: one terminal record each, whoever dies when.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { createClock } from '../../../lib/effects/real-clock.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { createLocks } from '../../../lib/effects/real-locks.ts';
import { readJournal } from '../../../lib/services/journal/read-journal.ts';
import { createRunBrowser } from '../../../lib/services/runs/browse.ts';
import type { RunIdentity, RunsEffects } from '../../../lib/services/runs/run-types.ts';
import { beginRun, TERMINAL } from '../../../lib/services/runs/runs.ts';

let effects: RunsEffects;
let count = 0;

beforeEach(() => {
  const clock = createClock();
  const directory = join(mkdtempSync(join(tmpdir(), 'mdops-runs-')), 'journal');
  effects = { files: createFiles(), clock, locks: createLocks(clock), directory };
});

function identity(changes: Partial<RunIdentity> = {}): RunIdentity {
  count += 1;
  return {
    run_id: `20260105-010000-${String(count).padStart(8, '0')}`,
    command: 'failover',
    verb: 'to-backup',
    environment: 'sim',
    operator: 'wang',
    host: 'ops-1',
    namespace: 'net:[1]',
    pid: process.pid,
    boot_id: 'boot-1',
    target: 'primary',
    exclusive: true,
    argv: ['to-backup'],
    cwd: '/work',
    process_mark: 'mark-1.',
    resumes: null,
    ...changes,
  };
}

/** A run whose process died: its file stays open, its locks are gone. */
async function beginAndDie(who: RunIdentity, records: number): Promise<void> {
  const run = await beginRun(effects, who);
  for (let at = 0; at < records; at += 1) await run.journal.append('step_intent', { step: `s${at}` });
  const held = readdirSync(join(effects.directory, 'primary')).find((name) => name.includes(who.run_id))!;
  const path = join(effects.directory, 'primary', held);
  const content = readFileSync(path);
  await run.finish({ exit_code: 0 });
  await effects.files.remove(path.replace(/\.open$/, ''));
  writeFileSync(path, content);
}

function terminals(stream = 'primary'): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name of readdirSync(join(effects.directory, stream))) {
    const { records } = readJournal(readFileSync(join(effects.directory, stream, name)));
    found[name.replace(/^\d+-/, '').replace(/\.ndjson.*/, '')] = records.filter(({ kind }) => kind === TERMINAL).length;
  }
  return found;
}

test('what somebody else left in the journal hides no run', async () => {
  const long = 'tāng '.repeat(60);
  for (const target of ['a/b', '..', long, `${long}2`]) {
    await (await beginRun(effects, identity({ target }))).finish({ exit_code: 0 });
  }
  for (const name of ['100%', '%E5%AE', 'lost+found']) mkdirSync(join(effects.directory, name));
  writeFileSync(join(effects.directory, 'notes.txt'), 'mine');
  const browser = createRunBrowser(effects, identity());
  expect(await browser.list(10)).toHaveLength(4);
  expect(await browser.verify()).toMatchObject({ runs: 4, findings: [] });
});

test('a run that ends has one terminal record and its file is closed', async () => {
  const who = identity();
  const run = await beginRun(effects, who);
  await run.finish({ exit_code: 0 });
  expect(terminals()).toEqual({ [who.run_id]: 1 });
  expect(readdirSync(join(effects.directory, 'primary'))).toEqual([`000001-${who.run_id}.ndjson`]);
});

test('a run that died is closed by the next start, once', async () => {
  const dead = identity();
  await beginAndDie(dead, 3);
  const next = await beginRun(effects, identity());
  expect(next.recovered.map((run) => run.identity['run_id'])).toEqual([dead.run_id]);
  expect(next.recovered[0]?.content.records.length).toBe(4);
  await next.finish({ exit_code: 0 });
  const third = await beginRun(effects, identity());
  expect(third.recovered).toEqual([]);
  await third.finish({ exit_code: 0 });
  expect(terminals()[dead.run_id]).toBe(1);
});

test('a torn tail is cut before the terminal record is added', async () => {
  const dead = identity();
  await beginAndDie(dead, 2);
  const path = join(effects.directory, 'primary', `000001-${dead.run_id}.ndjson.open`);
  writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from('{"v":1,"seq":3,"kind":"step_')]));
  const next = await beginRun(effects, identity());
  await next.finish({ exit_code: 0 });
  const closed = readJournal(readFileSync(path.replace(/\.open$/, '')));
  expect(closed.damage).toEqual([]);
  expect(closed.records.map(({ kind }) => kind)).toEqual(['run_started', 'step_intent', 'step_intent', TERMINAL]);
});

test('a run of another host is left alone, and can be abandoned by hand', async () => {
  const foreign = identity({ host: 'ops-2' });
  await beginAndDie(foreign, 1);
  const next = identity();
  const run = await beginRun(effects, next);
  expect(run.recovered).toEqual([]);
  const browser = createRunBrowser(effects, next);
  expect((await browser.read(foreign.run_id)).row.state).toBe('elsewhere');
  expect((await browser.abandon(foreign.run_id, 'host is gone')).state).toBe('ended');
  await run.finish({ exit_code: 0 });
  expect(terminals()[foreign.run_id]).toBe(1);
});

test('a target is held by one run; the other is told who, within 200 ms', async () => {
  const holder = identity({ operator: 'li' });
  const run = await beginRun(effects, holder);
  const since = performance.now();
  await expect(beginRun(effects, identity())).rejects.toMatchObject({
    code: 'target busy',
    exit: 75,
    message: expect.stringContaining(`by li@ops-1, run ${holder.run_id}`),
  });
  expect(performance.now() - since).toBeLessThan(200);
  await run.finish({ exit_code: 0 });
  const after = await beginRun(effects, identity());
  await after.finish({ exit_code: 0 });
});

test('runs that hold nothing do not wait for each other, and a living one is not recovered', async () => {
  const first = await beginRun(effects, identity({ exclusive: false }));
  const second = await beginRun(effects, identity({ exclusive: false }));
  expect(second.recovered).toEqual([]);
  await second.finish({ exit_code: 0 });
  await first.finish({ exit_code: 0 });
  expect(Object.values(terminals())).toEqual([1, 1]);
});

test('a bit flipped in an ended run is found by verify, and so is a run that was taken away', async () => {
  const who = [identity(), identity(), identity()];
  for (const one of who) await (await beginRun(effects, one)).finish({ exit_code: 0 });
  const browser = createRunBrowser(effects, identity());
  expect((await browser.verify()).findings).toEqual([]);
  const folder = join(effects.directory, 'primary');
  const first = join(folder, `000001-${who[0]!.run_id}.ndjson`);
  const bytes = readFileSync(first);
  bytes[40] = bytes[40]! ^ 4;
  writeFileSync(first, bytes);
  await effects.files.remove(join(folder, `000002-${who[1]!.run_id}.ndjson`));
  const { findings } = await browser.verify();
  expect(findings).toContain(`run ${who[0]!.run_id}: record 0: checksum does not match`);
  expect(findings).toContain(`run ${who[2]!.run_id}: the run before it, ${who[1]!.run_id}, is missing`);
});

test('target names with slashes, dots and quotes stay inside the journal folder', async () => {
  for (const target of ['../../etc', '.hidden', "a'b$(x)", '行情']) {
    const run = await beginRun(effects, identity({ target }));
    await run.finish({ exit_code: 0 });
  }
  expect((await createRunBrowser(effects, identity()).list(10)).map((row) => row.stream).sort()).toEqual(
    ['../../etc', '.hidden', "a'b$(x)", '行情'].sort(),
  );
});

test('a holder that is stopped and cannot answer is named from its journal', async () => {
  const holder = identity({ operator: 'li' });
  const run = await beginRun(effects, holder);
  const deaf: RunsEffects = {
    ...effects,
    locks: { ...effects.locks, acquire: async () => ({ held: false, holder: null }) },
  };
  await expect(beginRun(deaf, identity())).rejects.toMatchObject({
    exit: 75,
    message: expect.stringContaining(`held by failover by li@ops-1, run ${holder.run_id}`),
    facts: { holder: { run_id: holder.run_id, pid: process.pid } },
  });
  await run.finish({ exit_code: 0 });
});

test('a run that died before its first record leaves nothing, and no link to it', async () => {
  const first = identity();
  await (await beginRun(effects, first)).finish({ exit_code: 0 });
  writeFileSync(join(effects.directory, 'primary', '000002-20260105-010000-dead.ndjson.open'), '{"v":1,"seq":0,"ki');
  const next = identity();
  await (await beginRun(effects, next)).finish({ exit_code: 0 });
  const browser = createRunBrowser(effects, identity());
  expect((await browser.verify()).findings).toEqual([]);
  expect((await browser.read(next.run_id)).identity['after']).toBe(first.run_id);
});
