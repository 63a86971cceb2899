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
  /** Seeds of one world: the first one without a result, and how many are left from there on. */
  readonly rest: { readonly from: number; readonly count: number } | null;
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
  const isDone = portions.map(() => false);
  await playTasks(
    portions.map(({ task }) => task),
    jobs,
    {
      onResult: (task, result) => {
        const place = places.get(task) ?? 0;
        for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += result[key];
        // A chunk with enough violations is not played to its end.
        isDone[place] = task.kind !== 'seeds' || result.played === task.count;
        for (const finding of result.findings) {
          found.push({ place, finding });
          progress.found(`${finding.world}: ${finding.how} breaks "${finding.violation.invariant}"`);
        }
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
    rest: restOf(portions.filter((_, place) => !isDone[place])),
  };
}

function restOf(open: readonly Portion[]): Tally['rest'] {
  const tasks = open.flatMap(({ task }) => (task.kind === 'seeds' ? [task] : []));
  const [first, last] = [tasks[0], tasks.at(-1)];
  if (first === undefined || last === undefined || tasks.length < open.length) return null;
  if (tasks.some(({ world }) => world !== first.world)) return null;
  return { from: first.from, count: last.from + last.count - first.from };
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
