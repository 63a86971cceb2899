// Retention: what ended long ago goes, what somebody may still need stays, and the chain of runs proves whole across it.

import { describeError } from '../../base/fault.ts';
import { outOfKeeping, type RetentionPolicy, startOfRun } from '../../domain/retention/retention.ts';
import type { Clock } from '../../effects/clock.ts';
import type { Files } from '../../effects/files.ts';
import { listStream, listStreams } from '../runs/runs.ts';
import { wordOfFile } from '../state/documents.ts';
import { type KnownRun, type NeededParts, readNeeds } from './needed.ts';
import { type PrunedLogs, pruneLogs } from './prune-logs.ts';
import { type PrunedStream, pruneStream } from './prune-runs.ts';

export interface RetentionReport {
  readonly runs: number;
  readonly records: number;
  readonly streams: readonly PrunedStream[];
  readonly logs: PrunedLogs;
  /** Why a part was left alone, one sentence each. */
  readonly problems: readonly string[];
}

export interface Retention {
  /** Removes what may go. A kill anywhere leaves a chain that verifies; the next call goes on. */
  prune(watch: Watch): Promise<RetentionReport>;
}

export interface Watch {
  readonly isCancelled: () => boolean;
  readonly progress: (text: string) => void;
}

export interface RetentionParts extends NeededParts {
  readonly files: Files;
  readonly clock: Clock;
  readonly stateDirectory: string;
  readonly logDirectory: string;
  readonly policies: { readonly runs: RetentionPolicy; readonly logs: RetentionPolicy };
  /** The run that prunes. */
  readonly by: string;
}

export function createRetention(parts: RetentionParts): Retention {
  return { prune: (watch) => prune(parts, watch) };
}

async function prune(parts: RetentionParts, { isCancelled, progress }: Watch): Promise<RetentionReport> {
  const { files, clock, stateDirectory, logDirectory, policies, by } = parts;
  const directory = `${stateDirectory}/journal`;
  const nowMs = clock.wallMs();
  const whyNeeded = await readNeeds(parts);
  const problems: string[] = [];
  const streams: PrunedStream[] = [];
  const known = new Map<string, KnownRun & { readonly isOpen: boolean }>();
  for (const stream of await listStreams(files, directory)) {
    if (isCancelled()) break;
    for (const file of await listStream(files, directory, stream)) {
      known.set(file.runId, { ...file, atMs: startOfRun(file.runId) });
    }
    try {
      const onLook = (runs: number): void => progress(`${stream}: ${runs} runs looked at`);
      const order = { files, directory, policy: policies.runs, nowMs, by, whyNeeded, isCancelled, onLook };
      streams.push(await pruneStream(order, stream));
    } catch (error) {
      // One damaged stream must not keep the others from being tended.
      problems.push(`${stream}: ${describeError(error)}`);
    }
  }
  const isNeeded = (runId: string): boolean => {
    const run = known.get(runId);
    return run !== undefined && (run.isOpen || whyNeeded(run) !== null);
  };
  const order = { files, directory: logDirectory, policy: policies.logs, nowMs, isNeeded, isCancelled };
  const logs = await pruneLogs(order).catch((error: unknown) => {
    problems.push(`logs: ${describeError(error)}`);
    return { files: 0, bytes: 0 };
  });
  await forgetChatPlaces(parts, nowMs);
  const sum = (key: 'runs' | 'records'): number => streams.reduce((total, stream) => total + stream[key], 0);
  return { runs: sum('runs'), records: sum('records'), streams, logs, problems };
}

/** Where the message of each run was posted: of no use once its run has ended. */
async function forgetChatPlaces({ files, stateDirectory, policies }: RetentionParts, nowMs: number): Promise<void> {
  const folder = `${stateDirectory}/state/slack`;
  const places: { path: string; atMs: number }[] = [];
  for (const name of await files.list(folder)) {
    const info = await files.info(`${folder}/${name}`);
    // As documents write the key `run/<id>`, whose slash was escaped before.
    if (wordOfFile(name)?.startsWith('run%2F') === true && info !== null)
      places.push({ path: `${folder}/${name}`, atMs: info.modifiedMs });
  }
  places.sort((a, b) => a.atMs - b.atMs);
  for (const { path } of outOfKeeping(places, policies.logs, nowMs)) await files.remove(path);
}
