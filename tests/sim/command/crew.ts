// Hands tasks to worker processes, one at a time each; a crew of one plays them itself.

import { type ChildProcess, fork } from 'node:child_process';
import { createTaskPlayer, type Result, type Task } from './task.ts';

/** A task is a second of work; one that takes so long will not end. */
const LONGEST_TASK_MS = 300_000;

export interface Watch {
  onResult(task: Task, result: Result): void;
  /** The task has no result: its worker is gone, or it does not end. */
  onLost(task: Task, reason: string): void;
  /** Nothing more is to be played. */
  isOver(): boolean;
}

export async function playTasks(tasks: Iterable<Task>, jobs: number, watch: Watch, signal: AbortSignal): Promise<void> {
  const queue = tasks[Symbol.iterator]();
  const next = (): Task | null => {
    if (signal.aborted || watch.isOver()) return null;
    const { value, done } = queue.next();
    return done === true ? null : value;
  };
  if (jobs === 1) await playAlone(next, watch);
  else await Promise.all(Array.from({ length: jobs }, () => employ(next, watch, signal)));
}

async function playAlone(next: () => Task | null, watch: Watch): Promise<void> {
  const play = createTaskPlayer();
  for (let task = next(); task !== null; task = next()) {
    watch.onResult(task, await play(task));
    // Signals arrive between tasks.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** One worker, until there is nothing left for it. */
function employ(next: () => Task | null, watch: Watch, signal: AbortSignal): Promise<void> {
  const first = next();
  if (first === null) return Promise.resolve();
  return new Promise((resolve) => {
    const worker = fork(process.argv[1]!, ['--work']);
    let task: Task | null = first;
    let reason: string | null = null;
    let timer: NodeJS.Timeout | undefined;
    const give = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        reason = `does not end within ${LONGEST_TASK_MS / 1_000} s`;
        worker.kill('SIGKILL');
      }, LONGEST_TASK_MS);
      worker.send(task!);
    };
    const stop = (): void => void worker.kill('SIGKILL');
    signal.addEventListener('abort', stop);
    worker.on('message', (result) => {
      watch.onResult(task!, result as Result);
      task = next();
      if (task === null) worker.disconnect();
      else give();
    });
    worker.on('error', (error) => {
      reason = error.message;
    });
    worker.on('exit', (code, killedBy) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      if (task !== null && !signal.aborted) watch.onLost(task, reason ?? `its worker ended with ${killedBy ?? code}`);
      resolve();
    });
    give();
  });
}

/** The other end: plays what it is handed until nobody is there to hand it anything. */
export function work(): Promise<void> {
  const play = createTaskPlayer();
  // Ctrl-C reaches every process of a terminal; the one in charge decides.
  process.on('SIGINT', () => {});
  const channel = process as unknown as ChildProcess;
  return new Promise((resolve, reject) => {
    process.on('message', (task) => {
      play(task as Task).then((result) => channel.send(result), reject);
    });
    process.on('disconnect', resolve);
  });
}
