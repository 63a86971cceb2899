// Steps that misbehave in every way end on time, leave nobody behind, and are never reported ok when they were not.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTestProcesses, createWords, findAlive, waitUntil } from './processes-setup.ts';

const processes = createTestProcesses();
const nextWord = createWords();
const TIMEOUT_MS = 200;
const GRACE_MS = 150;
// Promise R11: within timeout + grace + 1 s.
const BOUND_MS = TIMEOUT_MS + GRACE_MS + 1_000;

/** Each runs far longer than its limit, and tries to stay. `$0` is a number that no other step has. */
const NEVER_ENDING = {
  sleeps: 'sleep $0',
  'ignores SIGTERM for 8 s': 'trap "" TERM INT HUP; for i in 1 2 3 4 5 6 7 8; do sleep 1; done',
  'exits 0 on SIGTERM': 'trap "exit 0" TERM; while :; do sleep 0.01; done',
  'says on SIGTERM that all is well, and stays': 'trap "echo fine" TERM; while :; do sleep 0.01; done',
  'stops itself': 'kill -STOP $$; sleep $0',
  'leaves a grandchild in another session holding the pipe': 'setsid sleep $0 & sleep $0',
  'leaves grandchildren that ignore SIGTERM in other sessions':
    'for i in 1 2 3; do setsid bash -c "trap \\"\\" TERM; sleep $0; sleep $0" & done; wait',
  'forks twice and lets init adopt the rest': '(setsid bash -c "sleep $0 & sleep $0" &) ; sleep $0',
  'forks a crowd': 'for i in $(seq 40); do (sleep $0 & sleep $0) & done; wait',
  'clears the environment of a grandchild in another session': 'env -i setsid sleep $0 & sleep $0',
  'pours output without end': 'yes $0',
  'pours from a grandchild that left': 'setsid yes $0 & sleep $0',
  'closes its output and stays': 'exec >&- 2>&-; sleep $0',
} as const;

describe('a step that does not end within its limit', () => {
  for (const [what, script] of Object.entries(NEVER_ENDING)) {
    test(`and ${what} is ended on time with all it started`, async () => {
      const { result, tookMs, left } = await runHostile(script);
      expect(result).toMatchObject({ timedOut: true, ok: false, exitCode: null, cancelled: false, failure: null });
      expect(tookMs).toBeGreaterThanOrEqual(TIMEOUT_MS - 1);
      expect(tookMs).toBeLessThan(BOUND_MS);
      expect(left).toEqual([]);
    });
  }

  test('gets its grace: what it writes while it obeys is kept', async () => {
    const { result } = await runHostile('trap "echo saved; exit 3" TERM; while :; do sleep 0.01; done');
    expect(result).toMatchObject({ timedOut: true, ok: false, exitCode: null, stdout: { head: 'saved\n' } });
  });
});

/** The main process ends at once; the others try to stay. */
const LEAVES_STRAYS = {
  'in the background': 'sleep $0 & echo done',
  'in another session, holding the pipe': 'setsid sleep $0 & echo done',
  'in another session, output elsewhere': 'setsid sleep $0 >/dev/null 2>&1 & echo done',
  'adopted by init': '(setsid bash -c "sleep $0 & sleep $0" >/dev/null 2>&1 &); echo done',
  'ignoring SIGTERM': 'setsid bash -c "trap \\"\\" TERM; sleep $0; sleep $0" >/dev/null 2>&1 & sleep 0.1; echo done',
  stopped: 'setsid sleep $0 >/dev/null 2>&1 & kill -STOP $!; echo done',
  'without environment, holding the pipe': 'env -i setsid sleep $0 & sleep 0.1; echo done',
  'without environment, in its own group': 'env -i sleep $0 >/dev/null 2>&1 & sleep 0.1; echo done',
  'pouring into the pipe': 'setsid yes $0 & echo done',
} as const;

describe('a step that ends and leaves processes behind', () => {
  for (const [where, script] of Object.entries(LEAVES_STRAYS)) {
    test(`${where}: they are ended and counted, and nothing waits for their pipe`, async () => {
      const { result, tookMs, left } = await runHostile(script);
      expect(result).toMatchObject({ ok: true, exitCode: 0, timedOut: false });
      expect(result.stdout.head + result.stdout.tail).toContain('done\n');
      expect(result.strays).toBeGreaterThanOrEqual(1);
      expect(tookMs).toBeLessThan(GRACE_MS + 1_000);
      expect(left).toEqual([]);
    });
  }

  test('is told apart from one whose pipeline simply ended', async () => {
    const result = await processes.run({ argv: ['bash', '-c', 'seq 3 | cat | sort -r'], timeoutMs: 10_000 });
    expect(result).toMatchObject({ ok: true, strays: 0, stdout: { head: '3\n2\n1\n' } });
  });
});

