// All processes of one step, however far they ran (fork, setsid, reparented), and how they are ended.

import { setTimeout as pause } from 'node:timers/promises';
import { EXIT } from '../base/exit-codes.ts';
import { Fault } from '../base/fault.ts';
import { oneLine } from '../base/sanitize.ts';
import { MARK_VARIABLE } from './clean-environment.ts';
import {
  holdsAny,
  isRunning,
  listPids,
  type NewestPid,
  type ProcessEntry,
  readEnvironment,
  readProcess,
} from './real-process-table.ts';

export interface ProcessTree {
  /** Looks at every process of the machine (about 3 ms for 100 of them); answers what is alive of the step. */
  findAll(): ProcessEntry[];
  /** Looks only at what was started since the step, when that is known to be everything (0.02 ms if nothing was). */
  findRecent(ageMs: number): ProcessEntry[];
  /** Those that hold the step's output open although nothing else ties them to it. */
  findHolders(): ProcessEntry[];
  signal(members: readonly ProcessEntry[], name: 'SIGTERM' | 'SIGKILL'): void;
}

// Pids wrap around at 32,768 or later; no machine starts so many processes in this time.
const RECENT_MS = 250;
// exec empties the environment for an instant; a look that finds it empty is repeated.
const LOOKS_AT_EMPTY = 3;
const MOST_LOOKS = 10;
// An executor's mark, one of its steps, or a detached process: each begins with 64 random bits.
const MARK = /^[0-9a-f]{16}(?:\.|\.\d+;|;)$/;
// SIGKILL acts at once, unless a process sits in the kernel (a hung disk): waiting longer would not end it.
const KILL_MS = 700;
const SHORTEST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 50;

export interface TreeOptions {
  /** The main process; null when it is unknown. */
  readonly root: Root | null;
  /** What every process of the step has in its environment; null when it is unknown. */
  readonly mark: string | null;
  readonly newestPid: NewestPid;
  /** Nothing of the step started before this. */
  readonly notBeforeTicks: number;
  /** What the main process wrote to. */
  readonly outputs?: ReadonlySet<string>;
}

export interface Root {
  readonly pid: number;
  /** When it started; null once it has ended and nobody knows any more. Asked before the first look only. */
  readStart(): number | null;
}

export function createProcessTree(options: TreeOptions): ProcessTree {
  const { root, mark, newestPid, notBeforeTicks, outputs = new Set() } = options;
  if (mark !== null) refuseWideMark(mark);
  const known = new Map<number, number>();
  let rootStart: number | null | undefined;

  const isMember = (entry: ProcessEntry): boolean => {
    if (known.get(entry.pid) === entry.startedTicks) return true;
    if (root !== null && inSession(entry, root.pid, rootStart ?? null)) return true;
    return mark !== null && isMarked(entry.pid, mark);
  };
  const lookAt = (pids: readonly number[], isOurs: (entry: ProcessEntry) => boolean): ProcessEntry[] => {
    if (rootStart === undefined) {
      rootStart = root?.readStart() ?? null;
      if (root !== null && rootStart !== null) known.set(root.pid, rootStart);
    }
    const entries = readThese(pids).filter(({ startedTicks }) => startedTicks >= notBeforeTicks);
    const members = entries.filter(isOurs);
    for (let from = 0; from < members.length; from += 1) {
      const parent = members[from] as ProcessEntry;
      members.push(...entries.filter((entry) => isChild(entry, parent) && !members.includes(entry)));
    }
    for (const { pid, startedTicks } of members) known.set(pid, startedTicks);
    return members;
  };
  /** A process that forks and ends can slip through a look: nobody seen counts only if nothing was started meanwhile. */
  const lookUntilQuiet = (readPids: (newest: number | null) => readonly number[]): ProcessEntry[] => {
    let before = newestPid();
    let members = lookAt(readPids(before), isMember);
    for (let looks = 1; members.length === 0 && looks < MOST_LOOKS; looks += 1) {
      const newest = newestPid();
      if (newest === before) break;
      members = lookAt(pidsBetween(before, newest), isMember);
      before = newest;
    }
    return members;
  };

  return {
    findAll: () => lookUntilQuiet(listPids),
    findRecent(ageMs) {
      if (root !== null && newestPid() === root.pid) return [];
      return lookUntilQuiet((newest) => (ageMs > RECENT_MS ? listPids() : pidsBetween(root?.pid ?? null, newest)));
    },
    findHolders() {
      if (outputs.size === 0) return [];
      return lookAt(listPids(), (entry) => isMember(entry) || holdsAny(entry.pid, outputs));
    },
    signal(members, name) {
      for (const { pid, startedTicks } of members) {
        if (!isRunning(pid, startedTicks)) continue;
        send(pid, name);
        // A stopped process acts on SIGTERM only once it continues.
        if (name === 'SIGTERM') send(pid, 'SIGCONT');
      }
    },
  };
}

