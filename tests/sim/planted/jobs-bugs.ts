// Bugs planted into what watches scheduled jobs.

import { JOB_RULES } from '../worlds/jobs-rules.ts';
import { at, type PlantedBug } from './planted-bug.ts';

const FLOW = 'lib/flows/job-watch';
const DOMAIN = 'lib/domain/jobs';

function bug(name: string, breaks: readonly string[], ...changes: PlantedBug['changes']): PlantedBug {
  return { name, world: 'jobs', breaks, changes };
}

export const JOBS_BUGS: readonly PlantedBug[] = [
  bug(
    'the last occurrence is looked for backwards only',
    [JOB_RULES.rightInstant, JOB_RULES.exit, JOB_RULES.freshIsFresh, JOB_RULES.notFresh],
    at(
      `${DOMAIN}/schedule.ts`,
      'if (zoneOffsetMinutes(zone, fromMs) === zoneOffsetMinutes(zone, ms)) return before;',
      'if (zoneOffsetMinutes(zone, fromMs) < 1_000) return before;',
    ),
  ),
  bug(
    'the next day is 24 hours later',
    [JOB_RULES.rightInstant, JOB_RULES.exit, JOB_RULES.freshIsFresh, JOB_RULES.notFresh],
    at(
      `${DOMAIN}/local-time.ts`,
      'const instant = instantOf(localMidnight(fromMs, zone) + day * DAY_MS + minutes * MINUTE_MS, zone);',
      'const instant = instantOf(localMidnight(fromMs, zone) + minutes * MINUTE_MS, zone) + day * DAY_MS;',
    ),
  ),
  bug(
    'a deadline is a time in UTC',
    [JOB_RULES.rightInstant, JOB_RULES.exit, JOB_RULES.freshIsFresh, JOB_RULES.notFresh],
    at(
      `${DOMAIN}/deadline.ts`,
      'nextTimeOfDay(startMs, deadline.minutes, zone)',
      "nextTimeOfDay(startMs, deadline.minutes, zone === '' ? zone : 'UTC')",
    ),
  ),
  bug(
    'fresh after a late success',
    [JOB_RULES.freshIsFresh],
    at(
      `${DOMAIN}/assess-job.ts`,
      'if (isOk) return isInTime ? slotMs : before;',
      'if (isOk) return isInTime || isOk ? slotMs : before;',
    ),
  ),
  bug(
    'fresh after a failure that followed a success',
    [JOB_RULES.freshIsFresh],
    at(`${DOMAIN}/assess-job.ts`, 'return before !== null && before >= slotMs ? null : before;', 'return before;'),
  ),
  bug(
    'any success ever is good enough while one waits',
    [JOB_RULES.freshIsFresh],
    at(
      `${DOMAIN}/assess-job.ts`,
      'lastGoodSlotMs !== null && lastGoodSlotMs >= (slotBeforeMs ?? lastGoodSlotMs)',
      'lastGoodSlotMs !== null && slotBeforeMs !== lastGoodSlotMs + 0.5',
    ),
  ),
  bug(
    'a job that never started is fresh until somebody says otherwise',
    [JOB_RULES.freshIsFresh],
    at(`${DOMAIN}/assess-job.ts`, 'if (nowMs <= dueMs) {', 'if (nowMs <= dueMs || lastOk === true) {'),
  ),
  bug(
    'the length of a job is told by the wall clock',
    [JOB_RULES.duration],
    at(
      `${FLOW}/job-watch.ts`,
      "durationMs: Number(result['duration_ms']) });",
      "durationMs: Number(result['duration_ms']) });\n  Object.assign(result, { duration_ms: endedMs - startedMs });",
    ),
  ),
  bug(
    'what was given up counts as done',
    [JOB_RULES.exit, JOB_RULES.freshIsFresh],
    at(
      'lib/run/play-flow.ts',
      'if (cancellation.reason !== null && outcome.endsBySignal !== true) throw cancellation.reason;',
      '',
    ),
  ),
  bug(
    'a late job ends with 0',
    [JOB_RULES.exit],
    at(`${FLOW}/job-watch.ts`, 'if (lateMs > 0) {', 'if (lateMs > 1e12) {'),
  ),
  bug(
    'a failed job ends with 0',
    [JOB_RULES.exit],
    at(
      `${FLOW}/job-watch.ts`,
      'return { exit: EXIT.critical, summary, report };',
      'return { exit: EXIT.ok, summary, report };',
    ),
  ),
  bug(
    'the judge is asked when the job has ended',
    [JOB_RULES.rightInstant, JOB_RULES.exit, JOB_RULES.freshIsFresh, JOB_RULES.notFresh],
    at(
      `${FLOW}/job-watch.ts`,
      'const lastGoodSlotMs = lastGoodAfter(record.lastGoodSlotMs, { slotMs, isOk: ok,',
      'const lastGoodSlotMs = lastGoodAfter(record.lastGoodSlotMs, { slotMs: schedule?.lastAt(endedMs) ?? slotMs, isOk: ok,',
    ),
  ),
];