/** Programs of all these tricks, one inside the other. */
const { script: tricks } = fc.letrec<{ script: string }>((tie) => {
  const wrap = (make: (inner: string) => string) => tie('script').map(make);
  return {
    script: fc.oneof(
      { maxDepth: 3, depthSize: 'large' },
      fc.constant('sleep $0'),
      wrap((inner) => `(${inner}) & sleep 0.02`),
      wrap((inner) => `setsid sleep $0 & ${inner}`),
      wrap((inner) => `(setsid bash -c "trap \\"\\" TERM; sleep $0; sleep $0" >/dev/null 2>&1 &); ${inner}`),
      wrap((inner) => `trap "" TERM; ${inner}; sleep $0`),
      wrap((inner) => `(sleep 0.05; setsid sleep $0 &) & ${inner}`),
      wrap((inner) => `for i in 1 2 3; do (${inner}) & done; wait`),
      wrap((inner) => `exec >/dev/null 2>&1; ${inner}`),
      wrap((inner) => `(trap "(setsid sleep $0 &)" TERM; sleep $0 & wait; wait) & ${inner}; exit 0`),
    ),
  };
});

describe('any program made of such tricks', () => {
  test('is over with its step', async () => {
    await fc.assert(
      fc.asyncProperty(tricks, fc.integer({ min: 20, max: 120 }), async (script, timeoutMs) => {
        const word = nextWord();
        const spec = { argv: ['bash', '-c', script, word] as const, env: { HOSTILE: word }, timeoutMs, graceMs: 100 };
        const result = await processes.run(spec);
        expect(result.timedOut && result.ok).toBe(false);
        expect(result.durationMs).toBeLessThan(timeoutMs + 100 + 1_000);
        expect(findAlive(word)).toEqual([]);
      }),
      { numRuns: 25, interruptAfterTimeLimit: 30_000 },
    );
  });
});

describe('cancelling', () => {
  test('ends the whole tree like a time limit, and is not ok', async () => {
    const word = nextWord();
    const cancel = new AbortController();
    const onLine = (): void => cancel.abort();
    const script = 'trap "" TERM; setsid sleep $0 & echo up; sleep $0; sleep $0';
    const result = await processes.run({
      argv: ['bash', '-c', script, word],
      env: { HOSTILE: word },
      timeoutMs: 10_000,
      graceMs: GRACE_MS,
      signal: cancel.signal,
      onLine,
    });
    expect(result).toMatchObject({ cancelled: true, timedOut: false, ok: false, exitCode: null });
    expect(result.durationMs).toBeLessThan(GRACE_MS + 2_000);
    expect(findAlive(word)).toEqual([]);
  });

  test('a listener that throws ends the step and is heard', async () => {
    const word = nextWord();
    const onLine = (): void => {
      throw new Error('listener broke');
    };
    const spec = {
      argv: ['bash', '-c', 'echo a; sleep $0', word] as const,
      env: { HOSTILE: word },
      timeoutMs: 10_000,
      onLine,
    };
    await expect(processes.run({ ...spec, graceMs: GRACE_MS })).rejects.toThrow('listener broke');
    expect(findAlive(word)).toEqual([]);
  });
});

describe('a run that was killed', () => {
  test('leaves steps that a later run can end by the mark', async () => {
    const earlier = createTestProcesses();
    const word = nextWord();
    const stop = new AbortController();
    const abandoned = earlier.run({
      argv: ['bash', '-c', 'setsid sleep $0 & sleep $0', word],
      env: { HOSTILE: word },
      timeoutMs: 60_000,
      signal: stop.signal,
    });
    expect(await waitUntil(() => findAlive(word).length === 3, 5_000)).toBe(true);
    expect(await processes.endLeftovers(earlier.mark, GRACE_MS)).toBe(3);
    expect(findAlive(word)).toEqual([]);
    expect((await abandoned).ok).toBe(false);
    expect(await processes.endLeftovers(earlier.mark, GRACE_MS)).toBe(0);
  });
});

describe('a mark that would fit everybody', () => {
  for (const mark of ['', '.', 'a', '0123456789abcdef', ' ', '1;', 'PATH=']) {
    test(`is refused before anything is looked at: "${mark}"`, async () => {
      await expect(processes.endLeftovers(mark, 0)).rejects.toMatchObject({ code: 'process mark not valid', exit: 70 });
    });
  }

  test('and a word in another variable is no mark', async () => {
    const earlier = createTestProcesses();
    const cancel = new AbortController();
    const word = nextWord();
    const env = { NOTE: `the run ${earlier.mark}1; was mine`, HOSTILE: word };
    const staying = processes.run({ argv: ['sleep', '60'], env, timeoutMs: 60_000, signal: cancel.signal });
    expect(await waitUntil(() => findAlive(word).length === 1, 5_000)).toBe(true);
    expect(await processes.endLeftovers(earlier.mark, 0)).toBe(0);
    expect(findAlive(word)).toHaveLength(1);
    cancel.abort();
    expect((await staying).cancelled).toBe(true);
  });
});

async function runHostile(script: string) {
  const word = nextWord();
  const startedMs = performance.now();
  const result = await processes.run({
    argv: ['bash', '-c', script, word],
    env: { HOSTILE: word },
    timeoutMs: script.includes('echo done') ? 20_000 : TIMEOUT_MS,
    graceMs: GRACE_MS,
  });
  return { result, tookMs: performance.now() - startedMs, left: findAlive(word) };
}
