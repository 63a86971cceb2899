// Reconciling: every state a dead run can leave has one answer, and no answer demotes what feeds alone.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ROUTE_NAMES, type Situation } from '../../../lib/base/feed-routes.ts';
import type { Intent } from '../../../lib/domain/failover/intent.ts';
import { type Decision, decideReconcile } from '../../../lib/domain/failover/reconcile.ts';
import { isFeeding } from '../../../lib/domain/failover/situation.ts';
import { GONE, intent, pair, route } from './seeing.ts';

const PRIMARY = route({ role: 'primary' });
const OFF = route({ role: 'off', isSessionUp: false, throughputMps: 0, coverageRatio: 0, activeTotal: 0 });
const DUMB = route({ role: 'primary', throughputMps: 0, isSessionUp: false });

/** When the run died → what was meant, what is seen, what is decided. */
const STATES: Record<string, readonly [Intent | null, Situation, Partial<Decision>]> = {
  'before it did anything': [intent(), pair(PRIMARY, OFF), { kind: 'settle', keep: 'primary' }],
  'after the target came up': [intent(), pair(PRIMARY, route({ epoch: 5 })), { kind: 'settle', keep: 'primary' }],
  'after the switch': [
    intent(),
    pair(PRIMARY, route({ role: 'primary', epoch: 5 }), 'backup', 5),
    { kind: 'settle', keep: 'backup' },
  ],
  'after the demotion': [
    intent(),
    pair(route(), route({ role: 'primary', epoch: 5 }), 'backup', 5),
    { kind: 'settle', keep: 'backup' },
  ],
  'after the switch, and the new route died since': [
    intent(),
    pair(PRIMARY, GONE, 'backup', 5),
    { kind: 'settle', keep: 'primary' },
  ],
  'before the switch, and the old route died since': [
    intent(),
    pair(GONE, route({ epoch: 5 })),
    { kind: 'settle', keep: 'backup' },
  ],
  'in the outage of stop-first': [
    intent({ strategy: 'stop-first', epoch: 6 }),
    pair(OFF, OFF, null, 5),
    { kind: 'settle', keep: 'primary' },
  ],
  'with the old route out of reach': [
    intent({ stage: 'unfenced' }),
    pair(GONE, route({ role: 'primary', epoch: 5 }), 'backup', 5),
    { kind: 'settle', keep: 'backup' },
  ],
  'and another host has moved on and settled': [
    intent(),
    pair(PRIMARY, route(), 'primary', 9),
    { kind: 'settled', active: 'primary' },
  ],
  'and another host has moved on and died too': [intent(), pair(PRIMARY, PRIMARY, 'backup', 9), { kind: 'superseded' }],
  'and now neither route answers': [intent(), pair(GONE, GONE), { kind: 'blind' }],
  'never, but both are primary': [null, pair(PRIMARY, PRIMARY), { kind: 'freeze' }],
  'never, and all is well': [null, pair(PRIMARY, route()), { kind: 'settled', active: 'primary' }],
  'never, and the wrong one is primary': [null, pair(route(), PRIMARY), { kind: 'freeze' }],
  'never, and the active one is silent': [null, pair(GONE, OFF), { kind: 'blind' }],
  'frozen before': [intent({ stage: 'frozen' }), pair(PRIMARY, PRIMARY), { kind: 'freeze' }],
  'frozen before, and settled by hand since': [
    intent({ stage: 'frozen' }),
    pair(PRIMARY, OFF),
    { kind: 'settled', active: 'primary' },
  ],
  'and neither feeds, both can be asked': [intent(), pair(DUMB, OFF), { kind: 'settle', keep: 'primary' }],
};

test.each(Object.entries(STATES))('a run that died %s', (_name, [meant, seen, decided]) => {
  expect(decideReconcile(meant, seen, null)).toMatchObject(decided);
});

test('a person decides what to keep, but nobody keeps what does not answer', () => {
  const frozen = intent({ stage: 'frozen' });
  expect(decideReconcile(frozen, pair(PRIMARY, PRIMARY), 'backup')).toMatchObject({ kind: 'settle', keep: 'backup' });
  expect(decideReconcile(frozen, pair(PRIMARY, GONE), 'backup')).toMatchObject({ kind: 'blind' });
});

test('a switch that does not answer leaves everything as it is', () => {
  const seen = { ...pair(PRIMARY, OFF), switch: { reachable: false as const, reason: 'timed out' } };
  expect(decideReconcile(intent(), seen, 'backup')).toMatchObject({ kind: 'blind' });
});

test('in no state is a route kept that does not feed while the other does', () => {
  const anyRoute = fc.constantFrom(
    PRIMARY,
    OFF,
    DUMB,
    GONE,
    route(),
    route({ epoch: 5 }),
    route({ role: 'primary', epoch: 5 }),
  );
  const anyIntent = fc.constantFrom(intent(), intent({ stage: 'unfenced' }), intent({ from: 'backup', to: 'primary' }));
  const anyActive = fc.constantFrom('primary' as const, 'backup' as const, null);
  fc.assert(
    fc.property(
      anyRoute,
      anyRoute,
      anyActive,
      fc.integer({ min: 0, max: 7 }),
      anyIntent,
      (one, two, active, epoch, meant) => {
        const seen = pair(one, two, active, epoch);
        const decision = decideReconcile(meant, seen, null);
        if (decision.kind !== 'settle') return;
        const feeding = ROUTE_NAMES.filter((name) => isFeeding(seen.routes[name]));
        if (feeding.length > 0) expect(feeding).toContain(decision.keep);
      },
    ),
    { numRuns: 500 },
  );
});
