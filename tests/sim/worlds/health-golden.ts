// Ordinary work of the health world; its first run may die at every effect.

import { SYMBOLS } from '../../../lib/sim/world/feed-service.ts';
import { check, type HealthFault, type HealthNight, order, QUIET } from './health-night.ts';

const HOUR_MS = 3_600_000;
const LONG = { atMs: 0, forMs: 3 * HOUR_MS } as const;

function lost(symbols: readonly string[], isCurable: boolean): HealthFault {
  return { ...LONG, kind: 'missing', target: 'primary', symbols, isCurable };
}

const FEW = [SYMBOLS[0]!, SYMBOLS[4]!] as const;

const EVERYTHING: HealthFault = { ...LONG, kind: 'silent', target: 'primary', symbols: SYMBOLS, isCurable: false };

export const GOLDEN_HEALTH: Readonly<Record<string, HealthNight>> = {
  'nothing is wrong': { ...QUIET, lengthMs: 600_000, acts: [check(1_000)] },
  'automation is off, and people are told': {
    ...QUIET,
    lengthMs: 600_000,
    acts: [order(1_000, ['off', '--reason', 'release']), check(5_000)],
    faults: [lost(FEW, false)],
  },
  'the market looks dead': { ...QUIET, lengthMs: HOUR_MS, acts: [check(900_000)], faults: [EVERYTHING] },
  'contracts are missing and come back': {
    ...QUIET,
    lengthMs: 600_000,
    acts: [check(1_000)],
    faults: [lost(FEW, true)],
  },
  'what stays broken is escalated': {
    ...QUIET,
    lengthMs: 600_000,
    acts: [check(1_000)],
    faults: [lost(FEW, false)],
    stays: 1,
  },
  'a repair while somebody pauses': {
    ...QUIET,
    lengthMs: 600_000,
    acts: [check(1_000), order(3_500, ['pause', 'primary', '--for', '10m', '--reason', 'look first'])],
    faults: [lost(FEW, false)],
  },
  'a service that hangs': {
    ...QUIET,
    lengthMs: 600_000,
    acts: [check(1_000), check(30_000)],
    faults: [{ ...LONG, kind: 'mood', target: 'primary', mood: 'hung' }],
  },
  'people pause, resume and acknowledge': {
    ...QUIET,
    lengthMs: 600_000,
    acts: [
      order(1_000, ['pause', 'primary', '--for', '10m', '--reason', 'look first']),
      order(5_000, ['resume', 'primary']),
      order(9_000, ['ack', 'primary']),
    ],
  },
};
