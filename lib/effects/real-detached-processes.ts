// Processes that outlive the run that started them: known by pid and start, found again by their mark.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { Fault } from '../base/fault.ts';
import type { DetachedProcess, ProcessSpec } from './processes.ts';
import { isRunning, type NewestPid, readProcess } from './real-process-table.ts';
import { createProcessTree, endTree } from './real-process-tree.ts';
import { explainStartFailure } from './real-start-failure.ts';

export type DetachedSpec = Pick<ProcessSpec, 'argv' | 'cwd'> & { readonly logFile: string };

export async function startDetached(
  spec: DetachedSpec,
  env: Record<string, string>,
  mark: string,
): Promise<DetachedProcess> {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  const log = openSync(spec.logFile, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
  try {
    const child = await launch(spec, env, log);
    child.unref();
    const pid = child.pid as number;
    // Start 0 belongs to no process: one that has already ended is never taken for alive.
    return { pid, startedTicks: readProcess(pid)?.startedTicks ?? 0, mark };
  } finally {
    closeSync(log);
  }
}

export function isDetachedAlive({ pid, startedTicks }: DetachedProcess): boolean {
  return isRunning(pid, startedTicks);
}

export async function stopDetached(
  { pid, startedTicks, mark }: DetachedProcess,
  graceMs: number,
  newestPid: NewestPid,
): Promise<boolean> {
  const root = { pid, readStart: () => startedTicks };
  const tree = createProcessTree({ root, mark: mark ?? null, newestPid, notBeforeTicks: startedTicks });
  await endTree(tree.findAll, tree, graceMs);
  return tree.findAll().length === 0;
}

async function launch(spec: DetachedSpec, env: Record<string, string>, log: number): Promise<ChildProcess> {
  const [program, ...args] = spec.argv;
  try {
    const child = spawn(program, args, {
      env,
      detached: true,
      stdio: ['ignore', log, log],
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
    });
    if (child.pid === undefined) throw await new Promise((resolve) => child.once('error', resolve));
    // Without a listener a late failure would end this process.
    child.on('error', () => {});
    return child;
  } catch (error) {
    const { reason } = explainStartFailure(error, program, spec.cwd);
    throw new Fault('process not started', `Cannot start "${program}": ${reason}`, { cause: error });
  }
}
