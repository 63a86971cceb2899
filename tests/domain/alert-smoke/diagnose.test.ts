// The first hop that failed, from what is known when the time is over.

import { expect, test } from 'vitest';
import { diagnose, type Facts } from '../../../lib/domain/alert-smoke/diagnose.ts';
import type { SmokeCase } from '../../../lib/domain/alert-smoke/smoke-case.ts';
import { newTrack, type Track } from '../../../lib/domain/alert-smoke/track.ts';

const BEST = {
  scrapeMs: 1,
  evaluationMs: 1,
  forMs: 1,
  windowMs: 0,
  groupWaitMs: 1,
  groupIntervalMs: 1,
  fireMs: 4,
  resolveMs: 3,
};
const SMOKE: SmokeCase = {
  name: 'A',
  alert: 'A',
  severity: 'critical',
  receivers: ['phone', 'chat'],
  runbook: 'r.md',
  stimulus: { kind: 'scrape', job: 'x' },
  mayAlsoFire: () => false,
  counted: new Set<string>(),
  nonce: 'n-1',
  best: BEST,
};
const FACTS: Facts = {
  pushError: null,
  scrapeError: null,
  rule: { exists: true, severities: ['critical'], expr: 'x > 1', error: '' },
  alert: { receivers: ['phone', 'chat'], silencedBy: [], inhibitedBy: [], labels: { severity: 'critical' } },
  alertmanagerError: null,
};
const both = (atMs: number): Map<string, number> =>
  new Map([
    ['phone', atMs],
    ['chat', atMs],
  ]);
const PUSHED = { pushedMs: 1 };
const SCRAPED = { ...PUSHED, scrapedMs: 2 };
const FIRING = { ...SCRAPED, firingMs: 3 };
const NOTIFIED = { ...FIRING, notifiedMs: 4 };
const RECEIVED = { ...NOTIFIED, received: both(5) };

const CASES: Record<string, readonly [track: Partial<Track>, facts: Partial<Facts>, told: string | null]> = {
  'everything arrived': [{ ...RECEIVED, resolved: both(9) }, {}, null],
  'nothing could be pushed': [{}, { pushError: 'refused' }, 'pushed: push refused'],
  'the gateway died before it fired': [SCRAPED, { pushError: 'refused' }, 'pushed: push refused'],
  'it fired on a quiet value': [{ firedWhenQuiet: true }, {}, 'quiet: fires on a quiet value'],
  'nobody scrapes': [PUSHED, { scrapeError: 'down' }, 'scraped: not scraped'],
  'there is no such rule': [SCRAPED, { rule: { ...FACTS.rule, exists: false } }, 'pending: rule missing'],
  'the rule fails': [SCRAPED, { rule: { ...FACTS.rule, error: 'many-to-many' } }, 'pending: rule fails'],
  'the expression is false': [SCRAPED, {}, 'pending: expression false'],
  'it is still pending': [{ ...SCRAPED, pendingMs: 3 }, {}, 'firing: still pending'],
  'Alertmanager does not know': [FIRING, { alert: null }, 'notified: Alertmanager not told'],
  'a silence': [NOTIFIED, { alert: { ...FACTS.alert!, silencedBy: ['id'] } }, 'received: silenced'],
  'an inhibition': [NOTIFIED, { alert: { ...FACTS.alert!, inhibitedBy: ['fp'] } }, 'received: inhibited'],
  'another receiver': [NOTIFIED, { alert: { ...FACTS.alert!, receivers: ['chat'] } }, 'received: routed elsewhere'],
  'a receiver that refuses': [{ ...NOTIFIED, refusals: [500] }, {}, 'received: receiver refused'],
  'a receiver that hangs': [{ ...NOTIFIED, refusals: [null] }, {}, 'received: receiver hangs'],
  'a message with the wrong words': [{ ...NOTIFIED, problems: new Set(['no link']) }, {}, 'received: wrong message'],
  'a neighbour that fired': [
    { ...NOTIFIED, problems: new Set(['neighbour B fired']) },
    {},
    'received: neighbour fired',
  ],
  'one receiver that heard nothing': [
    { ...NOTIFIED, received: new Map([['phone', 5]]) },
    {},
    'received: not delivered',
  ],
  'a recovery that changes nothing': [RECEIVED, {}, 'inactive: still firing'],
  'a recovery that cannot be pushed': [RECEIVED, { pushError: 'refused' }, 'pushed: push refused'],
  'an end nobody was told of': [{ ...RECEIVED, inactiveMs: 6 }, {}, 'resolved: resolve not delivered'],
};

test.each(Object.entries(CASES))('%s', (_name, [track, facts, told]) => {
  const found = diagnose(SMOKE, { ...newTrack(), ...track }, { ...FACTS, ...facts });
  expect(found === null ? null : `${found.hop}: ${found.cause}`).toBe(told);
});
