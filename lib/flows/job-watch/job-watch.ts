// `job-watch`: the job as one step of a journaled run; its outcome as metrics and as what `status` knows.

import { formatDuration } from '../../base/duration.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { METRIC } from '../../base/metric-names.ts';
import { oneLine } from '../../base/sanitize.ts';
import { formatInZone } from '../../base/zoned-time.ts';
import { lastGoodAfter } from '../../domain/jobs/assess-job.ts';
import { deadlineOf } from '../../domain/jobs/deadline.ts';
import type { ProcessResult } from '../../effects/processes.ts';
import type { Outcome } from '../../run/command.ts';
import type { Invocation } from '../../run/invocation.ts';
import { endedUnseen, hasNoEnd, type JobContext, type JobRecord, readJob, readTiming, writeJob } from './job-record.ts';
import { tellStatus } from './status.ts';

const DEFAULT_DEADLINE = '1h';
// The deadline is judged, not enforced: ending a nightly build a minute before it is done helps nobody. --timeout ends it.
const LONGEST_JOB_MS = 7 * 86_400_000;

export async function watchJob(ctx: JobContext, invocation: Invocation): Promise<Outcome> {
  return invocation.verb === 'status' ? tellStatus(ctx, invocation.text('name')) : runJob(ctx, invocation);
}

async function runJob(ctx: JobContext, invocation: Invocation): Promise<Outcome> {
  const name = invocation.text('name');
  if (name === undefined) {
    throw new Fault('usage', 'job-watch wants --name NAME', { exit: EXIT.usage, hint: 'mdops job-watch --help' });
  }
  const zone = invocation.text('timezone') ?? ctx.config.timezone;
  const scheduleText = invocation.text('schedule') ?? null;
  const deadlineText = invocation.text('deadline') ?? DEFAULT_DEADLINE;
  const { schedule, deadline } = await readTiming(scheduleText, deadlineText, zone);
  const startedMs = ctx.clock.wallMs();
  const slotMs = schedule?.lastAt(startedMs) ?? startedMs;
  const dueMs = deadlineOf(deadline, slotMs, zone);
  const found = await readJob(ctx, name);
  // Nobody else watches it: whoever did has died.
  const before = found !== null && hasNoEnd(found) ? endedUnseen(found) : found;
  // What failed stays so until it has ended well: the result before it is not in use again meanwhile.
  const failure = before?.lastSlotMs === slotMs && before.lastOk === false ? before : null;
  const record: JobRecord = {
    name,
    schedule: scheduleText,
    zone,
    deadline: deadlineText,
    lastSlotMs: slotMs,
    lastOk: failure?.lastOk ?? null,
    lastGoodSlotMs: before?.lastGoodSlotMs ?? null,
    startedAt: formatInZone(startedMs, zone),
    endedAt: null,
    reason: failure?.reason ?? null,
    runId: ctx.run.id,
  };
  await writeJob(ctx, record);
  const result = await playJob(ctx, name, invocation.rest);
  const endedMs = ctx.clock.wallMs();
  const ok = result['ok'] === true;
  const lastGoodSlotMs = lastGoodAfter(record.lastGoodSlotMs, { slotMs, isOk: ok, isInTime: endedMs <= dueMs });
  await writeJob(ctx, {
    ...record,
    lastOk: ok,
    lastGoodSlotMs,
    endedAt: formatInZone(endedMs, zone),
    reason: ok ? null : String(result['reason']),
  });
  measure(ctx, name, { ok, isFresh: lastGoodSlotMs === slotMs, durationMs: Number(result['duration_ms']) });
  const due = formatInZone(dueMs, zone);
  return ctx.run.isDryRun ? planned(name, invocation.rest, due) : answer(name, result, endedMs - dueMs, due);
}

async function playJob(ctx: JobContext, name: string, words: readonly string[]): Promise<JsonObject> {
  const [program = '', ...args] = words;
  return ctx.steps.run<JsonObject>({
    name: 'run job',
    kind: 'manual',
    input: { job: name, argv: [...words] },
    act: async () =>
      describe(
        await ctx.processes.run({
          argv: [program, ...args],
          timeoutMs: LONGEST_JOB_MS,
          signal: ctx.signal,
          onLine: (line) => ctx.progress.update(line),
        }),
      ),
  });
}

function describe(result: ProcessResult): JsonObject {
  const { ok, exitCode, signal, durationMs, stdout, stderr } = result;
  const last = (stderr.tail || stderr.head || stdout.tail || stdout.head).trimEnd().split('\n').at(-1) ?? '';
  return {
    ok,
    exit_code: exitCode,
    signal,
    reason: ok ? null : reasonOf(result),
    duration_ms: Math.round(durationMs),
    last_line: oneLine(last),
  };
}

function reasonOf({ failure, timedOut, cancelled, signal, exitCode }: ProcessResult): string {
  if (failure !== null) return failure;
  if (timedOut) return 'it did not end';
  if (cancelled) return 'cancelled';
  return signal === null ? `exit ${exitCode}` : `ended by ${signal}`;
}

interface Measured {
  readonly ok: boolean;
  readonly isFresh: boolean;
  readonly durationMs: number;
}

function measure(ctx: JobContext, name: string, { ok, isFresh, durationMs }: Measured): void {
  ctx.metrics.observe(METRIC.jobDuration, durationMs / 1_000, { job: name });
  ctx.metrics.increment(ok ? METRIC.jobSuccess : METRIC.jobFailures, { job: name });
  ctx.metrics.set(METRIC.jobIsFresh, isFresh ? 1 : 0, { job: name });
}

function planned(name: string, argv: readonly string[], due: string): Outcome {
  const summary = `would run job "${name}", due to end by ${due}: ${oneLine(argv.join(' '))}`;
  return { exit: EXIT.ok, summary, report: { schema: 'mdops.job/1', job: name, planned: true, argv: [...argv], due } };
}

function answer(name: string, result: JsonObject, lateMs: number, due: string): Outcome {
  const took = formatDuration(Number(result['duration_ms']));
  const report = { schema: 'mdops.job/1', job: name, ...result, due, late_ms: Math.max(0, lateMs) };
  if (result['ok'] !== true) {
    const last = result['last_line'] === '' ? '' : ` (${String(result['last_line'])})`;
    const summary = `job "${name}" failed after ${took}: ${String(result['reason'])}${last}`;
    return { exit: EXIT.critical, summary, report };
  }
  if (lateMs > 0) {
    const summary = `job "${name}" done in ${took}, ${formatDuration(lateMs)} after its deadline ${due}`;
    return { exit: EXIT.warning, summary, report };
  }
  return { exit: EXIT.ok, summary: `job "${name}" done in ${took}`, report };
}