/** An empty mark, or half of one, would be found in everybody's environment. */
function refuseWideMark(mark: string): void {
  if (MARK.test(mark)) return;
  throw new Fault(
    'process mark not valid',
    `Cannot look for processes marked "${oneLine(mark, 40)}": that is no mark`,
    {
      exit: EXIT.bug,
    },
  );
}

/** The pids handed out after `before`, up to `newest`; all there are when they may have wrapped. */
function pidsBetween(before: number | null, newest: number | null): number[] {
  if (before === null || newest === null || newest < before) return listPids();
  return Array.from({ length: newest - before }, (_, index) => before + 1 + index);
}

function readThese(pids: readonly number[]): ProcessEntry[] {
  return pids
    .filter((pid) => pid !== process.pid)
    .map(readProcess)
    .filter((entry) => entry !== null);
}

// The root's pid is its group's and session's number. Once the pid belongs to another process, so do these.
function inSession(entry: ProcessEntry, rootPid: number, rootStart: number | null): boolean {
  if (entry.group !== rootPid && entry.session !== rootPid) return false;
  const present = readProcess(rootPid);
  return present === null ? entry.startedTicks >= (rootStart ?? 0) : present.startedTicks === rootStart;
}

function isMarked(pid: number, mark: string): boolean {
  for (let look = 0; look < LOOKS_AT_EMPTY; look += 1) {
    const environment = readEnvironment(pid);
    if (environment !== '') return readMark(environment).includes(mark);
  }
  return false;
}

function readMark(environment: string): string {
  const entry = environment.split('\0').find((each) => each.startsWith(`${MARK_VARIABLE}=`));
  return entry?.slice(MARK_VARIABLE.length + 1) ?? '';
}

function isChild(entry: ProcessEntry, parent: ProcessEntry): boolean {
  return entry.parent === parent.pid && entry.startedTicks >= parent.startedTicks;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself in this instant, or belongs to another user and cannot be ended by us.
  }
}

/** SIGTERM, up to `graceMs` to obey, then SIGKILL until nobody is left. Answers how many processes there were. */
export async function endTree(
  find: () => ProcessEntry[],
  tree: Pick<ProcessTree, 'signal'>,
  graceMs: number,
): Promise<number> {
  const met = new Set<number>();
  const pressFor = async (ms: number, name: 'SIGTERM' | 'SIGKILL'): Promise<boolean> => {
    const untilMs = performance.now() + ms;
    const told = new Set<number>();
    let members = find();
    for (let pauseMs = SHORTEST_PAUSE_MS; members.length > 0; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      // SIGTERM is told once: programs take a second one as "at once".
      tree.signal(
        members.filter(({ pid }) => name === 'SIGKILL' || !told.has(pid)),
        name,
      );
      for (const { pid } of members) {
        met.add(pid);
        told.add(pid);
      }
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) return false;
      await pause(Math.min(pauseMs, leftMs));
      // As long as somebody is known to be there, looking for more can wait.
      const staying = members.filter(({ pid, startedTicks }) => isRunning(pid, startedTicks));
      members = staying.length > 0 ? staying : find();
    }
    return true;
  };
  const obeyed = graceMs > 0 && (await pressFor(graceMs, 'SIGTERM'));
  if (!obeyed) await pressFor(KILL_MS, 'SIGKILL');
  return met.size;
}
