// Some days of a watched job as data: when it is due, how its runs go, who looks, and who sets the clock.

import { type Chance, createChance } from '../../../lib/sim/world/chance.ts';
import type { CrashPoint } from '../../../lib/sim/world/gate.ts';
import { oracleOf, SCHEDULES, type ScheduleName } from './jobs-oracle.ts';
import type { MortalDawn } from './mortal.ts';

export interface JobNight extends MortalDawn {
  readonly zone: string;
  readonly schedule: ScheduleName;
  /** `15m`, or a time of day. */
  readonly deadline: string;
  /** What the wall clock shows when it begins. */
  readonly from: string;
  readonly days: number;
  /** How the n-th occurrence goes; the others go well. */
  readonly runs: readonly JobRun[];
  /** Somebody runs it by hand. */
  readonly reruns: readonly (JobRun & { readonly atMs: number })[];
  /** `status` by a timer. */
  readonly looksMs: readonly number[];
  readonly steps: readonly { readonly atMs: number; readonly byMs: number; readonly forMs: number }[];
}

export const ENDINGS = [
  'ends well',
  'fails',
  'ends well too late',
  'fails too late',
  'exits 0 at the last moment',
  'never ends and is given up',
  'is not started',
] as const;

export interface JobRun {
  readonly occurrence: number;
  readonly ending: (typeof ENDINGS)[number];
  /** How late its timer fires. */
  readonly delayMs: number;
  /** The watcher dies there; the job goes on. */
  readonly crash: CrashPoint | null;
  /** Or so long after its begin, in the middle of its job, or of anything. */
  readonly killedAfterMs?: number;
  /** The host goes with it, and the job too. */
  readonly losesPower?: boolean;
}

/** Just before something happens to the clocks. */
export const MOMENTS = [
  ['Europe/Berlin', '2026-03-28T10:00:00Z'],
  ['Europe/Berlin', '2026-10-24T10:00:00Z'],
  ['America/New_York', '2026-03-07T10:00:00Z'],
  ['America/New_York', '2026-10-31T10:00:00Z'],
  ['Asia/Shanghai', '2026-12-30T10:00:00Z'],
  ['Asia/Shanghai', '2028-02-27T10:00:00Z'],
  ['Europe/Berlin', '2028-02-27T10:00:00Z'],
] as const;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export function makeJobNight(seed: number): JobNight {
  const chance = createChance(seed).fork('job night');
  const [zone, from] = chance.pick(MOMENTS);
  const schedule = chance.pick(Object.keys(SCHEDULES) as ScheduleName[]);
  const isHourly = schedule === 'at half past every hour';
  const days = isHourly ? 1 : 2 + chance.below(3);
  const spanMs = days * DAY_MS;
  const beginsMs = Date.parse(from);
  const slots = oracleOf(zone, schedule, beginsMs).slots.filter((slot) => slot >= beginsMs && slot < beginsMs + spanMs);
  if (slots.length > 0 && chance.isTrue(0.08)) {
    const occurrence = chance.below(slots.length);
    return makeOrphan(chance, { zone, schedule, from, days }, occurrence, slots[occurrence]! - beginsMs);
  }
  const isStepped = chance.isTrue(0.25);
  // Often while the job runs.
  const stepMs = slots.length > 0 && chance.isTrue(0.5) ? chance.pick(slots) - beginsMs : chance.between(0, spanMs);
  return {
    zone,
    schedule,
    deadline: isHourly ? '15m' : chance.pick(['15m', '90m', '00:15', '02:30', '03:10', '04:00']),
    from,
    days,
    runs: Array.from({ length: chance.below(4) }, () => ({
      occurrence: chance.below(isHourly ? 24 : days),
      ...makeRun(chance),
    })),
    reruns: Array.from({ length: chance.pick([0, 0, 1, 2]) }, () => ({
      occurrence: 0,
      atMs: chance.between(0, spanMs),
      ...makeRun(chance),
    })),
    looksMs: Array.from({ length: 3 + chance.below(5) }, () => chance.between(0, spanMs)),
    steps: isStepped
      ? [
          {
            atMs: stepMs + chance.between(0, 2_000),
            byMs: chance.pick([-4, 4]) * HOUR_MS,
            forMs: chance.between(1_000, 12 * HOUR_MS),
          },
        ]
      : [],
    dawnCrash: chance.isTrue(0.15) ? { effect: 1 + chance.below(60), when: chance.pick(['before', 'after']) } : null,
  };
}

