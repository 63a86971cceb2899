// When a job must have ended: so long after it was due to start, or at a time of day.

import { parseDuration } from '../../base/duration.ts';
import { nextTimeOfDay } from './local-time.ts';

export type Deadline =
  | { readonly kind: 'after'; readonly ms: number }
  | { readonly kind: 'at'; readonly minutes: number };

/** `15m`, `1h30m`, or `00:15`; null for anything else. */
export function parseDeadline(text: string): Deadline | null {
  const time = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (time !== null) return { kind: 'at', minutes: Number(time[1]) * 60 + Number(time[2]) };
  const ms = parseDuration(text);
  return ms === undefined || ms <= 0 ? null : { kind: 'after', ms };
}

/** A time of day is the first one after the start: a job due to start at 23:50 may end at 00:15 of the next day. */
export function deadlineOf(deadline: Deadline, startMs: number, zone: string): number {
  return deadline.kind === 'after' ? startMs + deadline.ms : nextTimeOfDay(startMs, deadline.minutes, zone);
}
