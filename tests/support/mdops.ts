// Runs the built program as an operator would: words in, stdout, stderr and exit code out.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { CANARY_ENV, findCanaryFiles, hasCanary } from './canary.ts';

/** Tests and benchmarks start in the working tree's root; a benchmark's own file lies elsewhere once it is bundled. */
export const DIST = resolve('dist');

export interface Ran {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Another program of dist/ than mdops. */
  readonly program?: string;
}

interface Started {
  readonly cwd: string;
  readonly sinceMs: number;
  /** A test that hands the canary over on purpose looks after it by itself. */
  readonly mayShowCanary: boolean;
}

const STARTED = new WeakMap<ChildProcess, Started>();

/** No variable of this shell reaches it but PATH: tests say what they set. */
export function startMdops(words: readonly string[], { cwd, env = {}, program = 'mdops' }: RunOptions): ChildProcess {
  const base = { PATH: process.env['PATH'] ?? '', HOME: cwd, USER: 'tester', LANG: 'C.UTF-8', ...CANARY_ENV };
  const sinceMs = Date.now() - 1;
  const child = spawn(process.execPath, [join(DIST, `${program}.js`), ...words], {
    cwd,
    env: { ...base, ...env },
    stdio: 'pipe',
  });
  STARTED.set(child, { cwd, sinceMs, mayShowCanary: [...words, ...Object.values(env)].some(hasCanary) });
  return child;
}

export async function mdops(words: readonly string[], options: RunOptions): Promise<Ran> {
  const child = startMdops(words, options);
  // It may have ended before it read anything.
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.input ?? '');
  return outcomeOf(child);
}

export async function outcomeOf(child: ChildProcess): Promise<Ran> {
  const since = performance.now();
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const [exit, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  const started = STARTED.get(child);
  if (started !== undefined && !started.mayShowCanary) assertNoCanary(started, stdout + stderr);
  return { exit, signal, stdout, stderr, tookMs: performance.now() - since };
}

/** Promise R14, in every test that runs the program: nothing it printed or wrote shows a secret. */
function assertNoCanary({ cwd, sinceMs }: Started, printed: string): void {
  if (hasCanary(printed)) throw new Error('a secret was printed');
  const files = findCanaryFiles(cwd, sinceMs);
  if (files.length > 0) throw new Error(`a secret was written to ${files.join(', ')}`);
}
