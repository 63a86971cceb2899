// What must hold of a watched job through nights of 23 and 25 hours, whatever happens to it, its watcher and its clock.

import { EXIT, type ExitCode } from '../../../lib/base/exit-codes.ts';
import { isRecord, own } from '../../../lib/base/json.ts';
import { readJournal } from '../../../lib/services/journal/read-journal.ts';
import type { Host } from '../../../lib/sim/world/host.ts';
import { STATE } from './failover-config.ts';
import { FRAME_RULES } from './failover-rules.ts';
import type { JobNight, JobRun } from './jobs-night.ts';
import { type Oracle, oracleOf } from './jobs-oracle.ts';
import type { World } from './world.ts';

export const JOB_RULES = {
  ...FRAME_RULES,
  rightInstant: 'every run is judged against the occurrence that was due',
  exit: 'the exit code tells how the job ended, and 124 that it was given up',
  freshIsFresh: 'fresh means that the occurrence succeeded by its deadline',
  notFresh: 'what succeeded by its deadline is fresh',
  oneCopy: 'no second copy of a job, ever',
  nothingLeft: 'nothing of a job survives its run',
  saysDeath: 'the next run says which one had died before it',
} as const;

export interface StartedRun {
  readonly name: string;
  readonly ending: JobRun['ending'];
  readonly startWallMs: number;
}

export interface JobRules {
  onStart(run: StartedRun): void;
  onEnd(name: string, exit: ExitCode, report: unknown, code: string | null, jobMs: number, said: string): void;
  /** Its job was under way: nobody will know how that went. */
  onDeath(name: string, isUnderWay: boolean): void;
  onLook(report: unknown): void;
  /** A push of the job's own group. */
  onGauge(value: number | undefined): void;
}

interface Ended {
  readonly slotMs: number | null;
  readonly isGood: boolean;
  readonly hasFailed: boolean;
  readonly isUnsure: boolean;
}

/** What is measured between effects. */
const TOLERANCE_MS = 1_500;
const LENGTH_TOLERANCE_MS = 1_000;

export interface JobHost {
  wallMs(): number;
  /** Ids of runs whose journals are open. */
  openRuns(): readonly string[];
}

