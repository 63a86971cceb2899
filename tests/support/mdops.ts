// Runs the built program as an operator would: words in, stdout, stderr and exit code out.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const DIST = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'dist');

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

/** No variable of this shell reaches it but PATH: tests say what they set. */
export function startMdops(words: readonly string[], { cwd, env = {}, program = 'mdops' }: RunOptions): ChildProcess {
  const base = { PATH: process.env['PATH'] ?? '', HOME: cwd, USER: 'tester', LANG: 'C.UTF-8' };
  return spawn(process.execPath, [join(DIST, `${program}.js`), ...words], {
    cwd,
    env: { ...base, ...env },
    stdio: 'pipe',
  });
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
  return { exit, signal, stdout, stderr, tookMs: performance.now() - since };
}
