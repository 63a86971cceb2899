// The breaker's transitions, by table and by property.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BREAKER_POLICY,
  type BreakerEvidence,
  type BreakerRecord,
  type BreakerState,
  enterBreaker,
  leaveBreaker,
  type Moment,
  parseBreakerRecord,
} from '../../lib/domain/breaker.ts';

const { openMs } = BREAKER_POLICY;

function at(ms: number, bootId = 'boot-1'): Moment {
  return { wallMs: 1_700_000_000_000 + ms, monotonicMs: 5_000 + ms, bootId };
}

function known(state: BreakerState, failures: number, since: Moment): BreakerRecord {
  return { state, failures, since, reason: 'connection refused' };
}

describe('entering', () => {
  test.each<[string, BreakerRecord | null, Moment, boolean, BreakerState | undefined]>([
    ['nothing known: allowed', null, at(0), true, undefined],
    ['closed with two failures: allowed', known('closed', 2, at(0)), at(1), true, 'closed'],
    ['just opened: refused', known('open', 3, at(0)), at(1), false, undefined],
    ['a millisecond before its time: refused', known('open', 3, at(0)), at(openMs - 1), false, undefined],
    ['its time has come: one probe', known('open', 3, at(0)), at(openMs), true, 'half-open'],
    ['a probe is under way: refused', known('half-open', 3, at(0)), at(1), false, undefined],
    ['a probe that never came back: another one', known('half-open', 3, at(0)), at(openMs), true, 'half-open'],
    ['after a reboot the wall counts: refused', known('open', 3, at(0)), at(1, 'boot-2'), false, undefined],
    ['after a reboot and its time: one probe', known('open', 3, at(0)), at(openMs, 'boot-2'), true, 'half-open'],
    [
      'after a reboot with the wall stepped back: one probe',
      known('open', 3, at(0)),
      at(-9, 'boot-2'),
      true,
      'half-open',
    ],
  ])('%s', (_, record, now, allowed, state) => {
    const permit = enterBreaker(record, now, BREAKER_POLICY);
    expect(permit.allowed).toBe(allowed);
    expect(permit.allowed ? permit.record?.state : undefined).toBe(state);
  });

  test('a stepped wall clock neither shortens nor lengthens the wait within one boot', () => {
    const opened = known('open', 3, at(0));
    const stepped = { ...at(10), wallMs: at(0).wallMs + 4 * 3_600_000 };
    const permit = enterBreaker(opened, stepped, BREAKER_POLICY);
    expect(permit).toEqual({ allowed: false, waitMs: openMs - 10, reason: 'connection refused' });
  });
});

describe('leaving', () => {
  test.each<[string, BreakerRecord | null, BreakerEvidence, BreakerState | undefined, number | undefined]>([
    ['the first failure is counted', null, 'failing', 'closed', 1],
    ['the third opens it', known('closed', 2, at(0)), 'failing', 'open', 3],
    ['one that hung opens it at once', null, 'hung', 'open', 1],
    ['a probe that hung opens it again', known('half-open', 3, at(0)), 'hung', 'open', 4],
    ['one answer forgets two failures', known('closed', 2, at(0)), 'alive', 'closed', 0],
    ['a good probe closes it', known('half-open', 3, at(0)), 'alive', 'closed', 0],
    ['a bad probe opens it again', known('half-open', 3, at(0)), 'failing', 'open', 4],
    ['a cancelled attempt changes nothing', known('closed', 2, at(0)), 'unproven', 'closed', 2],
    ['nothing bad known stays nothing', null, 'alive', undefined, undefined],
  ])('%s', (_, record, evidence, state, failures) => {
    const next = leaveBreaker(record, evidence, at(70_000), BREAKER_POLICY, 'again');
    expect(next?.state).toBe(state);
    expect(next?.failures).toBe(failures);
  });

  test('a bad probe waits the whole time again', () => {
    const again = leaveBreaker(known('half-open', 3, at(0)), 'failing', at(70_000), BREAKER_POLICY);
    expect(enterBreaker(again, at(70_000 + openMs - 1), BREAKER_POLICY).allowed).toBe(false);
  });

  test('a cancelled probe lets the next one through at once', () => {
    const back = leaveBreaker(known('half-open', 3, at(0)), 'unproven', at(70_000), BREAKER_POLICY);
    expect(enterBreaker(back, at(70_000), BREAKER_POLICY).allowed).toBe(true);
  });

  test('stragglers do not keep it open', () => {
    const opened = known('open', 3, at(0));
    expect(leaveBreaker(opened, 'failing', at(50_000), BREAKER_POLICY)).toBe(opened);
  });
});

