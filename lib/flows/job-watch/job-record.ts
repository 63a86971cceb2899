// What is remembered of a watched job between its runs.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { isRecord, type Json } from '../../base/json.ts';
import { namePart } from '../../base/name-part.ts';
import { oneLine } from '../../base/sanitize.ts';
import { isZone } from '../../base/zoned-time.ts';
import { type JobPast, lastGoodAfter } from '../../domain/jobs/assess-job.ts';
import { type Deadline, parseDeadline } from '../../domain/jobs/deadline.ts';
import { parseSchedule, type Schedule } from '../../domain/jobs/schedule.ts';
import type { Context } from '../../run/context.ts';

export type JobContext = Pick<
  Context,
  'run' | 'runs' | 'processes' | 'steps' | 'metrics' | 'documents' | 'clock' | 'signal' | 'log' | 'config' | 'progress'
>;

export interface JobRecord extends JobPast {
  readonly name: string;
  /** Null for a job that is started by hand or by something else. */
  readonly schedule: string | null;
  readonly zone: string;
  readonly deadline: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly reason: string | null;
  /** The run that watches it, or did; absent in records of old. */
  readonly runId?: string;
}

const UNKNOWN_END = 'its watcher died before it ended: nobody knows how it went';

export interface JobTiming {
  readonly schedule: Schedule | null;
  readonly deadline: Deadline;
}

const FOLDER = 'jobs';

export async function readJob(ctx: Pick<Context, 'documents'>, name: string): Promise<JobRecord | null> {
  return readRecord(ctx, namePart(name));
}

async function readRecord(ctx: Pick<Context, 'documents'>, part: string): Promise<JobRecord | null> {
  const found = await ctx.documents.read(`${FOLDER}/${part}`);
  return isRecord(found) && typeof found['name'] === 'string' ? (found as unknown as JobRecord) : null;
}

export async function writeJob(ctx: Pick<Context, 'documents'>, record: JobRecord): Promise<void> {
  await ctx.documents.write(`${FOLDER}/${namePart(record.name)}`, record as unknown as Json);
}

export async function listJobs(ctx: Pick<Context, 'documents'>): Promise<JobRecord[]> {
  const records = await Promise.all((await ctx.documents.list(FOLDER)).map((part) => readRecord(ctx, part)));
  return records.filter((record) => record !== null);
}

/** An attempt whose watcher died counts as a failure: what it left is not known. */
export function endedUnseen(record: JobRecord): JobRecord {
  const { lastSlotMs, lastGoodSlotMs } = record;
  const good =
    lastSlotMs === null
      ? lastGoodSlotMs
      : lastGoodAfter(lastGoodSlotMs, { slotMs: lastSlotMs, isOk: false, isInTime: false });
  return { ...record, lastOk: false, lastGoodSlotMs: good, reason: UNKNOWN_END };
}

export function hasNoEnd({ endedAt, runId }: JobRecord): boolean {
  return endedAt === null && runId !== undefined;
}

/** Throws a usage fault that names what cannot be read. */
export async function readTiming(schedule: string | null, deadline: string, zone: string): Promise<JobTiming> {
  const refuse = (message: string): Fault =>
    new Fault('usage', message, { exit: EXIT.usage, hint: 'mdops job-watch --help' });
  if (!isZone(zone)) throw refuse(`--timezone wants a time zone like Asia/Shanghai, found "${oneLine(zone, 60)}"`);
  const parsedDeadline = parseDeadline(deadline);
  if (parsedDeadline === null)
    throw refuse(`--deadline wants a time of day like 00:15 or a duration like 15m, found "${deadline}"`);
  if (schedule === null) return { schedule: null, deadline: parsedDeadline };
  const parsed = await parseSchedule(schedule, zone);
  if (!parsed.ok) throw refuse(`--schedule wants a cron expression like "0 0 * * *": ${parsed.problem}`);
  return { schedule: parsed.schedule, deadline: parsedDeadline };
}
