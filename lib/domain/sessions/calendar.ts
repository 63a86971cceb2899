// A session calendar as data: which product trades when, and on which days nobody does.

import { isRecord, own } from '../../base/json.ts';

/** Minutes of the local day; a close before its open lies on the next day. */
export interface Hours {
  readonly open: number;
  readonly close: number;
}

export interface Schedule {
  readonly day: readonly Hours[];
  /** Belongs to the next trading day: Friday night is Monday's. */
  readonly night: readonly Hours[];
}

export interface ExchangeHours {
  readonly usual: Schedule;
  /** By product in small letters. */
  readonly products: ReadonlyMap<string, Schedule>;
}

export interface Calendar {
  readonly zone: string;
  /** First and last local date whose holidays are known. */
  readonly from: string;
  readonly to: string;
  readonly holidays: ReadonlySet<string>;
  /** Evenings without a night session although the next weekday trades. */
  readonly nightsOff: ReadonlySet<string>;
  readonly exchanges: ReadonlyMap<string, ExchangeHours>;
}

export type ReadCalendar =
  | { readonly calendar: Calendar; readonly problems: readonly [] }
  | { readonly calendar: null; readonly problems: readonly string[] };

export const CALENDAR_SCHEMA = 'mdops.calendar/1';
const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** Every mistake at once, each with its place. */
export function readCalendar(raw: unknown): ReadCalendar {
  const problems: string[] = [];
  if (!isRecord(raw) || own(raw, 'schema') !== CALENDAR_SCHEMA) {
    return { calendar: null, problems: [`schema: "${CALENDAR_SCHEMA}" is expected`] };
  }
  const zone = own(raw, 'zone');
  if (typeof zone !== 'string' || !isZone(zone)) problems.push('zone: the IANA name of a time zone is expected');
  const schedules = readSchedules(own(raw, 'schedules'), problems);
  const calendar: Calendar = {
    zone: String(zone),
    from: readDate(own(raw, 'from'), 'from', problems),
    to: readDate(own(raw, 'to'), 'to', problems),
    holidays: readDates(own(raw, 'holidays'), 'holidays', problems),
    nightsOff: readDates(own(raw, 'nights_off') ?? [], 'nights_off', problems),
    exchanges: readExchanges(own(raw, 'exchanges'), schedules, problems),
  };
  return problems.length === 0 ? { calendar, problems: [] } : { calendar: null, problems };
}

function isZone(zone: string): boolean {
  if (zone === 'Asia/Shanghai' || zone === 'UTC') return true;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function readSchedules(raw: unknown, problems: string[]): Map<string, Schedule> {
  const schedules = new Map<string, Schedule>();
  if (!isRecord(raw)) problems.push('schedules: an object of named schedules is expected');
  else {
    for (const [name, value] of Object.entries(raw)) {
      const path = `schedules.${name}`;
      if (!isRecord(value)) problems.push(`${path}: an object with "day" and "night" is expected`);
      else {
        const day = readHours(own(value, 'day') ?? [], `${path}.day`, problems);
        const night = readHours(own(value, 'night') ?? [], `${path}.night`, problems);
        schedules.set(name, { day, night });
      }
    }
  }
  return schedules;
}

function readHours(raw: unknown, path: string, problems: string[]): Hours[] {
  if (!Array.isArray(raw)) {
    problems.push(`${path}: a list of ["HH:MM", "HH:MM"] is expected`);
    return [];
  }
  return raw.flatMap((pair: unknown, i) => {
    const [open, close] = Array.isArray(pair) ? pair.map(minutesOf) : [];
    if (open !== undefined && close !== undefined && open !== close) return [{ open, close }];
    problems.push(`${path}[${i}]: two different times like "09:00" are expected`);
    return [];
  });
}

function minutesOf(time: unknown): number | undefined {
  const match = typeof time === 'string' ? TIME.exec(time) : null;
  return match === null ? undefined : Number(match[1]) * 60 + Number(match[2]);
}

function readExchanges(
  raw: unknown,
  schedules: ReadonlyMap<string, Schedule>,
  problems: string[],
): Map<string, ExchangeHours> {
  const exchanges = new Map<string, ExchangeHours>();
  if (!isRecord(raw)) {
    problems.push('exchanges: an object of exchanges is expected');
    return exchanges;
  }
  const scheduleOf = (name: unknown, path: string): Schedule => {
    const schedule = typeof name === 'string' ? schedules.get(name) : undefined;
    if (schedule === undefined) problems.push(`${path}: the name of a schedule is expected`);
    return schedule ?? { day: [], night: [] };
  };
  for (const [name, value] of Object.entries(raw)) {
    const entry = isRecord(value) ? value : {};
    const products = own(entry, 'products') ?? {};
    if (!isRecord(products)) problems.push(`exchanges.${name}.products: an object is expected`);
    exchanges.set(name, {
      usual: scheduleOf(own(entry, 'usual'), `exchanges.${name}.usual`),
      products: new Map(
        Object.entries(isRecord(products) ? products : {}).map(([product, schedule]) => [
          product.toLowerCase(),
          scheduleOf(schedule, `exchanges.${name}.products.${product}`),
        ]),
      ),
    });
  }
  return exchanges;
}

function readDates(raw: unknown, path: string, problems: string[]): Set<string> {
  if (!Array.isArray(raw)) {
    problems.push(`${path}: a list of dates is expected`);
    return new Set();
  }
  return new Set(raw.map((date: unknown, i) => readDate(date, `${path}[${i}]`, problems)));
}

function readDate(raw: unknown, path: string, problems: string[]): string {
  if (typeof raw === 'string' && DATE.test(raw)) return raw;
  problems.push(`${path}: a date like "2026-01-05" is expected`);
  return '';
}
