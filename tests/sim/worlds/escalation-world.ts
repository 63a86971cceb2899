// The life of an incident: a check that fails again and again, people who answer, and remotes that do not listen.

import { SYMBOLS } from '../../../lib/sim/world/feed-service.ts';
import { makeEscalationNight } from './escalation-nights.ts';
import { check, type HealthFault, type HealthNight, QUIET } from './health-night.ts';
import { openNights } from './health-world.ts';
import type { SimWorld } from './sim-world.ts';

const HOUR_MS = 3_600_000;
const TWO = [SYMBOLS[0]!, SYMBOLS[4]!] as const;
const BROKEN: HealthFault = {
  kind: 'missing',
  target: 'primary',
  symbols: TWO,
  isCurable: false,
  atMs: 0,
  forMs: 1_800_000,
};
const NO_PAGER: HealthFault = { kind: 'outage', remote: 'pagerduty.sim', lie: 'refused', atMs: 0, forMs: 300_000 };
const NO_CHAT: HealthFault = { ...NO_PAGER, remote: 'slack.sim', lie: 'status 503' };

/** The first run may die at every effect. */
const GOLDEN: Readonly<Record<string, HealthNight>> = {
  'nothing is wrong': { ...QUIET, lengthMs: HOUR_MS, acts: [check(1_000)] },
  'nobody listens but the command': {
    ...QUIET,
    lengthMs: HOUR_MS,
    acts: [check(1_000)],
    faults: [BROKEN, NO_PAGER, NO_CHAT],
    stays: 1,
  },
  'an episode ends while PagerDuty is away': {
    ...QUIET,
    lengthMs: 2 * HOUR_MS,
    acts: [check(HOUR_MS), check(0)],
    faults: [BROKEN, { ...NO_PAGER, atMs: 600_000, forMs: HOUR_MS }],
  },
};

export async function openEscalationWorld(): Promise<SimWorld<HealthNight>> {
  return openNights('escalation', makeEscalationNight, GOLDEN);
}
