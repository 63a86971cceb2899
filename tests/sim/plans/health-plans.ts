// Mornings of the health and escalation worlds as fast-check makes them: checks, orders, flushes; anything may break.

import fc, { type Arbitrary } from 'fast-check';
import { MOODS, SYMBOLS } from '../../../lib/sim/world/feed-service.ts';
import { LIES } from '../../../lib/sim/world/network.ts';
import { SINKS, TARGETS } from '../worlds/health-config.ts';
import { check, type HealthAct, type HealthFault, type HealthNight, order, QUIET } from '../worlds/health-night.ts';
import { COMMON_DISK_ERRORS, dawnOf, deathWithin, diskFaultOf, lasting, liesOf, orNone, troublesOf } from './parts.ts';
import type { Plans } from './plans.ts';

const HOUR_MS = 3_600_000;
const LENGTH_MS = 2 * HOUR_MS;

const WORK: Arbitrary<HealthAct> = fc.oneof(
  { weight: 4, arbitrary: fc.nat(LENGTH_MS).map((atMs) => check(atMs)) },
  { weight: 1, arbitrary: fc.nat(LENGTH_MS).map((atMs) => check(atMs, { target: 'backup' })) },
  { weight: 1, arbitrary: fc.nat(LENGTH_MS).map((atMs) => check(atMs, { argv: ['--dry-run', '--no-input'] })) },
  { weight: 1, arbitrary: fc.nat(LENGTH_MS).map((atMs) => check(atMs, { what: 'flush', argv: ['--no-input'] })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.nat(LENGTH_MS),
        fc.constantFrom(
          ['ack', 'primary'],
          ['pause', 'primary', '--for', '10m', '--reason', 'venue maintenance'],
          ['resume', 'primary'],
          ['off', '--reason', 'release'],
          ['on', '--reason', 'release over'],
        ),
      )
      .map(([atMs, words]) => order(atMs, words)),
  },
);

const ACT: Arbitrary<HealthAct> = fc
  .record({
    work: WORK,
    crash: orNone(deathWithin(130)),
    losesPower: fc.boolean(),
    diskFault: orNone(diskFaultOf(COMMON_DISK_ERRORS)),
    cancelAtMs: orNone(fc.integer({ min: 1, max: 12_000 })),
  })
  .map(({ work, losesPower, ...troubles }) => {
    return { ...work, ...troubles, losesPower: losesPower && troubles.crash !== null };
  });

const TARGET = fc.constantFrom(...TARGETS);

const FAULT: Arbitrary<HealthFault> = fc
  .tuple(
    lasting(LENGTH_MS, LENGTH_MS),
    fc.oneof(
      fc.record({
        kind: fc.constantFrom('missing' as const, 'silent' as const),
        target: TARGET,
        symbols: fc.subarray([...SYMBOLS], { minLength: 1 }),
        isCurable: fc.boolean(),
      }),
      fc.record({ kind: fc.constant('mood' as const), target: TARGET, mood: fc.constantFrom(...MOODS) }),
      fc.record({
        kind: fc.constant('outage' as const),
        remote: fc.constantFrom(...SINKS),
        lie: fc.constantFrom(...LIES),
      }),
      fc.record({ kind: fc.constantFrom('command fails' as const, 'receivers refuse' as const) }),
      fc.record({
        kind: fc.constant('wall step' as const),
        host: fc.constant('ops-1' as const),
        byMs: fc.constantFrom(-61_000, 61_000, -4 * HOUR_MS, 4 * HOUR_MS),
        everywhere: fc.boolean(),
      }),
    ),
  )
  .map(([when, what]) => ({ ...when, ...what }));

const NIGHT: Arbitrary<HealthNight> = fc
  .record({
    acts: fc.array(ACT, { minLength: 1, maxLength: 5 }),
    faults: fc.array(FAULT, { maxLength: 4 }),
    answers: fc.array(
      fc.record({ atMs: fc.nat(LENGTH_MS), what: fc.constantFrom('acknowledge' as const, 'resolve' as const) }),
      { maxLength: 2 },
    ),
    lieShare: fc.constantFrom(0, 0.03, 0.1, 0.3),
    lies: fc.subarray([...LIES]),
    lieUntilMs: fc.nat(LENGTH_MS),
    stays: fc.constantFrom(0, 0, 1),
    flushCrash: orNone(deathWithin(40)),
    dawnCrash: orNone(deathWithin(90)),
  })
  .map((night) => ({
    ...QUIET,
    ...night,
    lengthMs: LENGTH_MS,
    acts: night.acts.toSorted((left, right) => left.atMs - right.atMs),
    lieShare: night.lies.length === 0 ? 0 : night.lieShare,
  }));

export const HEALTH_PLANS: Plans<HealthNight> = {
  arbitrary: NIGHT,
  faults: (night) => [
    ...night.acts.flatMap(troublesOf),
    ...night.faults.map((fault) => {
      if (fault.kind === 'outage') return `${fault.remote}: ${fault.lie}`;
      if (fault.kind === 'mood') return `the service of ${fault.target}: ${fault.mood}`;
      return 'target' in fault ? `${fault.symbols.length} contracts of ${fault.target} ${fault.kind}` : fault.kind;
    }),
    ...liesOf(night),
    ...(night.stays > 0 ? ['a contract stays missing'] : []),
    ...(night.flushCrash === null ? [] : [`the first flush dies at effect ${night.flushCrash.effect}`]),
    ...dawnOf(night),
  ],
};
