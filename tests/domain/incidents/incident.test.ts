// When an incident opens, pages, stays quiet and ends.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decideIncident,
  type Incident,
  type IncidentDecision,
  type IncidentFact,
  type IncidentPolicy,
  withSending,
} from '../../../lib/domain/incidents/incident.ts';

const POLICY: IncidentPolicy = { pageAfter: 3, updateIntervalMs: 900_000 };
const MINUTE_MS = 60_000;

const failed = (attempts: number, severity: 'critical' | 'warning' = 'critical'): IncidentFact => {
  return { kind: 'failed', attempts, severity, summary: 'coverage low' };
};
const recovered: IncidentFact = { kind: 'recovered', summary: 'all well' };
const closed: IncidentFact = { kind: 'closed', by: 'kim' };

/** Plays facts a minute apart; a page or ending that is due is accepted before the next fact. */
function play(facts: readonly IncidentFact[], stepMs = MINUTE_MS): IncidentDecision[] {
  let current: Incident | null = null;
  return facts.map((fact, at) => {
    const subject = { environment: 'live', target: 'ctp', newId: `i${at}`, nowMs: at * stepMs };
    const decision = decideIncident(current, fact, subject, POLICY);
    current = decision.incident;
    if (current?.page === 'due') current = withSending(current, 'page', 'accepted');
    if (current?.ending === 'due') current = withSending(current, 'ending', 'accepted');
    return decision;
  });
}

describe('an incident', () => {
  test('pages after the third failed remediation, not before, and only once', () => {
    const seen = play([failed(1), failed(1), failed(1), failed(3), failed(3)]);
    expect(seen.map(({ change, incident }) => [change, incident?.page])).toEqual([
      ['counted', 'not due'],
      ['counted', 'not due'],
      ['opened', 'due'],
      ['updated', 'accepted'],
      ['updated', 'accepted'],
    ]);
  });

  test('pages at once when nothing may be tried', () => {
    const [decision] = play([
      { kind: 'failed', attempts: 0, severity: 'critical', summary: 'both feeds dead', pageNow: true },
    ]);
    expect(decision).toMatchObject({ change: 'opened', incident: { page: 'due' } });
  });

  test('of warning severity is told but wakes nobody, until it becomes critical', () => {
    const seen = play([failed(3, 'warning'), failed(1, 'warning'), failed(1)]);
    expect(seen.map(({ incident, tells }) => [incident?.page, tells])).toEqual([
      ['not due', true],
      ['not due', false],
      ['due', true],
    ]);
  });

  test('that goes on is told again each quarter of an hour', () => {
    const seen = play([failed(3), ...Array.from({ length: 31 }, () => failed(3))]);
    expect(seen.map(({ tells }, at) => (tells ? at : -1)).filter((at) => at >= 0)).toEqual([0, 15, 30]);
  });

  test('ends once, and ends its page', () => {
    const seen = play([failed(3), recovered, recovered]);
    expect(seen.map(({ change, incident }) => [change, incident?.ending])).toEqual([
      ['opened', 'not due'],
      ['resolved', 'due'],
      ['none', 'accepted'],
    ]);
  });

  test('that only was counted ends without a word', () => {
    expect(play([failed(1), recovered])[1]).toMatchObject({
      change: 'resolved',
      tells: false,
      incident: { ending: 'not due' },
    });
  });

  test('closed by a person stays closed while the target fails, and the next episode is a new one', () => {
    const seen = play([failed(3), closed, failed(3), failed(3), recovered, failed(3)]);
    expect(seen.map(({ change, tells, incident }) => [change, tells, incident?.id, incident?.state])).toEqual([
      ['opened', true, 'i0', 'open'],
      ['closed', true, 'i0', 'closed'],
      ['updated', false, 'i0', 'closed'],
      ['updated', false, 'i0', 'closed'],
      ['resolved', false, 'i0', 'resolved'],
      ['opened', true, 'i5', 'open'],
    ]);
  });

  test('whose page was never answered is ended all the same', () => {
    const first = play([failed(3)])[0]?.incident;
    const subject = { environment: 'live', target: 'ctp', newId: 'x', nowMs: 1 };
    const after = decideIncident(first ?? null, recovered, subject, POLICY).incident;
    expect([after?.page, after?.ending]).toEqual(['not due', 'due']);
  });

  test('acknowledged by a person is acknowledged once', () => {
    const seen = play([failed(3), { kind: 'acknowledged', by: 'kim' }, { kind: 'acknowledged', by: 'lee' }]);
    expect(seen.map(({ change, incident }) => [change, incident?.by])).toEqual([
      ['opened', null],
      ['acknowledged', 'kim'],
      ['none', 'kim'],
    ]);
  });
});

test('over any history each episode has one id, at most one page, and an end for each page', () => {
  const fact = fc.oneof(
    fc
      .record({
        attempts: fc.integer({ min: 0, max: 4 }),
        severity: fc.constantFrom('critical' as const, 'warning' as const),
      })
      .map(({ attempts, severity }) => failed(attempts, severity)),
    fc.constant(recovered),
    fc.constant(closed),
    fc.constant<IncidentFact>({ kind: 'acknowledged', by: 'kim' }),
  );
  fc.assert(
    fc.property(fc.array(fact, { maxLength: 40 }), (facts) => {
      const pages = new Map<string, number>();
      const endings = new Map<string, number>();
      for (const { incident } of play([...facts, recovered])) {
        if (incident?.page === 'due') pages.set(incident.id, (pages.get(incident.id) ?? 0) + 1);
        if (incident?.ending === 'due') endings.set(incident.id, (endings.get(incident.id) ?? 0) + 1);
      }
      for (const count of [...pages.values(), ...endings.values()]) expect(count).toBe(1);
      expect([...endings.keys()].sort()).toEqual([...pages.keys()].sort());
    }),
    { numRuns: 2_000 },
  );
});
