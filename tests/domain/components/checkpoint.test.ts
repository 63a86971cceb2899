// The T-5 checkpoint around opens, nights, weekends and changes of the clock.

import { describe, expect, it } from 'vitest';
import { judgeCheckpoint, type Window } from '../../../lib/domain/components/checkpoint.ts';

const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri'];
const WINDOWS: ReadonlyMap<string, Window> = new Map([
  ['day', { open: 9 * 60, close: 15 * 60, days: WEEK }],
  ['night', { open: 21 * 60, close: 2 * 60 + 30, days: WEEK }],
]);

function judge(at: string, name?: string, zone = 'Asia/Shanghai') {
  const found = judgeCheckpoint(WINDOWS, zone, Date.parse(at), 300_000, name);
  return found === null
    ? null
    : `${found.window} ${new Date(found.openMs).toISOString().slice(0, 16)} ${found.verdict}`;
}

describe('the checkpoint', () => {
  // 2026-01-05 is a Monday; 09:00 in Shanghai is 01:00 UTC.
  it.each([
    ['half an hour before the open', '2026-01-05T08:30:00+08:00', 'day 2026-01-05T01:00 in time'],
    ['exactly five minutes before', '2026-01-05T08:55:00+08:00', 'day 2026-01-05T01:00 in time'],
    ['a moment later', '2026-01-05T08:55:00.001+08:00', 'day 2026-01-05T01:00 late'],
    ['at the open', '2026-01-05T09:00:00+08:00', 'day 2026-01-05T01:00 in session'],
    ['at the close the next session counts', '2026-01-05T15:00:00+08:00', 'night 2026-01-05T13:00 in time'],
    ['after midnight the night is still on', '2026-01-06T01:00:00+08:00', 'night 2026-01-05T13:00 in session'],
    ['the night of Friday ends on Saturday', '2026-01-10T02:00:00+08:00', 'night 2026-01-09T13:00 in session'],
    ['on Saturday it is for Monday', '2026-01-10T10:00:00+08:00', 'day 2026-01-12T01:00 in time'],
  ])('%s', (_name, at, verdict) => {
    expect(judge(at)).toBe(verdict);
  });

  it('is about the session that was named', () => {
    expect(judge('2026-01-05T08:30:00+08:00', 'night')).toBe('night 2026-01-05T13:00 in time');
  });

  it('does not exist without windows', () => {
    expect(judge('2026-01-05T08:30:00+08:00', 'dawn')).toBe(null);
  });

  it('keeps to the clock on the wall when summer time begins', () => {
    // New York: 8 March 2026, 02:00 becomes 03:00. Before it the open is at 14:00 UTC, after it at 13:00.
    expect(judge('2026-03-06T12:00:00Z', 'day', 'America/New_York')).toBe('day 2026-03-06T14:00 in time');
    expect(judge('2026-03-08T12:00:00Z', 'day', 'America/New_York')).toBe('day 2026-03-09T13:00 in time');
  });
});
