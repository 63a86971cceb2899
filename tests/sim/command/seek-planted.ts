// `--planted`: every planted bug, with its first failing seed and the invariant that noticed.

import { availableParallelism } from 'node:os';
import { PLANTED } from '../planted/all-bugs.ts';
import { describeSought, isFound, SEEDS_FOR_A_BUG, type Sought, seekBug } from '../planted/find.ts';
import type { Options } from './options.ts';

/** Answers how many were not found. */
export async function seekPlanted({ worlds, jobs, isJson }: Options, signal: AbortSignal): Promise<number> {
  const bugs = PLANTED.filter(({ world }) => worlds.includes(world));
  const sought: (Sought | null)[] = bugs.map(() => null);
  const queue = bugs.keys();
  let said = 0;
  const seek = async (): Promise<void> => {
    for (const at of queue) {
      if (signal.aborted) return;
      sought[at] = await seekBug(bugs[at]!);
      // In the order of the list, whoever is first to finish.
      for (; !isJson && sought[said] != null; said += 1) say(describeSought(bugs[said]!, sought[said]!));
    }
  };
  await Promise.all(Array.from({ length: jobs ?? availableParallelism() }, seek));
  const found = bugs.filter((bug, at) => sought[at] != null && isFound(bug, sought[at])).length;
  if (isJson) {
    const rows = bugs.map(({ world, name }, at) => ({ world, name, ...(sought[at]?.findings[0] ?? { seed: null }) }));
    say(JSON.stringify({ planted: bugs.length, found, bugs: rows }));
  } else say(`${found} of ${bugs.length} planted bugs found within ${SEEDS_FOR_A_BUG} seeds`);
  return bugs.length - found;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
