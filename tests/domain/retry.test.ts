// When a failed attempt is followed by another.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRetryAfter, planRetry, RETRY_POLICY, type RetryQuestion } from '../../lib/domain/retry.ts';

const NOW_MS = Date.UTC(2026, 1, 28, 23, 59, 30);

const asked: RetryQuestion = { attempts: 1, leftMs: 10_000, savedRetries: 10, retryAfterMs: null, random: 0.5 };

test.each<[string, Partial<RetryQuestion>, number | null]>([
  ['the first retry waits up to the base', {}, 100],
  ['the second up to twice that', { attempts: 2 }, 200],
  ['attempts end', { attempts: 3 }, null],
  ['a spent budget ends them too', { savedRetries: 0.9 }, null],
  ['with little time left it comes sooner', { leftMs: 100 }, 25],
  ['with none left it does not come', { leftMs: 0 }, null],
  ['what the remote asks for is a floor', { retryAfterMs: 3_000 }, 3_100],
  ['a remote that asks for more than is left is not tried again', { retryAfterMs: 10_000 }, null],
])('%s', (_, change, waitMs) => {
  expect(planRetry(RETRY_POLICY, { ...asked, ...change })).toBe(waitMs);
});

test('no plan waits past the deadline or beyond the cap', () => {
  const questions = fc.record<RetryQuestion>({
    attempts: fc.integer({ min: 1, max: 50 }),
    leftMs: fc.integer({ min: -10, max: 20_000 }),
    savedRetries: fc.integer({ min: 0, max: 10 }),
    retryAfterMs: fc.constant(null),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });
  fc.assert(
    fc.property(questions, (question) => {
      const waitMs = planRetry({ ...RETRY_POLICY, attempts: 100 }, question);
      if (waitMs === null) return;
      expect(waitMs).toBeLessThan(question.leftMs);
      expect(waitMs).toBeLessThan(RETRY_POLICY.capMs);
      expect(waitMs).toBeGreaterThanOrEqual(0);
    }),
  );
});

test.each([
  ['seconds', '120', 120_000],
  ['zero', '0', 0],
  ['a date', 'Sun, 01 Mar 2026 00:00:00 GMT', 30_000],
  ['a date gone by', 'Sun, 01 Mar 2015 00:00:00 GMT', 0],
  ['nothing', undefined, null],
  ['an empty value', '', null],
  ['a negative number', '-1', null],
  ['a fraction', '1.5', null],
  ['a number beyond all use', '9'.repeat(30), null],
  ['another date format', '2026-03-01T00:00:00Z', null],
  ['a month that is none', 'Sun, 01 Foo 2026 00:00:00 GMT', null],
])('Retry-After: %s', (_, text, expected) => {
  expect(parseRetryAfter(text, NOW_MS)).toBe(expected);
});

test('every HTTP date reads as the calendar says', () => {
  const seconds = fc.integer({ min: NOW_MS / 1_000, max: 7_000_000_000 });
  fc.assert(
    fc.property(seconds, (second) => {
      expect(parseRetryAfter(new Date(second * 1_000).toUTCString(), NOW_MS)).toBe(second * 1_000 - NOW_MS);
    }),
  );
});
