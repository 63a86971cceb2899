// The sessions of the exchanges behind CTP, and how staleness is judged by them.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createLagRules } from '../../../lib/domain/health/lag-rules.ts';
import { type Calendar, readCalendar } from '../../../lib/domain/sessions/calendar.ts';
import { createTradingTime, hasNight } from '../../../lib/domain/sessions/trading-time.ts';
import { check, LIMITS, row } from '../health/checking.ts';

const RAW = JSON.parse(readFileSync(new URL('../../../config/calendars/ctp.json', import.meta.url), 'utf8'));
const CTP = readCalendar(RAW).calendar as Calendar;

function at(local: string) {
  return createTradingTime(CTP, Date.parse(`${local}+08:00`));
}

const moments: Record<string, [string, string, string | null]> = {
  'rebar at the first second of the day': ['2026-01-05T09:00:00', 'rb2605.SHFE', '2026-01-05'],
  'rebar a second before it': ['2026-01-05T08:59:59', 'rb2605.SHFE', null],
  'rebar in the mid-session break': ['2026-01-05T10:15:00', 'rb2605.SHFE', null],
  'rebar after the break': ['2026-01-05T10:30:00', 'rb2605.SHFE', '2026-01-05'],
  'rebar at lunch': ['2026-01-05T12:00:00', 'rb2605.SHFE', null],
  'rebar after the close': ['2026-01-05T15:00:00', 'rb2605.SHFE', null],
  'rebar on Monday night, for Tuesday': ['2026-01-05T21:00:00', 'rb2605.SHFE', '2026-01-06'],
  'rebar after its night': ['2026-01-05T23:00:00', 'rb2605.SHFE', null],
  'copper until one': ['2026-01-06T00:59:59', 'cu2602.SHFE', '2026-01-06'],
  'copper at one': ['2026-01-06T01:00:00', 'cu2602.SHFE', null],
  'gold until half past two': ['2026-01-06T02:29:59', 'au2604.SHFE', '2026-01-06'],
  'crude oil on Saturday morning, for Monday': ['2026-01-10T02:00:00', 'sc2603.INE', '2026-01-12'],
  'gold on Friday night, for Monday': ['2026-01-09T22:00:00', 'au2604.SHFE', '2026-01-12'],
  'gold on Saturday after the night': ['2026-01-10T09:30:00', 'au2604.SHFE', null],
  'gold on Sunday night': ['2026-01-11T21:30:00', 'au2604.SHFE', null],
  'gold on the evening before a holiday': ['2026-04-03T21:30:00', 'au2604.SHFE', null],
  'gold on the first evening after it': ['2026-04-07T21:30:00', 'au2606.SHFE', '2026-04-08'],
  'eggs have no night': ['2026-01-05T21:30:00', 'jd2605.DCE', null],
  'soybean meal has one': ['2026-01-05T21:30:00', 'm2605.DCE', '2026-01-06'],
  'apples have none': ['2026-01-05T21:30:00', 'AP605.CZCE', null],
  'an option trades with its product': ['2026-01-05T21:30:00', 'SR605C6000.CZCE', '2026-01-06'],
  'the stock index before half past nine': ['2026-01-05T09:15:00', 'IF2601.CFFEX', null],
  'the stock index after one': ['2026-01-05T13:00:00', 'IF2601.CFFEX', '2026-01-05'],
  'treasuries until a quarter past three': ['2026-01-05T15:10:00', 'T2603.CFFEX', '2026-01-05'],
  'the stock index then': ['2026-01-05T15:10:00', 'IF2601.CFFEX', null],
  'lithium at night': ['2026-01-05T21:30:00', 'lc2605.GFEX', null],
  'the Spring Festival': ['2026-02-18T10:00:00', 'rb2605.SHFE', null],
};

describe('the session that runs', () => {
  test.each(Object.entries(moments))('%s', (_name, [local, symbol, tradingDay]) => {
    const current = at(local).currentOf(symbol);
    expect(current === null || current === 'unknown' ? current : current.tradingDay).toBe(tradingDay);
  });

  test('of an exchange that the calendar does not know is unknown', () => {
    expect(at('2026-01-05T09:00:00').currentOf('ES2603.CME')).toBe('unknown');
  });

  test('is covered only while the holidays are known', () => {
    expect(at('2026-12-31T23:59:59').isCovered).toBe(true);
    expect(at('2027-01-01T00:00:00').isCovered).toBe(false);
  });

  test('does not take place on an evening that the calendar names', () => {
    expect(hasNight(CTP, '2026-01-05')).toBe(true);
    expect(hasNight({ ...CTP, nightsOff: new Set(['2026-01-05']) }, '2026-01-05')).toBe(false);
  });

  test('keeps its local hours when summer time begins', () => {
    const exchanges = new Map([
      ['XETR', { usual: { day: [{ open: 480, close: 600 }], night: [] }, products: new Map() }],
    ]);
    const berlin: Calendar = { ...CTP, zone: 'Europe/Berlin', exchanges, holidays: new Set() };
    const opens = (instant: string) => createTradingTime(berlin, Date.parse(instant)).currentOf('FDAX.XETR');
    expect(opens('2026-03-27T07:00:00Z')).toMatchObject({ openMs: Date.parse('2026-03-27T07:00:00Z') });
    expect(opens('2026-03-30T06:00:00Z')).toMatchObject({ openMs: Date.parse('2026-03-30T06:00:00Z') });
    expect(opens('2026-03-30T05:59:59Z')).toBeNull();
  });
});

