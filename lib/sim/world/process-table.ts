// The processes of a host: born, ready, gone; they outlive the programs that started them, and end with the host.

import type { Scheduler } from './scheduler.ts';

/** How a process behaves, once started. Milliseconds since its birth; infinite for never. */
export interface Conduct {
  readonly readyAfterMs: number;
  /** It ends by itself, with this exit code. */
  readonly endsAfterMs: number;
  readonly exitCode: number;
  /** From SIGTERM to its end; infinite when it ignores it. */
  readonly stopsAfterMs: number;
  /** Its main process ends, and a child of it goes on in its place. */
  readonly forksAfterMs: number;
  /** It sits in the kernel: no signal ends it before `releaseStuck`. */
  readonly isStuck: boolean;
}

export interface SimProcess {
  readonly pid: number;
  readonly argv: readonly string[];
  /** What it and its children carry in their environment. */
  readonly mark: string;
  readonly bornMs: number;
  readonly conduct: Conduct;
  isAlive: boolean;
  /** Since when it was told to end; infinite until then. */
  toldMs: number;
  exitCode: number | null;
}

export interface ProcessTable {
  spawn(argv: readonly string[], mark: string, conduct: Conduct): SimProcess;
  find(pid: number): SimProcess | null;
  /** Those alive that carry this mark; a mark is found as a part, as in an environment. */
  carrying(mark: string): SimProcess[];
  alive(): SimProcess[];
  isReady(process: SimProcess): boolean;
  terminate(process: SimProcess): void;
  kill(process: SimProcess): void;
  /** What sat in the kernel comes back to its signals. */
  releaseStuck(): void;
  /** The host lost power. */
  killAll(): void;
  /** Told of every birth, every order to end and every end. */
  onChange: (process: SimProcess, what: 'born' | 'told to end' | 'killed' | 'ended' | 'forked') => void;
}

export function createProcessTable(scheduler: Scheduler): ProcessTable {
  const processes: SimProcess[] = [];
  const now = (): number => scheduler.nowMs();
  const alive = (): SimProcess[] => processes.filter(({ isAlive }) => isAlive);

  const end = (process: SimProcess, what: 'killed' | 'ended' | 'forked', exitCode: number | null): void => {
    if (!process.isAlive) return;
    process.isAlive = false;
    process.exitCode = exitCode;
    table.onChange(process, what);
  };
  const later = (ms: number, act: () => void): void => {
    if (Number.isFinite(ms)) scheduler.after(ms, act);
  };

  let isReleased = false;
  const isStuck = ({ conduct }: SimProcess): boolean => conduct.isStuck && !isReleased;

  const table: ProcessTable = {
    onChange: () => {},
    spawn: (argv, mark, conduct) => {
      const process: SimProcess = {
        pid: 20_000 + processes.length,
        argv,
        mark,
        bornMs: now(),
        conduct,
        isAlive: true,
        toldMs: Number.POSITIVE_INFINITY,
        exitCode: null,
      };
      processes.push(process);
      table.onChange(process, 'born');
      later(conduct.endsAfterMs, () => end(process, 'ended', conduct.exitCode));
      later(conduct.forksAfterMs, () => {
        if (!process.isAlive || Number.isFinite(process.toldMs)) return;
        const { readyAfterMs, forksAfterMs } = conduct;
        const left = { ...conduct, readyAfterMs: Math.max(0, readyAfterMs - forksAfterMs), forksAfterMs: Infinity };
        // Not as a birth: it is the same component that goes on.
        processes.push({ ...process, pid: 20_000 + processes.length, bornMs: now(), conduct: left });
        end(process, 'forked', 0);
      });
      return process;
    },
    find: (pid) => processes.find((process) => process.pid === pid) ?? null,
    carrying: (mark) => alive().filter((process) => process.mark.includes(mark)),
    alive,
    isReady: ({ isAlive, bornMs, conduct, toldMs }) =>
      isAlive && now() >= bornMs + conduct.readyAfterMs && toldMs === Number.POSITIVE_INFINITY,
    terminate: (process) => {
      if (!process.isAlive || Number.isFinite(process.toldMs)) return;
      process.toldMs = now();
      table.onChange(process, 'told to end');
      later(process.conduct.stopsAfterMs, () => {
        if (!isStuck(process)) end(process, 'ended', 143);
      });
    },
    kill: (process) => {
      if (!isStuck(process)) end(process, 'killed', 137);
    },
    releaseStuck: () => {
      isReleased = true;
      for (const process of alive())
        if (process.conduct.isStuck && Number.isFinite(process.toldMs)) table.kill(process);
    },
    killAll: () => {
      for (const process of alive()) end(process, 'killed', 137);
    },
  };
  return table;
}
