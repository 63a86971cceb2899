// Days of a watched job as fast-check makes them: any schedule through any change of the clock, any ending.

import fc, { type Arbitrary } from 'fast-check';
import { ENDINGS, type JobNight, type JobRun, MOMENTS } from '../worlds/jobs-night.ts';
import { SCHEDULES, type ScheduleName } from '../worlds/jobs-oracle.ts';
import { dawnOf, deathWithin, orNone, troublesOf } from './parts.ts';
import type { Plans } from './plans.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const RUN: Arbitrary<JobRun> = fc
  .record({
    occurrence: fc.nat(3),
    ending: fc.constantFrom(...ENDINGS),
    delayMs: fc.nat(600_000),
    crash: orNone(deathWithin(70)),
    killedAfterMs: orNone(fc.nat(30_000)),
    losesPower: fc.boolean(),
  })
  .map(({ killedAfterMs, ...run }) => (killedAfterMs === null ? run : { ...run, killedAfterMs }));

const NIGHT: Arbitrary<JobNight> = fc
  .record({
    moment: fc.constantFrom(...MOMENTS),
    schedule: fc.constantFrom(...(Object.keys(SCHEDULES) as ScheduleName[])),
    deadline: fc.constantFrom('15m', '90m', '00:15', '02:30', '03:10', '04:00'),
    days: fc.integer({ min: 1, max: 4 }),
    runs: fc.array(RUN, { maxLength: 3 }),
    reruns: fc.array(
      fc.tuple(RUN, fc.nat(4 * DAY_MS)).map(([run, atMs]) => ({ ...run, atMs })),
      { maxLength: 2 },
    ),
    looksMs: fc.array(fc.nat(4 * DAY_MS), { minLength: 1, maxLength: 6 }),
    steps: fc.array(
      fc.record({
        atMs: fc.nat(4 * DAY_MS),
        byMs: fc.constantFrom(-4 * HOUR_MS, 4 * HOUR_MS),
        forMs: fc.integer({ min: 1_000, max: 12 * HOUR_MS }),
      }),
      { maxLength: 1 },
    ),
    dawnCrash: orNone(deathWithin(60)),
  })
  .map(({ moment: [zone, from], ...night }) => {
    const isHourly = night.schedule === 'at half past every hour';
    const days = isHourly ? 1 : night.days;
    const within = (ms: number): number => ms % (days * DAY_MS);
    return {
      ...night,
      zone,
      from,
      days,
      deadline: isHourly ? '15m' : night.deadline,
      reruns: night.reruns.map((run) => ({ ...run, atMs: within(run.atMs) })),
      looksMs: night.looksMs.map(within),
      steps: night.steps.map((step) => ({ ...step, atMs: within(step.atMs) })),
    };
  });

export const JOBS_PLANS: Plans<JobNight> = {
  arbitrary: NIGHT,
  faults: (night) => [
    ...[...night.runs, ...night.reruns].flatMap((run, at) => [
      ...(run.ending === 'ends well' ? [] : [`run ${at + 1} ${run.ending}`]),
      ...troublesOf(run, at),
    ]),
    ...night.steps.map(({ byMs }) => `the wall clock is stepped by ${byMs / HOUR_MS} h`),
    ...dawnOf(night),
  ],
};