describe('trading time since a tick', () => {
  const cases: Record<string, [string, string, string, number]> = {
    'skips the mid-session break': ['2026-01-05T10:31:00', 'rb2605.SHFE', '2026-01-05T10:14:00', 120],
    'skips lunch': ['2026-01-05T13:31:00', 'rb2605.SHFE', '2026-01-05T11:29:30', 90],
    'skips the night before the day': ['2026-01-06T09:00:10', 'rb2605.SHFE', '2026-01-05T22:59:50', 20],
    'skips a weekend': ['2026-01-12T09:00:05', 'au2604.SHFE', '2026-01-10T02:29:55', 10],
    'skips the National Day': ['2026-10-08T09:00:30', 'rb2701.SHFE', '2026-09-30T14:59:30', 60],
  };
  test.each(Object.entries(cases))('%s', (_name, [now, symbol, tick, seconds]) => {
    expect(at(now).sinceMs(symbol, Date.parse(`${tick}+08:00`))).toBe(seconds * 1_000);
  });
});

describe('the verdict with sessions', () => {
  // The tests' now is 17:30 in Shanghai.
  const nowMs = Date.parse('2026-01-05T09:30:00Z');
  const lagRules = createLagRules({ usual: LIMITS, nowMs, tradingTime: createTradingTime(CTP, nowMs) });
  const verdictOf = (entry: object, symbol = 'rb2605.SHFE') =>
    check({ catalogue: JSON.stringify([symbol]), active: JSON.stringify([entry]), lagRules }).verdict;

  test('is healthy for a stale tick outside the session', () => {
    expect(verdictOf(row('rb2605.SHFE', 9_000))).toBe('healthy');
  });
  test('is healthy for a contract that never ticked outside the session', () => {
    expect(verdictOf(row('rb2605.SHFE', 0, { last_tick_at: null }))).toBe('healthy');
  });
  test('is still critical for a broken tick time', () => {
    expect(verdictOf(row('rb2605.SHFE', 0, { last_tick_at: 'x' }))).toBe('unhealthy');
  });
  test('is critical for a stale tick of an unknown exchange', () => {
    expect(verdictOf(row('ES2603.CME', 9_000), 'ES2603.CME')).toBe('unhealthy');
  });
});

test('limits of a product win over those of its exchange', () => {
  const limits = (warningMs: number) => ({ warningMs, criticalMs: warningMs * 2 });
  const special = new Map([
    ['SHFE', limits(10)],
    ['wr.SHFE', limits(900)],
  ]);
  const rules = createLagRules({ usual: limits(100), special, nowMs: 0 });
  expect(['wr2605.SHFE', 'rb2605.SHFE', 'm2605.DCE'].map((symbol) => rules.limitsOf(symbol).warningMs)).toEqual([
    900, 10, 100,
  ]);
  expect(rules.shortestMs).toBe(10);
});

const mistakes: Record<string, [object, string]> = {
  'no schema': [{ schema: 'x' }, 'schema: "mdops.calendar/1" is expected'],
  'an unknown zone': [{ zone: 'Asia/Nowhere' }, 'zone: the IANA name of a time zone is expected'],
  'an impossible date': [{ holidays: ['2026-13-01'] }, 'holidays[0]: a date like "2026-01-05" is expected'],
  'an unknown schedule': [
    { exchanges: { SHFE: { usual: 'x' } } },
    'exchanges.SHFE.usual: the name of a schedule is expected',
  ],
  'an impossible time': [
    { schedules: { a: { day: [['25:00', '26:00']] } } },
    'schedules.a.day[0]: two different times like "09:00" are expected',
  ],
};
describe('a calendar with', () => {
  test.each(Object.entries(mistakes))('%s is refused with its place', (_name, [change, problem]) => {
    expect(readCalendar({ ...RAW, ...change }).problems).toContain(problem);
  });
});
