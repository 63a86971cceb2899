// Processes that outlive their run: known again later, told apart from a later holder of their pid, ended whole.

import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readProcess } from '../../lib/effects/real-process-table.ts';
import { createTestProcesses, createWords, findAlive, waitUntil } from './processes-setup.ts';

const processes = createTestProcesses();
const nextWord = createWords();
const directory = mkdtempSync(join(tmpdir(), 'mdops-detached-'));
const logFile = join(directory, 'out.log');
afterAll(() => rmSync(directory, { recursive: true }));

describe('a detached process', () => {
  test('appends to its log, is known by pid and start, and is ended', async () => {
    writeFileSync(logFile, 'before\n');
    const started = await processes.spawnDetached({ argv: ['bash', '-c', 'echo up; echo err >&2; sleep 60'], logFile });
    expect(await processes.isAlive(started)).toBe(true);
    expect(await waitUntil(() => readFileSync(logFile, 'utf8') === 'before\nup\nerr\n', 5_000)).toBe(true);
    expect(await processes.stop(started, 1_000)).toBe(true);
    expect(await processes.isAlive(started)).toBe(false);
    expect(await processes.stop(started, 1_000)).toBe(true);
  });

  test('is ended with what left its session, by another run, although it ignores SIGTERM', async () => {
    const word = nextWord();
    const script = 'trap "" TERM; setsid bash -c "trap \\"\\" TERM; sleep $0; sleep $0" & sleep $0; sleep $0';
    const started = await processes.spawnDetached({ argv: ['bash', '-c', script, word], env: { WORD: word }, logFile });
    expect(await waitUntil(() => findAlive(word).length === 4, 5_000)).toBe(true);
    expect(await createTestProcesses().stop(JSON.parse(JSON.stringify(started)), 100)).toBe(true);
    expect(findAlive(word)).toEqual([]);
  });

  test('leaves nothing behind although it ended before it was stopped', async () => {
    const word = nextWord();
    const started = await processes.spawnDetached({ argv: ['bash', '-c', 'setsid sleep $0 &', word], logFile });
    expect(await waitUntil(() => findAlive(word).length === 1, 5_000)).toBe(true);
    expect(await waitUntil(() => readProcess(started.pid) === null, 5_000)).toBe(true);
    expect(await processes.stop(started, 500)).toBe(true);
    expect(findAlive(word)).toEqual([]);
  });

  test('is not confused with a later process of the same pid', async () => {
    const started = await processes.spawnDetached({ argv: ['sleep', '60'], logFile });
    const earlier = { pid: started.pid, startedTicks: started.startedTicks - 1 };
    expect(await processes.isAlive(earlier)).toBe(false);
    expect(await processes.stop(earlier, 100)).toBe(true);
    expect(await processes.isAlive(started)).toBe(true);
    expect(await processes.stop(started, 100)).toBe(true);
  });

  test('outlives the step it was started in', async () => {
    const inner = createTestProcesses({ ...process.env, MDOPS_STEP: '00000000000000aa.1;' });
    const started = await inner.spawnDetached({ argv: ['sleep', '60'], logFile });
    expect(await processes.endLeftovers('00000000000000aa.', 100)).toBe(0);
    expect(await processes.isAlive(started)).toBe(true);
    expect(await processes.stop(started, 100)).toBe(true);
  });

  test('that cannot start says why', async () => {
    await expect(processes.spawnDetached({ argv: ['no-such-program-here'], logFile })).rejects.toMatchObject({
      code: 'process not started',
      message: 'Cannot start "no-such-program-here": no such program "no-such-program-here" in PATH',
    });
  });

  test('does not write through a planted link', async () => {
    const planted = join(directory, 'planted.log');
    symlinkSync(join(directory, 'victim'), planted);
    await expect(processes.spawnDetached({ argv: ['true'], logFile: planted })).rejects.toMatchObject({
      code: 'ELOOP',
    });
  });
});