/** The watcher dies while its job runs, with its host or without; somebody may start it once more. */
function makeOrphan(
  chance: Chance,
  when: Pick<JobNight, 'zone' | 'schedule' | 'from' | 'days'>,
  occurrence: number,
  slotMs: number,
): JobNight {
  const crash = { effect: 20 + chance.below(25), when: chance.pick(['before', 'after'] as const) };
  const again = { ...FIRST, atMs: slotMs + chance.between(10_000, 600_000) };
  const how: Partial<JobRun> = chance.isTrue(0.5)
    ? { crash }
    : { killedAfterMs: chance.between(0, 30_000), losesPower: chance.isTrue(0.4) };
  // Somebody runs it once more although it went well, and that attempt dies.
  const isAgain = chance.isTrue(0.4);
  const dies: JobRun = { ...FIRST, occurrence, ending: 'ends well too late', ...how };
  return {
    ...QUIET,
    ...when,
    looksMs: [2 * HOUR_MS, 20 * HOUR_MS, ...[60_000, 1_200_000].map((ms) => again.atMs + ms)],
    runs: isAgain ? [] : [dies],
    reruns: isAgain ? [{ ...dies, atMs: again.atMs }] : chance.isTrue(0.6) ? [again] : [],
  };
}

function makeRun(chance: Chance): Omit<JobRun, 'occurrence'> {
  return {
    ending: chance.pick(ENDINGS),
    delayMs: chance.isTrue(0.7) ? chance.between(0, 1_000) : chance.between(0, 600_000),
    crash: chance.isTrue(0.2) ? { effect: 1 + chance.below(70), when: chance.pick(['before', 'after']) } : null,
    losesPower: chance.isTrue(0.3),
  };
}

const QUIET: Omit<JobNight, 'zone' | 'schedule' | 'from'> = {
  deadline: '15m',
  days: 2,
  runs: [],
  reruns: [],
  looksMs: [2 * HOUR_MS, 20 * HOUR_MS, 40 * HOUR_MS],
  steps: [],
  dawnCrash: null,
};
const FIRST: JobRun = { occurrence: 0, ending: 'ends well', delayMs: 0, crash: null };

/** Ordinary work; the watcher may die at every effect of each run. */
export const JOB_GOLDEN: Readonly<Record<string, JobNight>> = {
  'a night without change': { ...QUIET, zone: 'Asia/Shanghai', schedule: 'at midnight', from: '2026-12-30T10:00:00Z' },
  'a night that skips the hour': {
    ...QUIET,
    zone: 'Europe/Berlin',
    schedule: 'at 02:30',
    from: '2026-03-28T10:00:00Z',
  },
  'a job that fails in the night of 25 hours': {
    ...QUIET,
    zone: 'Europe/Berlin',
    schedule: 'at 02:30',
    from: '2026-10-24T10:00:00Z',
    runs: [{ ...FIRST, ending: 'fails' }],
  },
  'a job that is given up': {
    ...QUIET,
    zone: 'America/New_York',
    schedule: 'at 23:50',
    deadline: '00:15',
    from: '2026-10-31T10:00:00Z',
    runs: [{ ...FIRST, ending: 'never ends and is given up' }],
  },
  'a watcher that is killed while its job runs': {
    ...QUIET,
    zone: 'Asia/Shanghai',
    schedule: 'at midnight',
    from: '2026-12-30T10:00:00Z',
    runs: [{ ...FIRST, killedAfterMs: 1_000 }],
  },
  'a host that dies while its job runs': {
    ...QUIET,
    zone: 'Asia/Shanghai',
    schedule: 'at midnight',
    from: '2026-12-30T10:00:00Z',
    runs: [{ ...FIRST, killedAfterMs: 1_000, losesPower: true }],
  },
};

export function withJobCrash(night: JobNight, occurrence: number, crash: CrashPoint, losesPower: boolean): JobNight {
  const run = night.runs.find((one) => one.occurrence === occurrence) ?? { ...FIRST, occurrence };
  return { ...night, runs: [...night.runs.filter((one) => one !== run), { ...run, crash, losesPower }] };
}

export function* simplerJobNights(night: JobNight): Iterable<JobNight> {
  const without = <T>(list: readonly T[], at: number): readonly T[] => list.filter((_, index) => index !== at);
  if (night.days > 1) yield { ...night, days: night.days - 1 };
  for (const at of night.steps.keys()) yield { ...night, steps: without(night.steps, at) };
  for (const at of night.reruns.keys()) yield { ...night, reruns: without(night.reruns, at) };
  for (const at of night.runs.keys()) yield { ...night, runs: without(night.runs, at) };
  for (const at of night.looksMs.keys()) yield { ...night, looksMs: without(night.looksMs, at) };
  if (night.dawnCrash !== null) yield { ...night, dawnCrash: null };
  for (const [at, run] of night.runs.entries()) {
    const { killedAfterMs, losesPower, ...rest } = run;
    for (const simpler of [
      ...(run.crash === null ? [] : [{ ...run, crash: null }]),
      ...(losesPower === true ? [{ ...run, losesPower: false }] : []),
      ...(killedAfterMs === undefined ? [] : [rest]),
    ]) {
      yield { ...night, runs: night.runs.map((one, index) => (index === at ? simpler : one)) };
    }
  }
}
