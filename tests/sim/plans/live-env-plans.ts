// Nights of the live-env world as fast-check makes them: starts and stops, components that misbehave in every way.

import fc, { type Arbitrary } from 'fast-check';
import { ROUTE_NAMES } from '../../../lib/base/feed-routes.ts';
import { COMPONENT_NAMES } from '../worlds/live-env-config.ts';
import { type LiveAct, type LiveFault, type LiveNight, NIGHT_MS, ODDITIES } from '../worlds/live-env-night.ts';
import { COMMON_DISK_ERRORS, dawnOf, deathWithin, diskFaultOf, orNone, troublesOf } from './parts.ts';
import type { Plans } from './plans.ts';

const COMPONENT = fc.constantFrom(...COMPONENT_NAMES);

const ACT: Arbitrary<LiveAct> = fc
  .record({
    atMs: fc.nat(NIGHT_MS / 2),
    operator: fc.constantFrom('wang' as const, 'li' as const, 'timer' as const),
    verb: fc.constantFrom(['start'], ['stop'], ['restart'], ['status'], ['start', '--dry-run'], ['stop', '--dry-run']),
    route: fc.constantFrom(...ROUTE_NAMES),
    crash: orNone(deathWithin(350)),
    losesPower: fc.boolean(),
    diskFault: orNone(diskFaultOf(COMMON_DISK_ERRORS)),
    cancelAtMs: orNone(fc.integer({ min: 1, max: 4_000 })),
  })
  .map(({ verb, ...act }) => ({
    ...act,
    argv: [...verb, '--yes', '--no-input'],
    losesPower: act.losesPower && act.crash !== null,
  }));

const FAULT: Arbitrary<LiveFault> = fc
  .tuple(
    fc.nat(15_000),
    fc.oneof(
      fc.record({
        kind: fc.constantFrom('dies' as const, 'is killed with its children' as const),
        component: COMPONENT,
      }),
      fc.record({
        kind: fc.constant('foreigner' as const),
        component: COMPONENT,
        forMs: fc.integer({ min: 500, max: 10_000 }),
      }),
      fc.record({ kind: fc.constant('wall step' as const), byMs: fc.constantFrom(-14_400_000, 14_400_000) }),
    ),
  )
  .map(([atMs, what]) => ({ atMs, ...what }));

const NIGHT: Arbitrary<LiveNight> = fc.record({
  sinks: fc.constantFrom('none' as const, 'fine' as const, 'refused' as const, 'black hole' as const),
  acts: fc.array(ACT, { minLength: 1, maxLength: 4 }),
  oddities: fc.array(
    fc.record({
      component: COMPONENT,
      start: fc.integer({ min: 1, max: 3 }),
      kind: fc.constantFrom(...ODDITIES),
    }),
    { maxLength: 3 },
  ),
  faults: fc.array(FAULT, { maxLength: 2 }),
  lieShare: fc.constantFrom(0, 0.02, 0.1, 0.3),
  lieUntilMs: fc.nat(20_000),
  dawnCrash: orNone(deathWithin(100)),
});

export const LIVE_ENV_PLANS: Plans<LiveNight> = {
  arbitrary: NIGHT,
  faults: (night) => [
    ...night.acts.flatMap(troublesOf),
    ...night.oddities.map(({ component, start, kind }) => `start ${start} of ${component}: ${kind}`),
    ...night.faults.map((fault) => ('component' in fault ? `${fault.component} ${fault.kind}` : fault.kind)),
    ...(night.sinks === 'refused' || night.sinks === 'black hole' ? [`the sinks: ${night.sinks}`] : []),
    ...(night.lieShare > 0 ? ['probes are lied to'] : []),
    ...dawnOf(night),
  ],
};
