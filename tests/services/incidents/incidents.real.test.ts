// Incidents against stand-ins of PagerDuty and Slack: one alert per episode, whatever fails or dies in between.

import { describe, expect, test } from 'vitest';
import type { Locks } from '../../../lib/effects/locks.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { crashAt } from '../../support/crashing-files.ts';
import { FAILED, incidentRun, incidentWorld, RECOVERED } from '../../support/incident-world.ts';

const world = incidentWorld;
const program = incidentRun;
const signal = new AbortController().signal;

test('a day of failing checks is one alert, resolved on recovery; the next episode is another', async () => {
  const w = await world();
  for (let hour = 0; hour < 24; hour += 1) await program(w).incidents.report('ctp', FAILED);
  expect(w.pagerduty.alerts().map(({ status, triggers }) => [status, triggers])).toEqual([['triggered', 1]]);
  expect(w.slack.messages()).toHaveLength(1);
  expect(w.commands).toEqual(['coverage 91 %']);
  const report = await program(w).incidents.report('ctp', RECOVERED);
  expect(report).toMatchObject({ change: 'resolved', told: ['pagerduty', 'slack'], problems: [] });
  await program(w).incidents.report('ctp', FAILED);
  expect(w.pagerduty.alerts().map(({ status }) => status)).toEqual(['resolved', 'triggered']);
  expect(new Set(w.pagerduty.alerts().map(({ dedupKey }) => dedupKey)).size).toBe(2);
});

test('an alert that a person resolved in PagerDuty is not opened again while the target still fails', async () => {
  const w = await world();
  const first = await program(w).incidents.report('ctp', FAILED);
  w.pagerduty.resolveByHand(first.incident?.id ?? '');
  for (let hour = 0; hour < 5; hour += 1) await program(w).incidents.report('ctp', FAILED);
  expect(w.pagerduty.alerts().map(({ status }) => status)).toEqual(['resolved']);
});

test('two targets are two incidents', async () => {
  const w = await world();
  await program(w).incidents.report('ctp', FAILED);
  await program(w).incidents.report('ctp/backup', FAILED);
  expect(w.pagerduty.alerts()).toHaveLength(2);
  expect((await program(w).incidents.list()).map(({ target }) => target).sort()).toEqual(['ctp', 'ctp/backup']);
});

test('closing and acknowledging reach PagerDuty', async () => {
  const w = await world();
  await program(w).incidents.report('ctp', FAILED);
  await program(w).incidents.report('ctp', { kind: 'acknowledged', by: 'kim' });
  expect(w.pagerduty.alerts()[0]?.status).toBe('acknowledged');
  await program(w).incidents.report('ctp', { kind: 'closed', by: 'kim' });
  expect(w.pagerduty.alerts()[0]?.status).toBe('resolved');
});

describe('while PagerDuty cannot be reached', () => {
  test.each(['hang', { status: 500 }, { status: 429 }] as const)(
    '(%j) Slack and the command are told, and a later run pages',
    async (fault) => {
      const w = await world();
      w.pagerduty.failAlways(fault);
      const sinceMs = performance.now();
      const report = await program(w).incidents.report('ctp', FAILED);
      expect(performance.now() - sinceMs).toBeLessThan(5_000);
      expect(report.told).toEqual(['slack', 'escalation']);
      expect(report.incident?.page).toBe('due');
      w.pagerduty.failAlways(null);
      expect(await program(w).incidents.settle(signal)).toEqual([]);
      expect(w.pagerduty.alerts().map(({ status, triggers }) => [status, triggers])).toEqual([['triggered', 1]]);
      await program(w).incidents.settle(signal);
      expect(w.pagerduty.alerts()[0]?.triggers).toBe(1);
    },
  );

  test('a run that still has patience pages as soon as it answers', async () => {
    const w = await world();
    w.pagerduty.failNext(...Array.from({ length: 5 }, () => ({ status: 503 })));
    const report = await program(w, { patienceMs: 5_000 }).incidents.report('ctp', FAILED);
    expect(report.told.toSorted()).toEqual(['escalation', 'pagerduty', 'slack']);
    expect(w.pagerduty.alerts()).toHaveLength(1);
  });

  test('a recovery meanwhile leaves nothing open', async () => {
    const w = await world();
    w.pagerduty.failAlways({ status: 503 });
    await program(w).incidents.report('ctp', FAILED);
    await program(w).incidents.report('ctp', RECOVERED);
    w.pagerduty.failAlways(null);
    await program(w).incidents.settle(signal);
    expect(w.pagerduty.alerts().filter(({ status }) => status !== 'resolved')).toEqual([]);
  });
});

