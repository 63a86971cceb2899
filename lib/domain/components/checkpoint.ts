// The T-5 checkpoint: was everything ready five minutes before the session opened?

import { zoneOffsetMinutes } from '../../base/zoned-time.ts';

export interface Window {
  /** Minutes after midnight; a close before the open lies on the next day. */
  readonly open: number;
  readonly close: number;
  /** `mon` … `sun`. */
  readonly days: readonly string[];
}

export interface Checkpoint {
  readonly window: string;
  readonly openMs: number;
  /** Ready by then is in time. */
  readonly dueMs: number;
  readonly verdict: 'in time' | 'late' | 'in session';
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const DAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
// A window opens at least once a week.
const DAYS_AHEAD = 8;

/** The session that is on at `nowMs`, else the next one; null when no window is defined. `name` narrows it to one. */
export function judgeCheckpoint(
  windows: ReadonlyMap<string, Window>,
  zone: string,
  nowMs: number,
  leadMs: number,
  name?: string,
): Checkpoint | null {
  const sessions = [...windows]
    .filter(([window]) => name === undefined || window === name)
    .flatMap(([window, hours]) => sessionsAround(window, hours, zone, nowMs))
    .filter(({ closeMs }) => closeMs > nowMs)
    .toSorted((left, right) => left.openMs - right.openMs);
  const [session] = sessions;
  if (session === undefined) return null;
  const dueMs = session.openMs - leadMs;
  const verdict = nowMs <= dueMs ? 'in time' : nowMs < session.openMs ? 'late' : 'in session';
  return { window: session.window, openMs: session.openMs, dueMs, verdict };
}

function sessionsAround(window: string, hours: Window, zone: string, nowMs: number) {
  const sessions: { window: string; openMs: number; closeMs: number }[] = [];
  const localMidnight = midnightBefore(nowMs + zoneOffsetMinutes(zone, nowMs) * MINUTE_MS);
  // Yesterday's window may still be open.
  for (let ahead = -1; ahead <= DAYS_AHEAD; ahead += 1) {
    const day = localMidnight + ahead * DAY_MS;
    const weekday = DAY_NAMES[new Date(day).getUTCDay()] ?? '';
    if (!hours.days.includes(weekday)) continue;
    const closeDay = hours.close > hours.open ? day : day + DAY_MS;
    sessions.push({
      window,
      openMs: instantOf(day + hours.open * MINUTE_MS, zone),
      closeMs: instantOf(closeDay + hours.close * MINUTE_MS, zone),
    });
  }
  return sessions;
}

function midnightBefore(localMs: number): number {
  return Math.floor(localMs / DAY_MS) * DAY_MS;
}

/** Local clock time as an instant; the offset is taken twice because it may change in between. */
function instantOf(localMs: number, zone: string): number {
  const guess = localMs - zoneOffsetMinutes(zone, localMs) * MINUTE_MS;
  return localMs - zoneOffsetMinutes(zone, guess) * MINUTE_MS;
}
