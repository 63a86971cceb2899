// `job-watch status`: is every watched job's result fresh? Run by a timer, it notices the job that never started.

import { formatDuration } from '../../base/duration.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { METRIC } from '../../base/metric-names.ts';
import type { Paint } from '../../base/paint.ts';
import { oneLine } from '../../base/sanitize.ts';
import { tableLines } from '../../base/table.ts';
import { formatInZone } from '../../base/zoned-time.ts';
import { assessJob, type JobState } from '../../domain/jobs/assess-job.ts';
import { deadlineOf } from '../../domain/jobs/deadline.ts';
import type { Outcome } from '../../run/command.ts';
import { endedUnseen, hasNoEnd, type JobContext, type JobRecord, listJobs, readJob, readTiming } from './job-record.ts';

interface JobRow {
  readonly record: JobRecord;
  readonly state: JobState;
  readonly isFresh: boolean;
  /** The start last due ended well, in time or not. */
  readonly isDone: boolean;
  readonly dueMs: number;
}

type StatusContext = Pick<JobContext, 'runs' | 'documents' | 'clock' | 'metrics'>;

/** Of all jobs, or of the named one. */
export async function tellStatus(ctx: StatusContext, name: string | undefined): Promise<Outcome> {
  const nowMs = ctx.clock.wallMs();
  const listed = (await listJobs(ctx)).filter((record) => name === undefined || record.name === name);
  if (name !== undefined && listed.length === 0) throw neverWatched(name);
  const records = await Promise.all(listed.map((record) => withItsEnd(ctx, record)));
  const rows = await Promise.all(records.map((record) => judge(record, nowMs)));
  for (const { record, isFresh } of rows) ctx.metrics.set(METRIC.jobIsFresh, isFresh ? 1 : 0, { job: record.name });
  const bad = rows.filter(({ state }) => state === 'late' || state === 'failed');
  const summary =
    rows.length === 0
      ? 'no job has been watched yet'
      : bad.length === 0
        ? `${rows.length} watched jobs, all in time`
        : `${bad.length} of ${rows.length} watched jobs not in time: ${bad.map(({ record }) => record.name).join(', ')}`;
  return {
    exit: bad.length === 0 ? EXIT.ok : EXIT.critical,
    summary,
    report: { schema: 'mdops.jobs/1', jobs: rows.map(rowDocument) },
    ...(rows.length === 0 ? {} : { view: (paint) => [...lines(rows, nowMs, paint), '', summary] }),
  };
}

function neverWatched(name: string): Fault {
  return new Fault('job not known', `Cannot tell how job "${oneLine(name, 80)}" went: it was never watched here`, {
    exit: EXIT.unknown,
    hint: 'mdops job-watch status lists those that were',
  });
}

/** Whoever ends a job writes that down before it goes: read once more, nothing can have been missed. */
async function withItsEnd(ctx: StatusContext, record: JobRecord): Promise<JobRecord> {
  if (!hasNoEnd(record) || (await ctx.runs.isAlive(record.runId ?? ''))) return record;
  const now = (await readJob(ctx, record.name)) ?? record;
  return hasNoEnd(now) && now.runId === record.runId ? endedUnseen(now) : now;
}

async function judge(record: JobRecord, nowMs: number): Promise<JobRow> {
  const { schedule, deadline } = await readTiming(record.schedule, record.deadline, record.zone);
  const slotMs = schedule?.lastAt(nowMs) ?? record.lastSlotMs ?? nowMs;
  const slotBeforeMs = schedule?.lastAt(slotMs - 1) ?? null;
  const dueMs = deadlineOf(deadline, slotMs, record.zone);
  const isDone = record.lastSlotMs === slotMs && record.lastOk === true;
  return { record, dueMs, isDone, ...assessJob(record, { slotMs, slotBeforeMs, dueMs, nowMs }) };
}

function rowDocument({ record, state, isFresh, dueMs }: JobRow): JsonObject {
  const { name, schedule, zone, deadline, startedAt, endedAt, reason } = record;
  const due = formatInZone(dueMs, zone);
  return {
    name,
    state,
    fresh: isFresh,
    due,
    schedule,
    zone,
    deadline,
    started_at: startedAt,
    ended_at: endedAt,
    reason,
  };
}

function lines(rows: readonly JobRow[], nowMs: number, paint: Paint): string[] {
  const colour = { fresh: paint.good, waiting: paint.accent, failed: paint.bad, late: paint.bad };
  const columns = [{ title: 'JOB' }, { title: 'STATE' }, { title: 'DUE' }, { title: 'LAST START' }, { title: 'WHY' }];
  return tableLines(
    columns,
    rows.map(({ record, state, isDone, dueMs }) => [
      record.name,
      colour[state](state),
      formatInZone(dueMs, record.zone).slice(0, 16).replace('T', ' '),
      record.startedAt?.slice(0, 16).replace('T', ' ') ?? 'never',
      state !== 'late'
        ? (record.reason ?? '')
        : isDone
          ? 'done, but after its deadline'
          : `nothing since its deadline ${formatDuration(nowMs - dueMs)} ago`,
    ]),
  );
}
