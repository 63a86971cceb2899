// What a remote did not take, kept until it does: one file per record, oldest first, bounded, safe at any kill.

import { describeError } from '../../base/fault.ts';
import { isRecord, type Json, parseJson } from '../../base/json.ts';
import type { Clock } from '../../effects/clock.ts';
import type { Files } from '../../effects/files.ts';
import type { Locks } from '../../effects/locks.ts';
import type { Random } from '../../effects/random.ts';
import { orderRecords, SPOOL_KINDS, type SpoolBounds, type SpoolKind, type SpoolRecord } from './record.ts';

export type SpoolAdded =
  | { readonly ok: true; readonly id: string; readonly dropped: number }
  | { readonly ok: false; readonly reason: string };

/** `absorbed`: the sender stores it itself from now on and reports it by its own counts. */
export type Settle = (record: SpoolRecord, outcome: 'delivered' | 'dropped' | 'absorbed') => Promise<void>;

/** What a sender did besides settling records. */
export interface SenderReport {
  readonly delivered?: number;
  readonly dropped?: number;
  readonly kept?: number;
  readonly problems?: readonly string[];
}

/** Settles what is decided; what it leaves is kept for the next flush. */
export type SpoolSender = (
  records: readonly SpoolRecord[],
  settle: Settle,
  signal: AbortSignal,
) => Promise<SenderReport>;

export interface FlushReport {
  /** Another run is flushing: it takes our records too. */
  readonly busy: boolean;
  readonly delivered: number;
  /** Too old, unreadable, or refused for good by the remote. */
  readonly dropped: number;
  readonly kept: number;
  /** Senders and files that failed; never a reason to fail the run. */
  readonly problems: readonly string[];
}

export interface Spool {
  /** Kept in the file system when it resolves with ok; never throws. */
  add(kind: SpoolKind, body: Json): Promise<SpoolAdded>;
  list(): Promise<readonly SpoolRecord[]>;
  /** Hands every record to its kind's sender, oldest first; kinds without a sender are kept. Never throws. */
  flush(senders: Partial<Record<SpoolKind, SpoolSender>>, signal: AbortSignal): Promise<FlushReport>;
}

export interface SpoolOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly random: Random;
  readonly locks: Locks;
  /** Absolute; created when first needed. */
  readonly directory: string;
  readonly run: { readonly id: string; readonly command: string; readonly operator: string; readonly host: string };
  readonly pid: number;
  readonly bounds: SpoolBounds;
}

export function createSpool(options: SpoolOptions): Spool {
  return {
    add: async (kind, body) => {
      try {
        return await add(options, kind, body);
      } catch (error) {
        return { ok: false, reason: describeError(error) };
      }
    },
    list: async () => orderRecords((await readAll(options)).records),
    flush: async (senders, signal) => {
      try {
        return await flush(options, senders, signal);
      } catch (error) {
        return { ...NOTHING, problems: [describeError(error)] };
      }
    },
  };
}

const NOTHING: FlushReport = { busy: false, delivered: 0, dropped: 0, kept: 0, problems: [] };
// `0001772456100123-annotation-9f86d081884c7d65.json`: sorted by name is sorted by time.
const NAME = /^(\d{16})-(metrics|annotation|notification)-[0-9a-f]{16}\.json$/;
// No write takes as long.
const LEFTOVER_MS = 3_600_000;
// Abstract socket names end at 107 bytes.
const LOCK_NAME_LENGTH = 90;

async function add(options: SpoolOptions, kind: SpoolKind, body: Json): Promise<SpoolAdded> {
  const { files, clock, random, directory, run } = options;
  const at = clock.wallMs();
  const stamp = String(Math.max(0, Math.floor(at))).padStart(16, '0');
  const id = `${stamp}-${kind}-${random.hex(8)}`;
  const record: SpoolRecord = {
    id,
    kind,
    at_ms: at,
    boot_id: clock.bootId(),
    monotonic_ms: clock.monotonicMs(),
    run_id: run.id,
    body,
  };
  await files.makeDirectory(directory);
  const dropped = await makeRoom(options);
  // It outlives this process; two syncs against a power cut would cost more than most runs.
  await files.replace(`${directory}/${id}.json`, `${JSON.stringify(record)}\n`, { durable: false });
  return { ok: true, id, dropped };
}

