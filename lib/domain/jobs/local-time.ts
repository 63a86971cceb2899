// Wall-clock times of a zone as instants, through days of 23 and 25 hours.

import { zoneOffsetMinutes } from '../../base/zoned-time.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * The first instant at or after `fromMs` at which clocks in the zone show this time of day. A time that a day skips
 * comes when its clocks jump over it; of one that a day shows twice the first counts.
 */
export function nextTimeOfDay(fromMs: number, minutes: number, zone: string): number {
  for (let day = -1; day <= 2; day += 1) {
    const instant = instantOf(localMidnight(fromMs, zone) + day * DAY_MS + minutes * MINUTE_MS, zone);
    if (instant >= fromMs) return instant;
  }
  return fromMs;
}

/** Midnight of the zone's calendar day, as if it were UTC. */
function localMidnight(ms: number, zone: string): number {
  const local = ms + zoneOffsetMinutes(zone, ms) * MINUTE_MS;
  return local - (((local % DAY_MS) + DAY_MS) % DAY_MS);
}

function instantOf(localAsUtc: number, zone: string): number {
  const before = localAsUtc - zoneOffsetMinutes(zone, localAsUtc - DAY_MS) * MINUTE_MS;
  const after = localAsUtc - zoneOffsetMinutes(zone, localAsUtc + DAY_MS) * MINUTE_MS;
  const fits = [before, after].filter((ms) => ms + zoneOffsetMinutes(zone, ms) * MINUTE_MS === localAsUtc);
  // Nothing fits: the day skips this time, and the offset before the jump leads just behind it.
  return fits.length === 0 ? before : Math.min(...fits);
}
