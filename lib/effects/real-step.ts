// One child from start to result: followed to its end or its limit, its whole tree ended, its output kept in bounds.

import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { createLineSplitter, createOutputKeeper, type LineSplitter } from './captured-output.ts';
import type { Captured, ProcessSpec } from './processes.ts';
import { readOutputs, readProcess } from './real-process-table.ts';
import { createProcessTree, endTree, type ProcessTree, type TreeOptions } from './real-process-tree.ts';

const GRACE_MS = 2_000;
const KEEP_BYTES = 16_384;
// Node fires timers above this at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;
// With all its writers gone, a pipe holds only what the kernel has buffered: it is read at the loop's next turns.
const IDLE_OUTPUT_MS = 20;
const LONGEST_DRAIN_MS = 200;

export interface StepEnd {
  readonly ending: 'ended' | 'timed out' | 'cancelled';
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly strays: number;
  readonly stdout: Captured;
  readonly stderr: Captured;
}

export interface Step {
  readonly tree: ProcessTree;
  /** Resolves when nothing of the step is left; rejects only with what `onLine` threw. */
  readonly end: Promise<StepEnd>;
}

/** Rejects with the system's error when the program cannot be started. */
export async function startStep(
  spec: ProcessSpec,
  env: Record<string, string>,
  mark: string,
  around: Pick<TreeOptions, 'newestPid' | 'notBeforeTicks'>,
): Promise<Step> {
  const startedMs = performance.now();
  const [program, ...args] = spec.argv;
  const child = spawn(program, args, {
    env,
    // Its own session: a signal to the operator's terminal reaches us, not the step, and we end it in order.
    detached: true,
    stdio: [spec.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
  });
  if (child.pid === undefined) throw await new Promise((resolve) => child.once('error', resolve));
  const { pid } = child;
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const root = { pid, readStart: () => (isRunning() ? (readProcess(pid)?.startedTicks ?? null) : null) };
  // Read now: once it has ended nothing tells what it wrote to.
  const tree = createProcessTree({ ...around, root, mark, outputs: readOutputs(pid) });
  return { tree, end: follow(child, tree, spec, startedMs) };
}

async function follow(child: ChildProcess, tree: ProcessTree, spec: ProcessSpec, startedMs: number): Promise<StepEnd> {
  const output = readOutput(child, spec);
  const limit = watchLimits(spec);
  const exited = new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('exit', (code, signal) => resolve([code, signal]));
  });
  child.stdin?.on('error', () => {}).end(spec.input);

  const ending = await Promise.race([exited.then(() => 'ended' as const), limit.reached, output.refused]);
  limit.stop();
  const graceMs = spec.graceMs ?? GRACE_MS;
  if (ending !== 'ended') await endTree(tree.findAll, tree, graceMs);
  // A process that even SIGKILL does not end sits in the kernel; its end is not waited for.
  const [exitCode, signal] = ending === 'ended' ? await exited : [child.exitCode, child.signalCode];
  const strayGraceMs = ending === 'ended' ? graceMs : 0;
  let strays = await endTree(() => tree.findRecent(performance.now() - startedMs), tree, strayGraceMs);
  if (!(await output.drain())) {
    strays += await endTree(tree.findHolders, tree, strayGraceMs);
    await output.drain();
  }
  const kept = output.end();
  child.unref();
  return { ending: ending === 'refused' ? 'cancelled' : ending, exitCode, signal, strays, ...kept };
}

function watchLimits({ timeoutMs, signal }: ProcessSpec): {
  reached: Promise<'timed out' | 'cancelled'>;
  stop(): void;
} {
  let stop = (): void => {};
  const reached = new Promise<'timed out' | 'cancelled'>((resolve) => {
    const onAbort = (): void => resolve('cancelled');
    const timer = setTimeout(() => resolve('timed out'), Math.min(Math.max(0, timeoutMs), LONGEST_TIMER_MS));
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
  });
  return { reached, stop };
}

interface Output {
  /** Resolves when `onLine` threw. */
  readonly refused: Promise<'refused'>;
  /** Waits for what is still in the pipes, never for one that somebody holds open; false when somebody does. */
  drain(): Promise<boolean>;
  /** Throws what `onLine` threw. */
  end(): { stdout: Captured; stderr: Captured };
}

function readOutput(child: ChildProcess, { onLine, keepBytes = KEEP_BYTES }: ProcessSpec): Output {
  const keepers = { stdout: createOutputKeeper(keepBytes), stderr: createOutputKeeper(keepBytes) };
  const splitters: LineSplitter[] = [];
  let bytes = 0;
  let thrown: { readonly error: unknown } | undefined;
  let refuse = (_: 'refused'): void => {};
  const refused = new Promise<'refused'>((resolve) => {
    refuse = resolve;
  });
  const guarded = (act: () => void): void => {
    if (thrown !== undefined) return;
    try {
      act();
    } catch (error) {
      thrown = { error };
      refuse('refused');
    }
  };
  for (const name of ['stdout', 'stderr'] as const) {
    const splitter = onLine && createLineSplitter((line) => onLine(line, name));
    if (splitter !== undefined) splitters.push(splitter);
    child[name]?.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      keepers[name].take(chunk);
      if (splitter !== undefined) guarded(() => splitter.take(chunk));
    });
    // A reset pipe ends the output, nothing more.
    child[name]?.on('error', () => {});
  }
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  return {
    refused,
    drain: () => drain(closed, () => bytes),
    end() {
      child.stdout?.destroy();
      child.stderr?.destroy();
      for (const splitter of splitters) guarded(() => splitter.end());
      if (thrown !== undefined) throw thrown.error;
      return { stdout: keepers.stdout.captured(), stderr: keepers.stderr.captured() };
    },
  };
}

async function drain(closed: Promise<void>, countBytes: () => number): Promise<boolean> {
  const isClosed = closed.then(() => true);
  // Nearly always the pipes are closed with the process: two turns of the loop find it out, no timer needed.
  for (let turns = 0; turns < 2; turns += 1) {
    if (await Promise.race([isClosed, turn(false)])) return true;
  }
  const untilMs = performance.now() + LONGEST_DRAIN_MS;
  for (let before = -1; before !== countBytes() && performance.now() < untilMs; ) {
    before = countBytes();
    const idle = pause(IDLE_OUTPUT_MS, undefined, { ref: false }).then(() => turn(false));
    if (await Promise.race([isClosed, idle])) return true;
  }
  return false;
}
