// Nights of the failover world as fast-check makes them: any work, any faults, any lies, at any time.

import fc, { type Arbitrary } from 'fast-check';
import { ROUTE_NAMES } from '../../../lib/base/feed-routes.ts';
import { LIES } from '../../../lib/sim/world/network.ts';
import { type Act, DISK_ERRORS, HOSTS, NIGHT_MS, type Night, VERBS, type WorldFault } from '../worlds/night.ts';
import { dawnOf, deathWithin, diskFaultOf, lasting, liesOf, orNone, troublesOf } from './parts.ts';
import type { Plans } from './plans.ts';

const WHEN = lasting(6_000, 15_000);
const ROUTE = fc.constantFrom(...ROUTE_NAMES);
const HOST = fc.constantFrom(...HOSTS);

const ACT: Arbitrary<Act> = fc
  .record({
    atMs: fc.nat(NIGHT_MS / 2),
    host: HOST,
    verb: fc.constantFrom(...VERBS),
    crash: orNone(deathWithin(160)),
    losesPower: fc.boolean(),
    diskFault: orNone(diskFaultOf(DISK_ERRORS)),
    cancelAtMs: orNone(fc.integer({ min: 1, max: 3_000 })),
    stop: orNone(fc.record({ atMs: fc.integer({ min: 1, max: 2_000 }), forMs: fc.constantFrom(1_000, 8_000, 30_000) })),
  })
  .map(({ verb, ...act }) => ({
    ...act,
    argv: [...verb, '--yes', '--no-input'],
    losesPower: act.losesPower && act.crash !== null,
  }));

const FAULT: Arbitrary<WorldFault> = fc
  .tuple(
    WHEN,
    fc.oneof(
      fc.record({
        kind: fc.constantFrom('dead' as const, 'silent' as const, 'gap' as const, 'partition' as const),
        route: ROUTE,
      }),
      fc.record({ kind: fc.constantFrom('control dead' as const, 'two primaries' as const) }),
      fc.record({
        kind: fc.constant('wall step' as const),
        host: HOST,
        byMs: fc.constantFrom(-61_000, -14_400_000, 14_400_000),
      }),
    ),
  )
  .map(([when, what]) => ({ ...when, ...what }));

const NIGHT: Arbitrary<Night> = fc
  .record({
    strategy: fc.constantFrom('promote-first' as const, 'stop-first' as const),
    acts: fc.array(ACT, { minLength: 1, maxLength: 4 }),
    faults: fc.array(FAULT, { maxLength: 3 }),
    lieShare: fc.constantFrom(0, 0.05, 0.15, 0.4),
    lies: fc.subarray([...LIES]),
    lieUntilMs: fc.nat(20_000),
    dawnCrash: orNone(deathWithin(80)),
  })
  .map((night) => (night.lies.length === 0 ? { ...night, lieShare: 0 } : night));

export const FAILOVER_PLANS: Plans<Night> = {
  arbitrary: NIGHT,
  faults: (night) => [
    ...night.acts.flatMap(troublesOf),
    ...night.faults.map((fault) => ('route' in fault ? `${fault.route} ${fault.kind}` : fault.kind)),
    ...liesOf(night),
    ...dawnOf(night),
  ],
};
