// What /proc tells about processes: identity, ancestry, marks, open pipes. A process that vanishes while read is null.

import { openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Clock ticks from boot to its start: with the pid, an identity that is never reused. */
  readonly startedTicks: number;
}

const KERNEL_THREAD = 0x00200000; // PF_KTHREAD in the `flags` field
// `stat` in the order of proc(5), counted from the state, which follows the parenthesised name.
const FIELD = { state: 0, parent: 1, group: 2, session: 3, flags: 6, startedTicks: 19 } as const;

/** Null when there is none, or only its corpse (a zombie waits for its parent and does nothing any more). */
export function readProcess(pid: number): ProcessEntry | null {
  const text = readProc(`${pid}/stat`);
  if (text === null) return null;
  // The name may hold spaces and parentheses: the last one closes it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[FIELD.state];
  if (state === undefined || state === 'Z' || state === 'X') return null;
  if ((Number(fields[FIELD.flags]) & KERNEL_THREAD) !== 0) return null;
  return {
    pid,
    parent: Number(fields[FIELD.parent]),
    group: Number(fields[FIELD.group]),
    session: Number(fields[FIELD.session]),
    startedTicks: Number(fields[FIELD.startedTicks]),
  };
}

export function isRunning(pid: number, startedTicks: number): boolean {
  return readProcess(pid)?.startedTicks === startedTicks;
}

export function listPids(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

export type NewestPid = () => number | null;

/**
 * Tells the pid handed out last in this pid namespace; null when unknown. Pids are handed out in rising order, then wrap.
 * The file stays open: opening it would cost three times what reading it does.
 */
export function createNewestPid(): NewestPid {
  const text = Buffer.alloc(128);
  let file: number | undefined;
  return () => {
    try {
      file ??= openSync('/proc/loadavg', 'r');
      const length = readSync(file, text, 0, text.length, 0);
      const newest = Number(text.toString('latin1', text.lastIndexOf(' ', length) + 1, length));
      return Number.isInteger(newest) && newest > 0 ? newest : null;
    } catch {
      return null;
    }
  };
}

/** Empty for another user's process, and for one that is just being replaced by exec. */
export function readEnvironment(pid: number): string {
  return readProc(`${pid}/environ`) ?? '';
}

/** What its standard output and error are connected to (`socket:[123]`), without what many processes share. */
export function readOutputs(pid: number): ReadonlySet<string> {
  return new Set([readLink(`${pid}/fd/1`), readLink(`${pid}/fd/2`)].filter(isPipe));
}

export function holdsAny(pid: number, outputs: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => outputs.has(readLink(`${pid}/fd/${fd}`)));
  } catch {
    return false;
  }
}

function isPipe(target: string): boolean {
  return target.startsWith('socket:') || target.startsWith('pipe:');
}

function readLink(path: string): string {
  try {
    return readlinkSync(`/proc/${path}`);
  } catch {
    return '';
  }
}

function readProc(path: string): string | null {
  try {
    return readFileSync(`/proc/${path}`, 'latin1');
  } catch {
    return null;
  }
}
