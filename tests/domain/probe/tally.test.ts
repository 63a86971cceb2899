// Exact percentiles of every arrival, verdicts that never take "not seen" for good, and a histogram that adds up.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { barOf, histogramOf } from '../../../lib/domain/probe/histogram.ts';
import { parseObjectives } from '../../../lib/domain/probe/objectives.ts';
import { createTally, type ProbeAnswer, percentileOf, quantilesOf } from '../../../lib/domain/probe/tally.ts';
import { judgeProbe, worstVerdict } from '../../../lib/domain/probe/verdict.ts';

const GOOD: ProbeAnswer = { ok: true };
const REFUSED: ProbeAnswer = { ok: false, error: 'connection refused', isOurs: false, detail: 'nobody there' };
const UNRESOLVED: ProbeAnswer = { ok: false, error: 'name not resolved', isOurs: true, detail: 'no resolver' };

function tallied(answers: readonly (readonly [ms: number, answer: ProbeAnswer])[], timeoutMs = 5_000) {
  const tally = createTally(answers.length, timeoutMs);
  for (const [ms, answer] of answers) tally.add(ms, answer);
  return tally.finish();
}

function objectives(text: string) {
  const parsed = parseObjectives(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.objectives;
}

describe('percentiles', () => {
  test('are the smallest latency that so many did not exceed', () => {
    const latency = fc.double({ min: 0, max: 1e6, noNaN: true });
    const share = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1, maxLength: 300 }), share, (values, hundredths) => {
        const found = percentileOf(Float64Array.from(values).sort(), hundredths);
        const within = (limit: number): number => values.filter((value) => value <= limit).length * 10_000;
        expect(within(found)).toBeGreaterThanOrEqual(hundredths * values.length);
        for (const smaller of values.filter((value) => value < found)) {
          expect(within(smaller)).toBeLessThan(hundredths * values.length);
        }
      }),
    );
  });

  test('have no rounding of their own: p99.9 of a thousand is the 999th', () => {
    const sorted = Float64Array.from({ length: 1_000 }, (_, index) => index + 1);
    expect(quantilesOf(sorted)).toEqual({ min: 1, p50: 500, p90: 900, p95: 950, p99: 990, p999: 999, max: 1_000 });
    expect(quantilesOf(new Float64Array())).toBeNull();
  });
});

describe('an arrival without a good answer', () => {
  test('took its whole deadline, however quick the failure was', () => {
    const found = tallied([...Array(9).fill([10, GOOD]), [1, REFUSED]]);
    expect(quantilesOf(found.latencies)).toMatchObject({ p90: 10, p95: 5_000 });
    expect(quantilesOf(found.goodLatencies)).toMatchObject({ max: 10 });
    const judged = judgeProbe(objectives('p95<=1s,p90<=1s,errors<=10%'), found, 1_000);
    expect(judged.objectives.map(({ verdict }) => verdict)).toEqual(['unmet', 'met', 'met']);
  });

  test('that was not placed by this side is no finding about the target, and no good one either', () => {
    const mixed = tallied([...Array(9).fill([10, GOOD]), [1, UNRESOLVED]]);
    const good = judgeProbe(objectives('errors<1%'), mixed, 1_000);
    expect(good).toMatchObject({ verdict: 'unknown', objectives: [{ measured: 0, verdict: 'met' }] });
    expect(good.notes[0]).toMatch(/1 arrival did not reach the target because of this side/);
    expect(judgeProbe(objectives('max<1ms'), mixed, 1_000).verdict).toBe('unmet');
    const nothing = judgeProbe(objectives('errors<1%,p95<1s,rate>=1/s'), tallied([[1, UNRESOLVED]]), 1_000);
    expect(nothing.verdict).toBe('unknown');
    expect(nothing.objectives.map(({ verdict }) => verdict)).toEqual(['unknown', 'unknown', 'unknown']);
  });

  test('is counted in classes, of which a strange target cannot make many', () => {
    const many = Array.from({ length: 100 }, (_, index) => {
      return [1, { ok: false, error: `status ${200 + index}`, isOurs: false, detail: '' }] as const;
    });
    const { errors } = tallied([...many, [1, many[0]![1]]]);
    expect(errors).toHaveLength(21);
    expect(errors.reduce((sum, { count }) => sum + count, 0)).toBe(101);
    expect(errors[0]).toMatchObject({ error: 'other', count: 80 });
    expect(errors[1]).toMatchObject({ error: 'status 200', count: 2 });
  });
});

test('the rate counts good answers over the time it took', () => {
  const found = tallied([...Array(50).fill([10, GOOD]), [1, REFUSED]]);
  const at = (text: string): string => judgeProbe(objectives(text), found, 10_000).verdict;
  expect([at('rate>=5/s'), at('rate>5/s')]).toEqual(['met', 'unmet']);
});

test('the worst verdict of several is that of all, and of none it is unknown', () => {
  expect(worstVerdict(['met', 'unknown', 'unmet'])).toBe('unmet');
  expect(worstVerdict(['met', 'unknown'])).toBe('unknown');
  expect(worstVerdict(['met', 'met'])).toBe('met');
  expect(worstVerdict([])).toBe('unknown');
});

describe('a histogram', () => {
  test('holds every latency once, at a bound that is not below it', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), (values) => {
        const sorted = Float64Array.from(values).sort();
        const rows = histogramOf(sorted);
        expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
        expect(rows[0]?.count).toBeGreaterThan(0);
        expect(rows.at(-1)?.count).toBeGreaterThan(0);
        let below = 0;
        for (const { upToMs, count } of rows) {
          below += count;
          expect(sorted.filter((value) => value <= upToMs)).toHaveLength(below);
        }
      }),
    );
  });

  test('draws something for anything that is not nothing', () => {
    expect(barOf(0, 1_000, 32)).toBe('');
    expect(barOf(1, 1_000_000, 32)).toBe('▏');
    expect(barOf(1_000, 1_000, 32)).toBe('█'.repeat(32));
  });
});
