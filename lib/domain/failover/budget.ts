// How often a pair may fail over by itself: counted before the act, on a clock that nobody steps.

import { isRecord, own } from '../../base/json.ts';
import type { Moment } from '../breaker.ts';

export interface BudgetRecord {
  /** Automatic failovers, oldest first. */
  readonly spent: readonly Moment[];
  /** Set once the budget was exceeded; a person takes it away. */
  readonly isLatched: boolean;
}

export const NOTHING_SPENT: BudgetRecord = { spent: [], isLatched: false };

const HOUR_MS = 3_600_000;

export function isSpent(record: BudgetRecord, now: Moment, perHour: number): boolean {
  return record.isLatched || recent(record, now).length >= perHour;
}

export function spend(record: BudgetRecord, now: Moment): BudgetRecord {
  return { ...record, spent: [...recent(record, now), now] };
}

function recent({ spent }: BudgetRecord, now: Moment): readonly Moment[] {
  return spent.filter((moment) => ageMs(moment, now) < HOUR_MS);
}

/** Across boots only the wall is left; stepped back it says "just now", so that the budget holds. */
function ageMs(moment: Moment, now: Moment): number {
  if (moment.bootId === now.bootId) return now.monotonicMs - moment.monotonicMs;
  return Math.max(0, now.wallMs - moment.wallMs);
}

/** Null when it is not one of our records. */
export function parseBudget(value: unknown): BudgetRecord | null {
  if (!isRecord(value)) return null;
  const spent = own(value, 'spent');
  if (!Array.isArray(spent) || !spent.every(isMoment)) return null;
  return { spent, isLatched: own(value, 'isLatched') === true };
}

function isMoment(value: unknown): value is Moment {
  return (
    isRecord(value) &&
    Number.isFinite(own(value, 'wallMs')) &&
    Number.isFinite(own(value, 'monotonicMs')) &&
    typeof own(value, 'bootId') === 'string'
  );
}
