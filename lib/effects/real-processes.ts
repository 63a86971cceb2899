// The machine's processes: every step in its own session, its whole tree ended, its output bounded.

import { constants } from 'node:os';
import { keepAllowed, MARK_VARIABLE } from './clean-environment.ts';
import type { Clock } from './clock.ts';
import type { Environment } from './environment.ts';
import type { Captured, Processes, ProcessResult, ProcessSpec } from './processes.ts';
import type { Random } from './random.ts';
import { createClock } from './real-clock.ts';
import { isDetachedAlive, startDetached, stopDetached } from './real-detached-processes.ts';
import { createNewestPid, readProcess } from './real-process-table.ts';
import { createProcessTree, endTree } from './real-process-tree.ts';
import { createRandom } from './real-random.ts';
import { buildShellArgv } from './real-shell-line.ts';
import { explainStartFailure } from './real-start-failure.ts';
import { type Step, type StepEnd, startStep } from './real-step.ts';
import { refuseUnsafeText } from './safe-text.ts';

const LAST_LOOKS = 3;
const NOTHING: Captured = { head: '', tail: '', totalBytes: 0 };

export interface ProcessesOptions {
  readonly clock?: Pick<Clock, 'monotonicMs'>;
  readonly random?: Pick<Random, 'hex'>;
  /** What steps inherit from, by allow-list. */
  readonly environment?: Pick<Environment, 'all'>;
  /** What every step carries; by chance when not given. */
  readonly mark?: string;
}

export function createProcesses(options: ProcessesOptions = {}): Processes {
  const { clock = createClock(), random = createRandom(), environment, mark: given } = options;
  const own = environment?.all() ?? readOwnEnvironment();
  const allowed = keepAllowed(own);
  const mark = given ?? `${random.hex(8)}.`;
  // A run inside another run's step carries that one's mark too, so that the outer one ends everything.
  const outer = own[MARK_VARIABLE] ?? '';
  const newestPid = createNewestPid();
  // Whatever started before this program cannot be of a step of it.
  const around = { newestPid, notBeforeTicks: readProcess(process.pid)?.startedTicks ?? 0 };
  const running = new Set<Step>();
  let started = 0;

  const nextMark = (): string => {
    started += 1;
    return `${mark}${started};`;
  };
  // A program that leaves at once (second Ctrl-C, uncaught error) takes its steps with it.
  const endAllNow = (): void => {
    for (const { tree } of running) {
      // A second look finds what was forked during the first.
      for (let looks = 0; looks < LAST_LOOKS; looks += 1) tree.signal(tree.findAll(), 'SIGKILL');
    }
  };
  const register = (step: Step): void => {
    if (running.size === 0) process.on('exit', endAllNow);
    running.add(step);
  };
  const forget = (step: Step): void => {
    running.delete(step);
    if (running.size === 0) process.off('exit', endAllNow);
  };

  async function run(spec: ProcessSpec): Promise<ProcessResult> {
    refuseUnsafe(spec);
    if (spec.signal?.aborted) return describeUnstarted({ cancelled: true, exitCode: null, failure: null });
    const startedMs = clock.monotonicMs();
    const stepMark = nextMark();
    let step: Step;
    try {
      step = await startStep(spec, { ...allowed, ...spec.env, [MARK_VARIABLE]: outer + stepMark }, stepMark, around);
    } catch (error) {
      const { exitCode, reason } = explainStartFailure(error, spec.argv[0], spec.cwd);
      return describeUnstarted({ cancelled: false, exitCode, failure: reason });
    }
    register(step);
    try {
      return describeEnd(await step.end, clock.monotonicMs() - startedMs);
    } finally {
      forget(step);
    }
  }

  return {
    mark,
    run,
    async runShell(line, { values = {}, ...spec }) {
      return run({ ...spec, argv: await buildShellArgv(line, values) });
    },
    async spawnDetached(spec) {
      refuseUnsafe(spec);
      const ownMark = spec.mark ?? `${random.hex(8)};`;
      // Without the outer mark: it outlives the run and every step around it.
      return startDetached(spec, { ...allowed, ...spec.env, [MARK_VARIABLE]: ownMark }, ownMark);
    },
    isAlive: async (detached) => isDetachedAlive(detached),
    stop: (detached, graceMs) => stopDetached(detached, graceMs, newestPid),
    endLeftovers: async (leftMark, graceMs) => {
      const tree = createProcessTree({ root: null, mark: leftMark, newestPid, notBeforeTicks: 0 });
      return endTree(tree.findAll, tree, graceMs);
    },
  };
}

function readOwnEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function refuseUnsafe({ argv, env = {}, cwd }: Pick<ProcessSpec, 'argv' | 'env' | 'cwd'>): void {
  refuseUnsafeText(argv[0], 'the argument', argv);
  refuseUnsafeText(argv[0], 'the environment entry', Object.entries(env).flat());
  if (cwd !== undefined) refuseUnsafeText(argv[0], 'the directory', [cwd]);
}

function describeEnd(end: StepEnd, durationMs: number): ProcessResult {
  const inTime = end.ending === 'ended';
  return {
    exitCode: inTime ? shellCode(end) : null,
    signal: end.signal,
    timedOut: end.ending === 'timed out',
    cancelled: end.ending === 'cancelled',
    ok: inTime && end.exitCode === 0,
    durationMs,
    stdout: end.stdout,
    stderr: end.stderr,
    strays: end.strays,
    failure: null,
  };
}

function shellCode({ exitCode, signal }: StepEnd): number | null {
  return signal === null ? exitCode : 128 + constants.signals[signal];
}

function describeUnstarted(why: Pick<ProcessResult, 'cancelled' | 'exitCode' | 'failure'>): ProcessResult {
  return {
    ...why,
    signal: null,
    timedOut: false,
    ok: false,
    durationMs: 0,
    stdout: NOTHING,
    stderr: NOTHING,
    strays: 0,
  };
}
