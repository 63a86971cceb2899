// An end that PagerDuty refuses for good: chat is told how to close the page by hand, once, and nobody is woken.

import { expect, test } from 'vitest';
import { FAILED, incidentRun, incidentWorld, RECOVERED } from '../../support/incident-world.ts';

const signal = new AbortController().signal;

test('an end that PagerDuty refuses for good is told in chat once, with the key to close it by; nobody is woken', async () => {
  const w = await incidentWorld();
  const opened = await incidentRun(w).incidents.report('ctp', FAILED);
  w.pagerduty.failAlways({ status: 400, body: { status: 'invalid event' } });
  const report = await incidentRun(w).incidents.report('ctp', RECOVERED);
  expect(report).toMatchObject({ told: ['slack'], incident: { ending: 'refused' } });
  const messages = w.slack.messages().map((message) => JSON.stringify(message));
  expect(messages).toHaveLength(3);
  expect(messages[2]).toContain('close the page of ctp by hand: PagerDuty refused its end');
  expect(messages[2]).toContain(opened.incident?.id);
  expect(w.commands).toHaveLength(1);
  await incidentRun(w).incidents.settle(signal);
  expect(w.slack.messages()).toHaveLength(3);

  expect(await incidentRun(w).incidents.closedByHand('ctp')).toBe(true);
  expect(await incidentRun(w).incidents.closedByHand('ctp')).toBe(false);
  // The next episode is another alert, whatever became of this one.
  w.pagerduty.failAlways(null);
  await incidentRun(w).incidents.report('ctp', FAILED);
  expect(new Set(w.pagerduty.alerts().map(({ dedupKey }) => dedupKey)).size).toBe(2);
});

test('an end that waited and is then refused for good is told in chat by the run that finds it', async () => {
  const w = await incidentWorld();
  await incidentRun(w).incidents.report('ctp', FAILED);
  w.pagerduty.failAlways({ status: 503 });
  await incidentRun(w).incidents.report('ctp', RECOVERED);
  w.pagerduty.failAlways({ status: 400, body: { status: 'invalid event' } });
  const problems = await incidentRun(w).incidents.settle(signal);
  expect(problems.join()).toContain('pagerduty: ');
  const last = JSON.stringify(w.slack.messages().at(-1));
  expect(last).toContain('close the page of ctp by hand');
  expect(w.commands).toHaveLength(1);
});
