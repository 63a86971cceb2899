// A step's result says what happened, in words and numbers a person can act on.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { ProcessResult, ProcessSpec } from '../../lib/effects/processes.ts';
import { createClock } from '../../lib/effects/real-clock.ts';
import { createLocks } from '../../lib/effects/real-locks.ts';
import { createTestProcesses } from './processes-setup.ts';

const processes = createTestProcesses();
const directory = mkdtempSync(join(tmpdir(), 'mdops-processes-'));
afterAll(() => rmSync(directory, { recursive: true }));

const plain = file('plain.txt', 'just text\n', 0o644);
const orphan = file('orphan.sh', '#!/no/such/interpreter\n', 0o755);

type Expected = Partial<Omit<ProcessResult, 'stdout' | 'stderr'>> & { readonly out?: string; readonly err?: string };
type Given = Partial<ProcessSpec> & Pick<ProcessSpec, 'argv'>;

const RESULTS: Record<string, readonly [Given, Expected]> = {
  'a step that succeeds is ok': [{ argv: ['echo', 'done'] }, { ok: true, exitCode: 0, out: 'done\n', failure: null }],
  'a step that fails keeps its code and its error output': [
    { argv: ['bash', '-c', 'echo no >&2; exit 7'] },
    { ok: false, exitCode: 7, err: 'no\n', signal: null },
  ],
  'a step ended by a signal is not ok': [
    { argv: ['bash', '-c', 'kill -SEGV $$'] },
    { ok: false, exitCode: 139, signal: 'SIGSEGV', timedOut: false },
  ],
  'a program that is not in PATH is named': [
    { argv: ['no-such-program-here'] },
    { ok: false, exitCode: 127, failure: 'no such program "no-such-program-here" in PATH' },
  ],
  'a program that is not at its path is named': [
    { argv: ['/no/such/program'] },
    { ok: false, exitCode: 127, failure: 'no such program "/no/such/program"' },
  ],
  'a file that is not executable is named': [
    { argv: [plain] },
    { ok: false, exitCode: 126, failure: `"${plain}" is not executable by this user` },
  ],
  'a directory is no program': [{ argv: [directory] }, { ok: false, exitCode: 126 }],
  'a script whose interpreter is missing says so': [
    { argv: [orphan] },
    { ok: false, exitCode: 126, failure: `the interpreter that the first line of "${orphan}" names does not exist` },
  ],
  'a missing working directory is not blamed on the program': [
    { argv: ['true'], cwd: '/no/such/place' },
    { ok: false, exitCode: 126, failure: 'no such directory "/no/such/place" to run "true" in' },
  ],
  'arguments beyond the system limit are refused by the system, not shortened': [
    { argv: ['true', 'x'.repeat(200_000)] },
    { ok: false, exitCode: 126, failure: 'the arguments of "true" are longer than the system allows' },
  ],
  'the working directory is the given one': [
    { argv: ['pwd'], cwd: '/usr' },
    { ok: true, out: '/usr\n' },
  ],
  'input arrives and ends': [
    { argv: ['cat'], input: 'line\n' },
    { ok: true, out: 'line\n' },
  ],
  'a step that does not read its input is not disturbed by it': [
    { argv: ['true'], input: 'x'.repeat(1_000_000) },
    { ok: true },
  ],
  'without input, standard input is empty': [{ argv: ['cat'] }, { ok: true, out: '' }],
};

describe('the result of a step', () => {
  for (const [sentence, [given, { out, err, ...expected }]] of Object.entries(RESULTS)) {
    test(sentence, async () => {
      const result = await processes.run({ timeoutMs: 10_000, ...given });
      expect(result).toMatchObject(expected);
      if (out !== undefined) expect(result.stdout).toEqual({ head: out, tail: '', totalBytes: Buffer.byteLength(out) });
      if (err !== undefined) expect(result.stderr.head).toBe(err);
      expect(result.durationMs).toBeGreaterThanOrEqual(0);
    });
  }

  test('exit 0 with nothing done is ok to the executor: only a probe can tell', async () => {
    expect(await processes.run({ argv: ['true'], timeoutMs: 10_000 })).toMatchObject({
      ok: true,
      stdout: { totalBytes: 0 },
      stderr: { totalBytes: 0 },
    });
  });

  test('a step cancelled before it starts is never started', async () => {
    const marker = join(directory, 'started');
    const result = await processes.run({ argv: ['touch', marker], timeoutMs: 10_000, signal: AbortSignal.abort() });
    expect(result).toMatchObject({ ok: false, cancelled: true, exitCode: null });
    expect((await processes.run({ argv: ['test', '-e', marker], timeoutMs: 10_000 })).exitCode).toBe(1);
  });
});

describe('the environment of a step', () => {
  const dirty = createTestProcesses({
    PATH: process.env['PATH'],
    LANG: 'C.UTF-8',
    LC_TIME: 'C',
    TZ: 'Asia/Shanghai',
    TRACEPARENT: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    ZX_PREFIX: 'touch /tmp/hijacked;',
    SLACK_WEBHOOK_URL: 'https://hooks.example/canary',
    NODE_OPTIONS: '--require /tmp/evil.js',
    LD_PRELOAD: '/tmp/evil.so',
    BASH_ENV: '/tmp/evil.sh',
  });

  test('is the allow-list, what was given, and the mark', async () => {
    const { stdout } = await dirty.run({ argv: ['env'], env: { GIVEN: 'yes', TZ: 'UTC' }, timeoutMs: 10_000 });
    const names = stdout.head
      .trim()
      .split('\n')
      .map((line) => line.split('=', 1)[0]);
    expect(names.sort()).toEqual(['GIVEN', 'LANG', 'LC_TIME', 'MDOPS_STEP', 'PATH', 'TRACEPARENT', 'TZ']);
    expect(stdout.head).toContain('TZ=UTC\n');
  });
});

describe('descriptors', () => {
  test('none but the three standard ones reach a step', async () => {
    const { stdout } = await processes.run({ argv: ['bash', '-c', 'echo /proc/$$/fd/*'], timeoutMs: 10_000 });
    const fds = stdout.head
      .trim()
      .split(' ')
      .map((path) => Number(path.split('/').at(-1)));
    // 3 is what bash lists with, 255 its script; what this test was itself started with begins at 16.
    expect(fds.filter((fd) => fd > 2 && fd < 16)).toEqual([3]);
  });

  test('a lock is free again although a step that began while it was held still runs', async () => {
    const locks = createLocks(createClock());
    const name = `mdops-test-${process.pid}`;
    const identity = { run_id: 'r', command: 'c', operator: 'o', host: 'h', pid: process.pid };
    const held = await locks.acquire(name, identity);
    const cancel = new AbortController();
    const spec = { argv: ['bash', '-c', 'echo up; sleep 60'] as const, timeoutMs: 60_000, signal: cancel.signal };
    const freed = new Promise<boolean>((resolve) => {
      const onLine = async (): Promise<void> => {
        if (held.held) await held.release();
        resolve(await locks.isHeld(name));
        cancel.abort();
      };
      void processes.run({ ...spec, onLine: () => void onLine() });
    });
    expect(await freed).toBe(false);
  });
});

function file(name: string, text: string, mode: number): string {
  const path = join(directory, name);
  writeFileSync(path, text, { mode });
  return path;
}
