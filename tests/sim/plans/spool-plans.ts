// Nights of the spool world as fast-check makes them: cheap commands, sinks that fail, a gateway that forgets.

import fc, { type Arbitrary } from 'fast-check';
import {
  SINK_LIES,
  SINKS,
  SPOOL_HOSTS,
  type SpoolAct,
  type SpoolFault,
  type SpoolNight,
} from '../worlds/spool-night.ts';
import { COMMON_DISK_ERRORS, dawnOf, deathWithin, diskFaultOf, liesOf, orNone, troublesOf } from './parts.ts';
import type { Plans } from './plans.ts';

const SPAN_MS = 300_000;
const HOST = fc.constantFrom(...SPOOL_HOSTS);

const ACT: Arbitrary<SpoolAct> = fc
  .record({
    atMs: fc.nat(SPAN_MS),
    host: HOST,
    what: fc.constantFrom('job' as const, 'failing job' as const, 'announced' as const, 'flush' as const),
    crash: orNone(deathWithin(110)),
    losesPower: fc.boolean(),
    diskFault: orNone(diskFaultOf(COMMON_DISK_ERRORS)),
  })
  // Two hosts that announce the same environment would speak for one group.
  .map((act) => (act.host === 'ops-2' && act.what === 'announced' ? { ...act, what: 'job' } : act));

const FAULT: Arbitrary<SpoolFault> = fc
  .tuple(
    fc.nat(SPAN_MS),
    fc.oneof(
      fc.record({
        kind: fc.constant('outage' as const),
        sink: fc.constantFrom(...SINKS),
        how: fc.constantFrom(...SINK_LIES),
        forMs: fc.integer({ min: 1_000, max: SPAN_MS }),
      }),
      fc.record({ kind: fc.constant('gateway restarts' as const) }),
      fc.record({
        kind: fc.constant('wall step' as const),
        host: HOST,
        byMs: fc.constantFrom(-14_400_000, 14_400_000),
      }),
    ),
  )
  .map(([atMs, what]) => ({ atMs, ...what }));

const NIGHT: Arbitrary<SpoolNight> = fc
  .record({
    bound: fc.constantFrom('wide' as const, 'narrow' as const),
    acts: fc.array(ACT, { minLength: 1, maxLength: 6 }),
    faults: fc.array(FAULT, { maxLength: 3 }),
    lieShare: fc.constantFrom(0, 0.05, 0.2, 0.5),
    lies: fc.subarray([...SINK_LIES]),
    dawnCrash: orNone(deathWithin(60)),
  })
  .map((night) => (night.lies.length === 0 ? { ...night, lieShare: 0 } : night));

export const SPOOL_PLANS: Plans<SpoolNight> = {
  arbitrary: NIGHT,
  faults: (night) => [
    ...night.acts.flatMap(troublesOf),
    ...night.faults.map((fault) => (fault.kind === 'outage' ? `${fault.sink}: ${fault.how}` : fault.kind)),
    ...liesOf(night),
    ...dawnOf(night),
  ],
};
