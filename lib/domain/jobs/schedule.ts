// Cron expressions in a zone. cron-parser takes about 80 µs for each occurrence: ask for few.

import { zoneOffsetMinutes } from '../../base/zoned-time.ts';

export interface Schedule {
  /** The last occurrence at or before an instant; null when there is none within the parser's horizon. */
  lastAt(ms: number): number | null;
  nextAfter(ms: number): number | null;
}

export type ParsedSchedule =
  | { readonly ok: true; readonly schedule: Schedule }
  | { readonly ok: false; readonly problem: string };

export async function parseSchedule(expression: string, zone: string): Promise<ParsedSchedule> {
  const { CronExpressionParser } = await import('cron-parser');
  const open: Open = (ms) => CronExpressionParser.parse(expression, { tz: zone, currentDate: new Date(ms) });
  try {
    open(0);
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
  return {
    ok: true,
    schedule: {
      lastAt: (ms) => lastAt(open, zone, ms),
      nextAfter: (ms) => find(() => open(ms).next()),
    },
  };
}

interface Occurrences {
  next(): { getTime(): number };
  prev(): { getTime(): number };
}
type Open = (ms: number) => Occurrences;

/** Longer than any clock is set for summer. */
const JUMP_MS = 3 * 3_600_000;

/**
 * Looking backwards the parser forgets an occurrence that a day skips, and finds one twice that a day shows twice;
 * looking forwards it is right. So where the clocks changed since, it is asked forwards from before.
 */
function lastAt(open: Open, zone: string, ms: number): number | null {
  // An occurrence at this very instant counts: the parser looks strictly before.
  const before = find(() => open(ms + 1).prev());
  if (before === null) return null;
  const fromMs = before - JUMP_MS;
  if (zoneOffsetMinutes(zone, fromMs) === zoneOffsetMinutes(zone, ms)) return before;
  const forwards = open(fromMs);
  let last: number | null = null;
  for (;;) {
    const next = find(() => forwards.next());
    if (next === null || next > ms) return last ?? before;
    last = next;
  }
}

function find(ask: () => { getTime(): number }): number | null {
  try {
    return ask().getTime();
  } catch {
    // "February 30": valid to read, never due.
    return null;
  }
}
