// The machine's executor as the tests use it, and what tells whether a process is left.

import { readFileSync } from 'node:fs';
import type { Processes } from '../../lib/effects/processes.ts';
import { createClock } from '../../lib/effects/real-clock.ts';
import { listPids, readEnvironment, readProcess } from '../../lib/effects/real-process-table.ts';
import { createProcesses } from '../../lib/effects/real-processes.ts';
import { createRandom } from '../../lib/effects/real-random.ts';

export function createTestProcesses(environment: Record<string, string | undefined> = process.env): Processes {
  const all = Object.fromEntries(Object.entries(environment).filter((entry) => entry[1] !== undefined));
  return createProcesses({
    clock: createClock(),
    random: createRandom(),
    environment: { all: () => all as Record<string, string> },
  });
}

/** Seconds to sleep, and a name by which the sleepers of one step are found even without their environment. */
export function createWords(): () => string {
  let words = 0;
  return () => {
    words += 1;
    return `60.${process.pid}${String(words).padStart(4, '0')}`;
  };
}

/** Pids of living processes that have `word` in their environment or command line. */
export function findAlive(word: string): number[] {
  const has = (pid: number): boolean => readEnvironment(pid).includes(word) || readCommandLine(pid).includes(word);
  return listPids().filter((pid) => pid !== process.pid && has(pid) && readProcess(pid) !== null);
}

function readCommandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Polls until `isTrue`, at most `withinMs`; answers whether it came true. */
export async function waitUntil(isTrue: () => boolean, withinMs: number): Promise<boolean> {
  const clock = createClock();
  for (const untilMs = clock.monotonicMs() + withinMs; clock.monotonicMs() < untilMs; ) {
    if (isTrue()) return true;
    await clock.sleep(5);
  }
  return isTrue();
}