export function watchJobs(world: World, night: JobNight, { wallMs, openRuns }: JobHost): JobRules {
  const oracle: Oracle = oracleOf(night.zone, night.schedule, Date.parse(night.from));
  const running = new Map<string, StartedRun>();
  const history: Ended[] = [];

  /** The last word on an occurrence: null when nobody knows. */
  const wordOn = (slotMs: number | null): 'good' | 'failed' | 'nothing' | null => {
    const mine = history.filter((run) => run.slotMs === slotMs);
    const since = slotMs === null ? [] : history.slice(history.findIndex((run) => run.slotMs === slotMs) + 1);
    // A clock that was set back made an earlier one the newest.
    const isPassed = mine.length > 0 && since.some((run) => run.slotMs !== null && run.slotMs < (slotMs ?? 0));
    if (isPassed || mine.some(({ isUnsure }) => isUnsure)) return null;
    const last = mine.findLast(({ isGood, hasFailed }) => isGood || hasFailed);
    return last === undefined ? 'nothing' : last.isGood ? 'good' : 'failed';
  };
  /** Null when nobody can say: a run died, or the clock showed a later occurrence before. */
  const shouldBeFresh = (nowMs: number): boolean | null => {
    const slotMs = oracle.slotAt(nowMs);
    if (slotMs === null || history.some((run) => run.slotMs !== null && run.slotMs > slotMs)) return null;
    const word = wordOn(slotMs);
    const dueMs = oracle.dueOf(slotMs, night.deadline);
    // Whoever looked did so a moment ago.
    if (word === null || nowMs - slotMs < TOLERANCE_MS || Math.abs(nowMs - dueMs) < TOLERANCE_MS) return null;
    if (word !== 'nothing') return word === 'good';
    if (nowMs > dueMs) return false;
    const before = wordOn(oracle.before(slotMs));
    return before === null ? null : before === 'good';
  };
  /** Runs that died and left their journal open, and the run that has to say so. */
  const owed = new Map<string, string>();
  const forget = (name: string): void => {
    for (const [id, by] of owed) if (by === name) owed.delete(id);
  };
  let gauge: number | null = null;
  const judgeGauge = (): void => {
    // Of two runs at once either may have pushed last.
    if (gauge !== null && running.size === 0) judgeFresh(gauge === 1, 'the gauge');
  };
  const judgeFresh = (said: boolean, who: string): void => {
    const wanted = shouldBeFresh(wallMs());
    if (wanted === null || wanted === said) return;
    const what = `${who} says ${said ? 'fresh' : 'not fresh'} at ${new Date(wallMs()).toISOString()}`;
    world.violate(said ? JOB_RULES.freshIsFresh : JOB_RULES.notFresh, what);
  };

  return {
    onStart: (run) => {
      // Beside another run nobody knows which of them comes first.
      if (running.size === 0) for (const id of openRuns()) owed.set(id, run.name);
      running.set(run.name, run);
    },
    onDeath: (name, isUnderWay) => {
      const run = running.get(name);
      running.delete(name);
      forget(name);
      if (run === undefined) return;
      const slotMs = oracle.slotAt(run.startWallMs);
      history.push({ slotMs, isGood: false, hasFailed: isUnderWay, isUnsure: !isUnderWay });
    },
    onEnd: (name, exit, report, code, jobMs, said) => {
      const run = running.get(name);
      running.delete(name);
      for (const [id, by] of owed) {
        if (by === name && exit !== EXIT.busy && !said.includes(`${id} of job-watch had died`)) {
          world.violate(JOB_RULES.saysDeath, `${name} says nothing of ${id}`);
        }
      }
      forget(name);
      if (run === undefined) return;
      if (exit === EXIT.bug || exit === -1)
        world.violate(JOB_RULES.noBug, `${name}: ${code ?? 'threw past the frame'}`);
      if (exit === EXIT.busy) return;
      const slotMs = oracle.slotAt(run.startWallMs);
      const isOk = run.ending !== 'fails' && run.ending !== 'fails too late' && exit !== EXIT.deadline;
      const dueMs = slotMs === null ? null : oracle.dueOf(slotMs, night.deadline);
      const given = isRecord(report) ? Date.parse(String(own(report, 'due'))) : Number.NaN;
      if (dueMs !== null && Number.isFinite(given) && given !== dueMs) {
        const [said, wanted] = [given, dueMs].map((ms) => new Date(ms).toISOString());
        world.violate(JOB_RULES.rightInstant, `${name} is due ${said}, wanted ${wanted}`);
      }
      const isInTime = dueMs === null || wallMs() <= dueMs;
      const isNear = dueMs !== null && Math.abs(wallMs() - dueMs) < TOLERANCE_MS;
      const isGiven = run.ending === 'never ends and is given up';
      const wanted = isGiven ? EXIT.deadline : !isOk ? EXIT.critical : isInTime ? EXIT.ok : EXIT.warning;
      if (exit !== wanted && !isNear && dueMs !== null)
        world.violate(JOB_RULES.exit, `${name} (${run.ending}) ends with ${exit}, wanted ${wanted}: ${code}`);
      const took = isRecord(report) ? own(report, 'duration_ms') : undefined;
      if (typeof took === 'number' && (took < 0 || Math.abs(took - jobMs) > LENGTH_TOLERANCE_MS)) {
        world.violate(JOB_RULES.duration, `${name}: ${took} ms, the job took ${Math.round(jobMs)} ms`);
      }
      // What succeeded by its deadline stays so when it succeeds once more.
      const isStill = isOk && wordOn(slotMs) === 'good';
      history.push({
        slotMs,
        isGood: isOk && (exit === EXIT.ok || isStill),
        hasFailed: !isOk || (exit === EXIT.warning && !isStill),
        isUnsure: false,
      });
      judgeGauge();
    },
    onLook: (report) => {
      const jobs = isRecord(report) ? own(report, 'jobs') : undefined;
      const [job] = Array.isArray(jobs) ? (jobs as readonly unknown[]) : [];
      if (!isRecord(job)) return;
      judgeFresh(own(job, 'fresh') === true, 'status');
      judgeGauge();
    },
    onGauge: (value) => {
      gauge = value ?? null;
    },
  };
}

/** Runs of the job that have begun and not ended. */
export function openRunsOf({ disk }: Host): string[] {
  return disk.paths().flatMap((path) => {
    const id = path.startsWith(JOURNAL) ? /\/\d+-([0-9a-z-]+)\.ndjson\.open$/.exec(path)?.[1] : undefined;
    if (id === undefined) return [];
    // What holds no whole record yet goes without a word: nothing was begun.
    const { records } = readJournal(disk.read(path));
    return records.length === 0 || records.some(({ kind }) => kind === 'run_finished') ? [] : [id];
  });
}

const JOURNAL = `${STATE}/journal/job%20pack/`;
