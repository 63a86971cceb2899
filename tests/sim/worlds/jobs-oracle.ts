// When a job is due, found out anew: from the offsets of a zone hour by hour, without the product's code or packages.

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export interface ScheduleFacts {
  readonly cron: string;
  /** Minutes after midnight; null for every hour at `minute`. */
  readonly at: number | null;
  readonly minute: number;
  readonly isDue: (localDay: Date) => boolean;
}

const every = (_day: Date): boolean => true;

function daily(hour: number, minute: number, isDue = every, tail = '* * *'): ScheduleFacts {
  return { cron: `${minute} ${hour} ${tail}`, at: hour * 60 + minute, minute, isDue };
}

export const SCHEDULES = {
  'at midnight': daily(0, 0),
  'at 02:30': daily(2, 30),
  'at 02:00': daily(2, 0),
  'at 01:30': daily(1, 30),
  'at 03:00': daily(3, 0),
  'at 23:50': daily(23, 50),
  'at 02:30 on Sundays': daily(2, 30, (day) => day.getUTCDay() === 0, '* * 0'),
  'at 02:15 on weekdays': daily(2, 15, (day) => day.getUTCDay() % 6 !== 0, '* * 1-5'),
  'on a leap day': daily(0, 0, (day) => day.getUTCMonth() === 1 && day.getUTCDate() === 29, '29 2 *'),
  'at half past every hour': { cron: '30 * * * *', at: null, minute: 30, isDue: every },
} satisfies Record<string, ScheduleFacts>;
export type ScheduleName = keyof typeof SCHEDULES;

export interface Oracle {
  /** The occurrence at or before; null when there is none within the span. */
  slotAt(ms: number): number | null;
  before(slotMs: number): number | null;
  dueOf(slotMs: number, deadline: string): number;
  readonly slots: readonly number[];
}

const oracles = new Map<string, Oracle>();

/** Knows from ten days before to ten days after. */
export function oracleOf(zone: string, schedule: ScheduleName, fromMs: number): Oracle {
  const key = `${zone} ${schedule} ${fromMs}`;
  const known = oracles.get(key) ?? createOracle(zone, SCHEDULES[schedule], fromMs);
  oracles.set(key, known);
  return known;
}

function createOracle(zone: string, schedule: ScheduleFacts, fromMs: number): Oracle {
  const first = Math.floor(fromMs / DAY_MS) * DAY_MS - 10 * DAY_MS;
  const last = first + 20 * DAY_MS;
  const offsets = readOffsets(zone, first - DAY_MS, last + DAY_MS);
  const offsetAt = (ms: number): number => offsets.get(Math.floor(ms / HOUR_MS)) ?? 0;
  const timesOfDay = (at: number, isDue: ScheduleFacts['isDue']): number[] => {
    const found: number[] = [];
    for (let day = first; day <= last; day += DAY_MS) {
      if (isDue(new Date(day))) found.push(instantOf(day + at * MINUTE_MS, day, offsetAt));
    }
    return found;
  };
  const slots =
    schedule.at === null ? everyHour(first, last, schedule.minute) : timesOfDay(schedule.at, schedule.isDue);
  return {
    slots,
    slotAt: (ms) => slots.findLast((slot) => slot <= ms) ?? null,
    before: (slotMs) => slots.findLast((slot) => slot < slotMs) ?? null,
    dueOf: (slotMs, deadline) => {
      const time = /^(\d\d):(\d\d)$/.exec(deadline);
      if (time === null) return slotMs + Number.parseInt(deadline, 10) * MINUTE_MS;
      const at = Number(time[1]) * 60 + Number(time[2]);
      return timesOfDay(at, every).find((ms) => ms >= slotMs)!;
    },
  };
}

/** The first instant that shows this local time; of a time that is skipped the one as long after the jump. */
function instantOf(local: number, day: number, offsetAt: (ms: number) => number): number {
  for (let ms = local - 15 * HOUR_MS; ms <= local + 15 * HOUR_MS; ms += 30 * MINUTE_MS) {
    if (ms + offsetAt(ms) === local) return ms;
  }
  for (let ms = local - 15 * HOUR_MS; ms <= local + 15 * HOUR_MS; ms += MINUTE_MS) {
    if (ms + offsetAt(ms) === local) return ms;
  }
  const midnight = instantOf(day, day, offsetAt);
  return local - offsetAt(midnight);
}

function everyHour(first: number, last: number, minute: number): number[] {
  const found: number[] = [];
  for (let ms = first + minute * MINUTE_MS; ms <= last; ms += HOUR_MS) found.push(ms);
  return found;
}

/** Zones change at full hours. */
function readOffsets(zone: string, from: number, to: number): Map<number, number> {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const offsets = new Map<number, number>();
  for (let ms = from; ms <= to; ms += HOUR_MS) {
    const [, day, month, year, hour, minute] = /(\d+)\/(\d+)\/(\d+), (\d+):(\d+)/.exec(format.format(ms)) ?? [];
    const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
    offsets.set(ms / HOUR_MS, local - ms);
  }
  return offsets;
}
