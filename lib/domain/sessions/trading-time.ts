// Trading time around one instant: which sessions ran lately, whether one runs now, how much of them passed since.

import { zoneOffsetMinutes } from '../../base/zoned-time.ts';
import type { Calendar, Hours, Schedule } from './calendar.ts';
import { contractName } from './contract-name.ts';

export interface Session {
  readonly openMs: number;
  readonly closeMs: number;
  /** Local date that the session counts for. */
  readonly tradingDay: string;
}

export interface TradingTime {
  /** The session that runs for this symbol now, or null. A symbol that the calendar does not know always trades. */
  currentOf(symbol: string): Session | null | 'unknown';
  /** Trading time of this symbol from an instant until now. */
  sinceMs(symbol: string, fromMs: number): number;
  /** False where the calendar's holidays end before now. */
  readonly isCovered: boolean;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
// Longer than the longest closure (nine days around the Spring Festival and the National Day) and a weekend beside it.
const DAYS_BACK = 14;

export function createTradingTime(calendar: Calendar, nowMs: number): TradingTime {
  const known = new Map<Schedule, readonly Session[]>();
  const today = localDate(calendar, nowMs);
  const sessionsOf = (symbol: string): readonly Session[] | null => {
    const schedule = scheduleOf(calendar, symbol);
    if (schedule === null) return null;
    const sessions = known.get(schedule) ?? sessionsBefore(calendar, schedule, nowMs);
    known.set(schedule, sessions);
    return sessions;
  };
  return {
    isCovered: today >= calendar.from && today <= calendar.to,
    currentOf: (symbol) => {
      const sessions = sessionsOf(symbol);
      return sessions === null ? 'unknown' : (sessions.find(({ closeMs }) => closeMs > nowMs) ?? null);
    },
    sinceMs: (symbol, fromMs) => {
      const sessions = sessionsOf(symbol);
      if (sessions === null) return nowMs - fromMs;
      return sessions.reduce((sum, { openMs, closeMs }) => {
        return sum + Math.max(0, Math.min(closeMs, nowMs) - Math.max(openMs, fromMs));
      }, 0);
    },
  };
}

function scheduleOf(calendar: Calendar, symbol: string): Schedule | null {
  const { product, exchange } = contractName(symbol);
  const hours = calendar.exchanges.get(exchange);
  return hours === undefined ? null : (hours.products.get(product.toLowerCase()) ?? hours.usual);
}

/** Sessions that opened at or before the instant, latest first. */
export function sessionsBefore(calendar: Calendar, schedule: Schedule, nowMs: number): Session[] {
  const sessions: Session[] = [];
  const today = localDate(calendar, nowMs);
  for (let back = 0; back <= DAYS_BACK; back += 1) {
    const date = addDays(today, -back);
    if (isTradingDay(calendar, date))
      sessions.push(...schedule.day.map((hours) => session(calendar, date, hours, date)));
    if (hasNight(calendar, date)) {
      const tradingDay = nextWeekday(date);
      sessions.push(...schedule.night.map((hours) => session(calendar, date, hours, tradingDay)));
    }
  }
  return sessions.filter(({ openMs }) => openMs <= nowMs).sort((left, right) => right.openMs - left.openMs);
}

function session(calendar: Calendar, date: string, { open, close }: Hours, tradingDay: string): Session {
  return {
    openMs: instantOf(calendar, date, open),
    closeMs: instantOf(calendar, close > open ? date : addDays(date, 1), close),
    tradingDay,
  };
}

export function isTradingDay(calendar: Calendar, date: string): boolean {
  return isWeekday(date) && !calendar.holidays.has(date);
}

/** A night session needs the next weekday to trade: the evening before a holiday has none, Friday counts for Monday. */
export function hasNight(calendar: Calendar, date: string): boolean {
  return isTradingDay(calendar, date) && isTradingDay(calendar, nextWeekday(date)) && !calendar.nightsOff.has(date);
}

function nextWeekday(date: string): string {
  let next = addDays(date, 1);
  while (!isWeekday(next)) next = addDays(next, 1);
  return next;
}

// Chinese exchanges stay closed on every weekend, also on those that are working days elsewhere.
function isWeekday(date: string): boolean {
  const day = new Date(`${date}T00:00:00Z`).getUTCDay();
  return day !== 0 && day !== 6;
}

function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

function localDate(calendar: Calendar, ms: number): string {
  return new Date(ms + zoneOffsetMinutes(calendar.zone, ms) * MINUTE_MS).toISOString().slice(0, 10);
}

/** A local time that summer time skips or repeats is read with the offset in force before the change. */
function instantOf(calendar: Calendar, date: string, minutes: number): number {
  const asUtc = Date.parse(`${date}T00:00:00Z`) + minutes * MINUTE_MS;
  const guess = asUtc - zoneOffsetMinutes(calendar.zone, asUtc) * MINUTE_MS;
  return asUtc - zoneOffsetMinutes(calendar.zone, guess) * MINUTE_MS;
}
