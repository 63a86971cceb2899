// Calls of promtool and amtool, and what to do when they are not installed.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { Context } from '../../run/context.ts';

export interface ToolAnswer {
  readonly exitCode: number | null;
  readonly output: string;
  readonly durationMs: number;
}

const TIMEOUT_MS = 300_000;
// A failing batch prints every expectation.
const KEEP_BYTES = 32 * 1024 * 1024;

export async function callTool(
  { processes, signal }: Pick<Context, 'processes' | 'signal'>,
  argv: readonly [string, ...string[]],
  cwd?: string,
): Promise<ToolAnswer> {
  const result = await processes.run({
    argv,
    // promtool and amtool only look: a dry run asks them too.
    isProbe: true,
    timeoutMs: TIMEOUT_MS,
    keepBytes: KEEP_BYTES,
    signal,
    ...(cwd === undefined ? {} : { cwd }),
  });
  signal.throwIfAborted();
  if (result.exitCode === 127 || result.exitCode === 126) {
    throw new Fault('tool not installed', `Cannot run ${argv[0]}: ${result.failure ?? 'no such program'}`, {
      exit: EXIT.unavailable,
      hint: `install it (Debian: ${argv[0] === 'amtool' ? 'prometheus-alertmanager' : 'prometheus'}) and put it on PATH`,
    });
  }
  const { stdout, stderr } = result;
  return {
    exitCode: result.timedOut ? null : result.exitCode,
    output: `${stdout.head}${stdout.tail}\n${stderr.head}${stderr.tail}`,
    durationMs: result.durationMs,
  };
}

/** Runs tasks at most `width` at a time; answers in the order of the tasks. */
export async function inParallel<T, R>(
  tasks: readonly T[],
  width: number,
  work: (task: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array<R>(tasks.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < tasks.length) {
      const index = next;
      next += 1;
      results[index] = await work(tasks[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, tasks.length) }, lane));
  return results;
}
