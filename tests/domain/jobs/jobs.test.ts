// Deadlines and freshness of jobs, through midnight, leap days and both changes of the clock.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assessJob, lastGoodAfter } from '../../../lib/domain/jobs/assess-job.ts';
import { deadlineOf, parseDeadline } from '../../../lib/domain/jobs/deadline.ts';
import { parseSchedule } from '../../../lib/domain/jobs/schedule.ts';

const at = (text: string): number => Date.parse(text);

describe('a deadline', () => {
  test.each<[string, string, string, string, string]>([
    ['so long after the start', '15m', '2026-01-05T00:00:00+08:00', 'Asia/Shanghai', '2026-01-05T00:15:00+08:00'],
    ['at a time of the same day', '00:15', '2026-01-05T00:00:00+08:00', 'Asia/Shanghai', '2026-01-05T00:15:00+08:00'],
    ['across midnight', '00:15', '2026-01-05T23:50:00+08:00', 'Asia/Shanghai', '2026-01-06T00:15:00+08:00'],
    ['into a leap day', '00:15', '2028-02-28T23:50:00+08:00', 'Asia/Shanghai', '2028-02-29T00:15:00+08:00'],
    [
      'in a time that the day skips',
      '02:30',
      '2026-03-08T01:00:00-05:00',
      'America/New_York',
      '2026-03-08T03:30:00-04:00',
    ],
    [
      'in a time that the day has twice',
      '01:30',
      '2026-11-01T00:30:00-04:00',
      'America/New_York',
      '2026-11-01T01:30:00-04:00',
    ],
    ['after the first of two', '01:30', '2026-11-01T01:45:00-04:00', 'America/New_York', '2026-11-02T01:30:00-05:00'],
    ['over a short night', '04:00', '2026-03-29T00:30:00+01:00', 'Europe/Berlin', '2026-03-29T04:00:00+02:00'],
  ])('%s: %s after %s in %s', (_what, text, start, zone, wanted) => {
    expect(new Date(deadlineOf(parseDeadline(text)!, at(start), zone)).toISOString()).toBe(
      new Date(wanted).toISOString(),
    );
  });

  test.each(['', '24:00', '7:15', '-5m', '0', '5', 'soon'])('"%s" is none', (text) => {
    expect(parseDeadline(text)).toBe(null);
  });

  test('is never before the start, and a time of day comes within 26 hours', () => {
    const zones = ['Asia/Shanghai', 'America/New_York', 'Europe/London', 'Australia/Lord_Howe', 'UTC'];
    fc.assert(
      fc.property(
        fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z') }),
        fc.integer({ min: 0, max: 1_439 }),
        fc.constantFrom(...zones),
        (startMs, minutes, zone) => {
          const dueMs = deadlineOf({ kind: 'at', minutes }, startMs, zone);
          expect(dueMs).toBeGreaterThanOrEqual(startMs);
          expect(dueMs - startMs).toBeLessThanOrEqual(26 * 3_600_000);
        },
      ),
    );
  });
});

describe('a schedule', () => {
  test('knows the start that was last due, this very instant included', async () => {
    const parsed = await parseSchedule('0 0 * * *', 'Asia/Shanghai');
    if (!parsed.ok) throw new Error(parsed.problem);
    const midnight = at('2026-01-05T00:00:00+08:00');
    expect(parsed.schedule.lastAt(midnight)).toBe(midnight);
    expect(parsed.schedule.lastAt(midnight - 1)).toBe(midnight - 86_400_000);
    expect(parsed.schedule.nextAfter(midnight)).toBe(midnight + 86_400_000);
  });

  test.each([
    [
      'that the day skips comes as long after the jump',
      '30 2 * * *',
      '2026-03-29T04:00:00+02:00',
      '2026-03-29T03:30:00+02:00',
    ],
    ['of the day after is no other one', '30 2 * * *', '2026-03-30T04:00:00+02:00', '2026-03-30T02:30:00+02:00'],
    ['that the day has twice comes once', '30 2 * * *', '2026-10-25T04:00:00+01:00', '2026-10-25T02:30:00+02:00'],
    ['of every hour comes in both', '30 * * * *', '2026-10-25T02:40:00+01:00', '2026-10-25T02:30:00+01:00'],
    [
      'of a week that skipped it is not the one before',
      '30 2 * * 0',
      '2026-04-01T12:00:00+02:00',
      '2026-03-29T03:30:00+02:00',
    ],
  ])('the start %s', async (_what, expression, now, wanted) => {
    const parsed = await parseSchedule(expression, 'Europe/Berlin');
    if (!parsed.ok) throw new Error(parsed.problem);
    expect(parsed.schedule.lastAt(at(now))).toBe(at(wanted));
  });

  test('says what is wrong with an expression', async () => {
    expect(await parseSchedule('0 25 * * *', 'UTC')).toMatchObject({ ok: false });
    expect(await parseSchedule('whenever', 'UTC')).toMatchObject({ ok: false });
  });
});

describe('a job', () => {
  const slot = at('2026-01-05T00:00:00+08:00');
  const due = slot + 900_000;
  const yesterday = slot - 86_400_000;
  test.each([
    ['ended well', { lastSlotMs: slot, lastOk: true, lastGoodSlotMs: slot }, due + 1, 'fresh', true],
    ['failed', { lastSlotMs: slot, lastOk: false, lastGoodSlotMs: yesterday }, slot + 1, 'failed', false],
    [
      'is running before its deadline',
      { lastSlotMs: slot, lastOk: null, lastGoodSlotMs: yesterday },
      due,
      'waiting',
      true,
    ],
    [
      'is running after its deadline',
      { lastSlotMs: slot, lastOk: null, lastGoodSlotMs: yesterday },
      due + 1,
      'late',
      false,
    ],
    ['ended well, but too late', { lastSlotMs: slot, lastOk: true, lastGoodSlotMs: yesterday }, due + 1, 'late', false],
    [
      'is running after a night that brought nothing',
      { lastSlotMs: slot, lastOk: null, lastGoodSlotMs: yesterday - 86_400_000 },
      due,
      'waiting',
      false,
    ],
    ['never started', { lastSlotMs: yesterday, lastOk: true, lastGoodSlotMs: yesterday }, due + 1, 'late', false],
    [
      'failed yesterday and is not due yet',
      { lastSlotMs: yesterday, lastOk: false, lastGoodSlotMs: null },
      slot,
      'waiting',
      false,
    ],
  ] as const)('that %s', (_what, past, nowMs, state, isFresh) => {
    expect(assessJob(past, { slotMs: slot, slotBeforeMs: yesterday, dueMs: due, nowMs })).toEqual({ state, isFresh });
  });
});

test.each([
  ['in time', null, { isOk: true, isInTime: true }, 2],
  ['too late', 1, { isOk: true, isInTime: false }, 1],
  ['too late, after one that was in time', 2, { isOk: true, isInTime: false }, 2],
  ['badly', 1, { isOk: false, isInTime: true }, 1],
  ['badly, after one that was good', 2, { isOk: false, isInTime: true }, null],
] as const)('the latest good start when an attempt ends %s', (_how, before, ending, wanted) => {
  expect(lastGoodAfter(before, { slotMs: 2, ...ending })).toBe(wanted);
});
