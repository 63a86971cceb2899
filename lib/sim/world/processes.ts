// Child processes of a program on a simulated host: steps that end with their deadline, components that outlive it.

import { Fault } from '../../base/fault.ts';
import type { Captured, Processes, ProcessResult, ProcessSpec } from '../../effects/processes.ts';
import { sleep } from './clock.ts';
import type { Gate } from './gate.ts';
import type { Conduct, ProcessTable, SimProcess } from './process-table.ts';
import type { Scheduler } from './scheduler.ts';

export interface StepAnswer {
  readonly exitCode: number;
  readonly stdout?: string;
}

/** What a short-lived program does: answers when it is done, or never. It acts only while it is alive. */
export type StepProgram = (argv: readonly string[], self: SimProcess, done: (answer: StepAnswer) => void) => void;

export interface SimProcessesSetup {
  readonly scheduler: Scheduler;
  readonly gate: Gate;
  readonly table: ProcessTable;
  /** Unique on the host. */
  readonly mark: string;
  readonly step: StepProgram;
  /** Null when there is no such program. */
  readonly conductOf: (argv: readonly string[]) => Conduct | null;
}

const GRACE_MS = 2_000;
const LOOK_EVERY_MS = 20;
/** How long SIGKILL is waited for. */
const KILL_MS = 700;
/** A step is its program's own until that is done; nothing else ends it but signals. */
const STEP: Conduct = {
  readyAfterMs: 0,
  endsAfterMs: Number.POSITIVE_INFINITY,
  exitCode: 0,
  stopsAfterMs: 5,
  forksAfterMs: Number.POSITIVE_INFINITY,
  isStuck: false,
};

export function createSimProcesses(setup: SimProcessesSetup): Processes {
  const { scheduler, gate, table, mark, conductOf } = setup;
  let started = 0;

  const run = (spec: ProcessSpec): Promise<ProcessResult> => {
    started += 1;
    return gate.pass('child', spec.argv.join(' '), () => follow(setup, spec, `${mark}${started};`));
  };
  const end = async (find: () => SimProcess[], graceMs: number): Promise<number> => {
    const met = new Set(find());
    for (const process of met) table.terminate(process);
    const untilMs = scheduler.nowMs() + graceMs;
    while (find().length > 0 && scheduler.nowMs() < untilMs) await sleep(scheduler, ALWAYS, LOOK_EVERY_MS);
    // Who died meanwhile kills nobody any more.
    if (gate.isAlive) for (const process of find()) table.kill(process);
    if (find().length > 0) await sleep(scheduler, ALWAYS, KILL_MS);
    return met.size;
  };

  return {
    mark,
    run,
    runShell: (line, spec) => run({ ...spec, argv: ['bash', '-c', line] }),
    spawnDetached: ({ argv, mark: own = `${mark}detached;` }) =>
      gate.pass('spawn', argv.join(' '), () => {
        const conduct = conductOf(argv);
        if (conduct === null) {
          throw new Fault('process not started', `Cannot start "${argv[0]}": there is no such program`);
        }
        const { pid, bornMs } = table.spawn(argv, own, conduct);
        return { pid, startedTicks: bornMs, mark: own };
      }),
    isAlive: ({ pid, startedTicks }) =>
      gate.pass('look', String(pid), () => {
        const found = table.find(pid);
        return found?.isAlive === true && found.bornMs === startedTicks;
      }),
    stop: ({ pid, mark: own }, graceMs) =>
      gate.pass('stop', String(pid), async () => {
        const find = (): SimProcess[] =>
          table.alive().filter((process) => process.pid === pid || (own !== undefined && process.mark.includes(own)));
        await end(find, graceMs);
        return find().length === 0;
      }),
    endLeftovers: (of, graceMs) => gate.pass('leftovers', of, () => end(() => table.carrying(of), graceMs)),
  };
}

const ALWAYS = { isAlive: true };

function follow(
  { scheduler, table, step }: SimProcessesSetup,
  { argv, timeoutMs, graceMs = GRACE_MS, signal }: ProcessSpec,
  mark: string,
): Promise<ProcessResult> {
  const sinceMs = scheduler.nowMs();
  const self = table.spawn(argv, mark, STEP);
  return new Promise((resolve) => {
    let isOver = false;
    const finish = (changes: Partial<ProcessResult>, stdout = ''): void => {
      if (isOver) return;
      isOver = true;
      takeBack();
      signal?.removeEventListener('abort', onAbort);
      table.kill(self);
      resolve({
        exitCode: null,
        signal: null,
        timedOut: false,
        cancelled: false,
        ok: false,
        durationMs: scheduler.nowMs() - sinceMs,
        stdout: captured(stdout),
        stderr: captured(''),
        strays: 0,
        failure: null,
        ...changes,
      });
    };
    const endEarly = (why: Partial<ProcessResult>): void => {
      table.terminate(self);
      scheduler.after(Math.min(graceMs, self.conduct.stopsAfterMs), () => finish({ ...why, signal: 'SIGTERM' }));
    };
    const onAbort = (): void => endEarly({ cancelled: true });
    const takeBack = scheduler.after(timeoutMs, () => endEarly({ timedOut: true }));
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    step(argv, self, ({ exitCode, stdout }) => {
      if (self.isAlive && !Number.isFinite(self.toldMs)) finish({ exitCode, ok: exitCode === 0 }, stdout);
    });
  });
}

function captured(text: string): Captured {
  return { head: text, tail: '', totalBytes: text.length };
}