/** The oldest go first: what is told late is worth less than what is told now. */
async function makeRoom({ files, directory, bounds }: SpoolOptions): Promise<number> {
  const names = (await files.list(directory)).filter((name) => NAME.test(name));
  const surplus = names.slice(0, Math.max(0, names.length - bounds.maxRecords + 1));
  for (const name of surplus) await files.remove(`${directory}/${name}`);
  return surplus.length;
}

async function flush(
  options: SpoolOptions,
  senders: Partial<Record<SpoolKind, SpoolSender>>,
  signal: AbortSignal,
): Promise<FlushReport> {
  const { locks, directory, run, pid } = options;
  const identity = { run_id: run.id, command: run.command, operator: run.operator, host: run.host, pid };
  const lock = await locks.acquire(`mdops-spool:${directory.slice(-LOCK_NAME_LENGTH)}`, identity);
  if (!lock.held) return { ...NOTHING, busy: true };
  try {
    return await flushHeld(options, senders, signal);
  } finally {
    await lock.release();
  }
}

async function flushHeld(
  options: SpoolOptions,
  senders: Partial<Record<SpoolKind, SpoolSender>>,
  signal: AbortSignal,
): Promise<FlushReport> {
  const { files, clock, directory } = options;
  const { records, unreadable } = await readAll(options);
  const problems: string[] = [];
  const counts = { delivered: 0, dropped: 0, absorbed: 0, kept: 0 };
  const waiting = new Map(records.map((record) => [record.id, record]));

  const settle: Settle = async (record, outcome) => {
    if (!waiting.delete(record.id)) return;
    counts[outcome] += 1;
    await files.remove(`${directory}/${record.id}.json`);
  };

  for (const name of unreadable) {
    counts.dropped += 1;
    problems.push(`${name} was unreadable`);
    await files.remove(`${directory}/${name}`);
  }
  await removeLeftovers(options);
  const oldest = clock.wallMs() - options.bounds.maxAgeMs;
  for (const record of records) if (record.at_ms < oldest) await settle(record, 'dropped');

  // Side by side: a hung chat must not hold up the metrics.
  const works = SPOOL_KINDS.map(async (kind) => {
    const sender = senders[kind];
    const mine = orderRecords([...waiting.values()].filter((record) => record.kind === kind));
    // A metrics sender also looks after groups that it could not push earlier, so it is asked without records too.
    if (sender === undefined || (mine.length === 0 && kind !== 'metrics') || signal.aborted) return;
    try {
      const report = await sender(mine, settle, signal);
      counts.delivered += report.delivered ?? 0;
      counts.dropped += report.dropped ?? 0;
      counts.kept += report.kept ?? 0;
      problems.push(...(report.problems ?? []));
    } catch (error) {
      problems.push(`${kind}: ${describeError(error)}`);
    }
  });
  await Promise.all(works);
  const { delivered, dropped, kept } = counts;
  return { busy: false, delivered, dropped, kept: kept + waiting.size, problems };
}

/** Temporary files of runs that were killed while they wrote. */
async function removeLeftovers({ files, clock, directory }: SpoolOptions): Promise<void> {
  for (const name of await files.list(directory)) {
    if (!name.endsWith('.tmp')) continue;
    const found = await files.info(`${directory}/${name}`);
    if (found !== null && clock.wallMs() - found.modifiedMs > LEFTOVER_MS) await files.remove(`${directory}/${name}`);
  }
}

async function readAll({ files, directory }: SpoolOptions): Promise<{ records: SpoolRecord[]; unreadable: string[] }> {
  const records: SpoolRecord[] = [];
  const unreadable: string[] = [];
  for (const name of await files.list(directory)) {
    if (!NAME.test(name)) continue;
    const record = await read(files, directory, name);
    if (record === 'gone') continue;
    if (record === null) unreadable.push(name);
    else records.push(record);
  }
  return { records, unreadable };
}

async function read(files: Files, directory: string, name: string): Promise<SpoolRecord | null | 'gone'> {
  let text: string;
  try {
    text = await files.readText(`${directory}/${name}`);
  } catch {
    // Another run made room meanwhile.
    return 'gone';
  }
  try {
    const value = parseJson(text);
    if (!isRecord(value) || `${String(value['id'])}.json` !== name || !Object.hasOwn(value, 'body')) return null;
    if (typeof value['at_ms'] !== 'number' || typeof value['monotonic_ms'] !== 'number') return null;
    return value as unknown as SpoolRecord;
  } catch {
    return null;
  }
}