interface Step {
  readonly afterMs: number;
  readonly evidence: BreakerEvidence;
}

const steps = fc.array(
  fc.record<Step>({
    afterMs: fc.integer({ min: 0, max: 90_000 }),
    evidence: fc.constantFrom('alive', 'failing', 'unproven', 'hung'),
  }),
  { maxLength: 60 },
);

/** Plays calls one after the other; tells each one what came of it. */
function play(plan: readonly Step[], seen: (allowed: boolean, step: Step, now: Moment) => void): BreakerRecord | null {
  let record: BreakerRecord | null = null;
  let now = at(0);
  for (const step of plan) {
    now = at(now.monotonicMs - at(0).monotonicMs + step.afterMs);
    const permit = enterBreaker(record, now, BREAKER_POLICY);
    seen(permit.allowed, step, now);
    if (permit.allowed) record = leaveBreaker(permit.record, step.evidence, now, BREAKER_POLICY);
  }
  return record;
}

test('a healthy remote never costs a write: the record stays the same object', () => {
  fc.assert(
    fc.property(steps, (plan) => {
      const healthy = plan.filter(({ evidence }) => evidence !== 'failing' && evidence !== 'hung');
      expect(play(healthy, () => {})).toBeNull();
    }),
  );
});

test('within any minute a failing remote is tried at most three times, and it is never given up for ever', () => {
  fc.assert(
    fc.property(steps, (plan) => {
      const tries: number[] = [];
      let refusedSince: number | null = null;
      play(
        plan.map((step) => ({ ...step, evidence: 'failing' as const })),
        (allowed, _step, now) => {
          if (allowed) tries.push(now.monotonicMs);
          refusedSince = allowed ? null : (refusedSince ?? now.monotonicMs);
          expect(now.monotonicMs - (refusedSince ?? now.monotonicMs)).toBeLessThan(openMs);
        },
      );
      for (const [index, first] of tries.entries()) {
        const fourth = tries[index + 3];
        if (fourth !== undefined) expect(fourth - first).toBeGreaterThanOrEqual(openMs);
      }
    }),
  );
});

test('once the faults stop, one call after the open time closes it', () => {
  fc.assert(
    fc.property(steps, (plan) => {
      const end = plan.reduce((sum, { afterMs }) => sum + afterMs, 0) + openMs;
      const permit = enterBreaker(
        play(plan, () => {}),
        at(end),
        BREAKER_POLICY,
      );
      expect(permit.allowed).toBe(true);
      const after = permit.allowed ? leaveBreaker(permit.record, 'alive', at(end), BREAKER_POLICY) : permit;
      expect(after === null || ('state' in after && after.state === 'closed')).toBe(true);
    }),
  );
});

test('a record survives being stored, and nothing else is taken for one', () => {
  const record = known('open', 3, at(0));
  expect(parseBreakerRecord(JSON.parse(JSON.stringify(record)))).toEqual(record);
  const broken = [
    null,
    7,
    [],
    {},
    { ...record, state: 'toString' },
    { ...record, failures: -1 },
    { ...record, since: null },
  ];
  for (const value of broken) expect(parseBreakerRecord(value)).toBeNull();
  fc.assert(fc.property(fc.anything(), (value) => void parseBreakerRecord(value)));
});
