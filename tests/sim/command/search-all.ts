// Plays a campaign with all hands, and adds up what came of it.

import { availableParallelism } from 'node:os';
import type { Portion } from './campaign.ts';
import { playTasks } from './crew.ts';
import type { Options } from './options.ts';
import { createProgress } from './progress.ts';
import type { Result, Task, WorldFinding } from './task.ts';

export interface Tally extends Omit<Result, 'findings'> {
  readonly seconds: number;
  /** In the order of the campaign. */
  readonly findings: readonly WorldFinding[];
  /** Tasks without a result, and why. */
  readonly lost: readonly string[];
  readonly isInterrupted: boolean;
}

/** Below this a worker takes longer to start than to play. */
const NIGHTS_WORTH_A_WORKER = 150;

export async function searchAll(
  portions: readonly Portion[],
  options: Pick<Options, 'jobs' | 'most' | 'isJson'>,
  signal: AbortSignal,
): Promise<Tally> {
  const since = performance.now();
  const places = new Map(portions.map(({ task }, place) => [task, place]));
  const nights = portions.reduce((total, portion) => total + portion.nights, 0);
  const jobs =
    options.jobs ?? Math.max(1, Math.min(availableParallelism(), Math.floor(nights / NIGHTS_WORTH_A_WORKER)));
  const progress = createProgress(nights, options.isJson);
  const found: { readonly place: number; readonly finding: WorldFinding }[] = [];
  const lost: string[] = [];
  const total = { played: 0, effects: 0, cpuSeconds: 0, crashes: 0, recoveries: 0 };
  let done = 0;
  await playTasks(
    portions.map(({ task }) => task),
    jobs,
    {
      onResult: (task, result) => {
        const place = places.get(task) ?? 0;
        for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += result[key];
        for (const finding of result.findings) found.push({ place, finding });
        done += portions[place]?.nights ?? 0;
        progress.show(done, total.played, found.length);
      },
      onLost: (task, reason) => lost.push(`${describe(task)}: ${reason}`),
      isOver: () => found.length >= options.most || lost.length > 0,
    },
    signal,
  );
  progress.clear();
  const findings = found.sort((a, b) => a.place - b.place).map(({ finding }) => finding);
  return {
    ...total,
    seconds: (performance.now() - since) / 1_000,
    findings: findings.slice(0, options.most),
    lost,
    isInterrupted: signal.aborted,
  };
}

function describe(task: Task): string {
  switch (task.kind) {
    case 'seeds':
      return `${task.world}, seeds ${task.from} to ${task.from + task.count - 1}`;
    case 'crash':
      return `${task.world}, ${task.golden}, ${task.death.when} effect ${task.death.effect} of run ${task.run + 1}`;
    case 'regression':
      return task.file;
  }
}
