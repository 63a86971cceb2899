// Removes run logs and reports whose time is over: our own files only, told by name, owner and first line.

import { isRecord, parseJson } from '../../base/json.ts';
import { outOfKeeping, type RetentionPolicy } from '../../domain/retention/retention.ts';
import type { Files } from '../../effects/files.ts';

export interface PruneLogsOrder {
  readonly files: Files;
  readonly directory: string;
  readonly policy: RetentionPolicy;
  readonly nowMs: number;
  /** Of the run that wrote a log. */
  readonly isNeeded: (runId: string) => boolean;
  readonly isCancelled: () => boolean;
}

export interface PrunedLogs {
  readonly files: number;
  readonly bytes: number;
}

// `check-feed-health_20261126-090442.log`, its reports, and the folder of one full-feed-subscription.
const LOG = /_\d{8}-\d{6}(-\d+)?\.log$/;
const REPORT = /_\d{8}-\d{6}\.(json|csv)$/;
const FOLDER = /^full_feed_subscription_\d{8}-\d{6}-[0-9a-f]{8}$/;
const READ_BYTES = 4_096;

export async function pruneLogs(order: PruneLogsOrder): Promise<PrunedLogs> {
  const { files, directory, policy, nowMs, isNeeded } = order;
  const all = await listOurs(files, directory);
  let removed = 0;
  let bytes = 0;
  for (const { path, size, isLog } of outOfKeeping(all, policy, nowMs)) {
    if (order.isCancelled()) break;
    if (isLog) {
      const runId = await readRunId(files, path);
      if (runId === null || isNeeded(runId)) continue;
    }
    await files.remove(path);
    removed += 1;
    bytes += size;
  }
  return { files: removed, bytes };
}

interface OurFile {
  readonly path: string;
  readonly atMs: number;
  readonly size: number;
  readonly isLog: boolean;
}

async function listOurs(files: Files, directory: string): Promise<OurFile[]> {
  const found: OurFile[] = [];
  for (const name of await files.list(directory)) {
    const wanted = LOG.test(name) || REPORT.test(name) ? 'file' : FOLDER.test(name) ? 'directory' : null;
    if (wanted === null) continue;
    const path = `${directory}/${name}`;
    const info = await files.info(path);
    // A link, somebody else's file: not ours to remove.
    if (info === null || info.kind !== wanted || !info.isOurs) continue;
    found.push({ path, atMs: info.modifiedMs, size: info.size, isLog: LOG.test(name) });
  }
  return found.sort((a, b) => a.atMs - b.atMs);
}

/** Of the first record; null when the file is no log of ours. */
async function readRunId(files: Files, path: string): Promise<string | null> {
  const file = await files.openRead(path);
  try {
    const into = new Uint8Array(READ_BYTES);
    const text = Buffer.from(into.buffer, 0, await file.read(into)).toString('utf8');
    if (!text.includes('"service":"mdops"')) return null;
    const end = text.indexOf('\n');
    const record = end < 0 ? null : parseJson(text.slice(0, end));
    const runId = isRecord(record) ? record['run_id'] : /"run_id":"([0-9a-z-]+)"/.exec(text)?.[1];
    return typeof runId === 'string' ? runId : null;
  } catch {
    return null;
  } finally {
    await file.close();
  }
}