test.each([{ status: 200 }, { status: 302 }, { status: 404 }])(
  'what answers %j in its place ends nothing: the page stays due and goes out later',
  async (impostor) => {
    const w = await world();
    w.pagerduty.failAlways(impostor);
    const report = await program(w).incidents.report('ctp', FAILED);
    expect(report).toMatchObject({ told: ['slack', 'escalation'], incident: { page: 'due' } });
    w.pagerduty.failAlways(null);
    expect(await program(w).incidents.settle(signal)).toEqual([]);
    expect(w.pagerduty.alerts().map(({ status }) => status)).toEqual(['triggered']);
  },
);

test('who was not reached before the run died is told by the next one, once', async () => {
  const w = await world();
  w.pagerduty.failAlways({ status: 503 });
  w.slack.failAlways({ status: 503 });
  // Its second write stores the incident.
  const files = crashAt(createFiles(), 2, 'after');
  void program(w, { files }).incidents.report('ctp', FAILED);
  await files.died;
  expect(w.commands).toEqual([]);
  for (let run = 0; run < 3; run += 1) await program(w).incidents.report('ctp', FAILED);
  expect(w.commands).toEqual(['coverage 91 %']);
});

test('a target that fails again while the end of its alert is due goes on under the same key', async () => {
  const w = await world();
  const first = await program(w).incidents.report('ctp', FAILED);
  w.pagerduty.failAlways({ status: 503 });
  await program(w).incidents.report('ctp', RECOVERED);
  const again = await program(w).incidents.report('ctp', FAILED);
  expect(again).toMatchObject({
    change: 'opened',
    incident: { id: first.incident?.id, page: 'due', ending: 'not due' },
  });
  w.pagerduty.failAlways(null);
  await program(w).incidents.settle(signal);
  expect(w.pagerduty.alerts().map(({ status }) => status)).toEqual(['triggered']);
  await program(w).incidents.report('ctp', RECOVERED);
  expect(w.pagerduty.alerts().map(({ status }) => status)).toEqual(['resolved']);
});

test('what another run is telling is left alone by a flush', async () => {
  const w = await world();
  w.pagerduty.failAlways({ status: 503 });
  await program(w).incidents.report('ctp', FAILED);
  w.pagerduty.failAlways(null);
  const taken: Locks = { acquire: async () => ({ held: false, holder: null }), isHeld: async () => true };
  const asked = w.pagerduty.requests.length;
  await program(w, { locks: taken }).incidents.settle(signal);
  expect(w.pagerduty.requests.length).toBe(asked);
  await program(w).incidents.settle(signal);
  expect(w.pagerduty.alerts()).toHaveLength(1);
});

test('a page that PagerDuty refuses for good is not repeated; Slack and the command have it', async () => {
  const w = await world();
  w.pagerduty.failAlways({ status: 400, body: { status: 'invalid event' } });
  const report = await program(w).incidents.report('ctp', FAILED);
  expect(report).toMatchObject({ told: ['slack', 'escalation'], incident: { page: 'refused' } });
  const asked = w.pagerduty.requests.length;
  await program(w).incidents.settle(signal);
  expect(w.pagerduty.requests.length).toBe(asked);
});

test('a run without the key tells the others and leaves the page to a run that has it', async () => {
  const w = await world();
  const sinceMs = performance.now();
  const report = await program(w, { canPage: false, patienceMs: 5_000 }).incidents.report('ctp', FAILED);
  expect(performance.now() - sinceMs).toBeLessThan(3_000);
  expect(report).toMatchObject({ told: ['slack', 'escalation'], incident: { page: 'due' } });
  await program(w).incidents.settle(signal);
  expect(w.pagerduty.alerts()).toHaveLength(1);
});

test('a disk that cannot be written does not keep anybody from being told', async () => {
  const w = await world();
  const full = (): Promise<never> => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
  const report = await program(w, { files: { ...createFiles(), replace: full } }).incidents.report('ctp', FAILED);
  expect(report.told).toEqual(['pagerduty', 'slack', 'escalation']);
  expect(report.problems.join()).toContain('no space left');
});

test('killed before or after any write, it is one alert in the end, and none stays open after recovery', async () => {
  for (let fatal = 1; fatal <= 4; fatal += 1) {
    for (const when of ['before', 'after'] as const) {
      const w = await world();
      const files = crashAt(createFiles(), fatal, when);
      await Promise.race([program(w, { files }).incidents.report('ctp', FAILED), files.died]);
      await program(w).incidents.settle(signal);
      await program(w).incidents.report('ctp', FAILED);
      expect(
        w.pagerduty.alerts().map(({ status }) => status),
        `${when} write ${fatal}`,
      ).toEqual(['triggered']);
      await program(w).incidents.report('ctp', RECOVERED);
      expect(
        w.pagerduty.alerts().map(({ status }) => status),
        `${when} write ${fatal}`,
      ).toEqual(['resolved']);
    }
  }
});
