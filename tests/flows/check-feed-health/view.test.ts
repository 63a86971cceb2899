// What a person sees of a report, in a terminal of any width.

import { expect, test } from 'vitest';
import { PLAIN } from '../../../lib/base/paint.ts';
import type { HealthReport } from '../../../lib/domain/health/report.ts';
import { type Shown, showReport } from '../../../lib/flows/check-feed-health/view.ts';

const REPORT = {
  generated_at: '2026-01-05T10:00:00+08:00',
  mode: 'enforce',
  verdict: 'unhealthy',
  coverage_ratio: 0.5,
  expected_total: 2,
  matched_total: 1,
  ignored_total: 0,
  missing_contracts: ['a.SHFE'],
  stalled_contracts: [],
  unexpected_contracts: [],
  errors: [],
  warnings: [],
  remediation: null,
} as unknown as HealthReport;

function lines(report: Partial<HealthReport>, columns: number, more: Partial<Shown> = {}): string[] {
  const shown: Shown = {
    report: { ...REPORT, ...report },
    target: 'primary',
    environment: 'sim',
    changes: null,
    coverageThreshold: 0.995,
    limitList: 10,
    artifacts: [],
    next: [],
    ...more,
  };
  return showReport(shown, PLAIN, columns);
}

test('a reason is told to its end in a narrow terminal', () => {
  const reason = `/srv/trading/snapshots/${'x'.repeat(60)}.json: cannot be read: permission denied`;
  const unknown = { verdict: 'unknown', coverage_ratio: null, missing_contracts: [] } as const;
  expect(lines({ ...unknown, errors: [reason] }, 60)).toContain(`✗ ${reason}`);
});

test('the table of the worst fits into a narrow terminal', () => {
  const name = '行情'.repeat(20);
  const stalled = [
    { symbol: name, subscription_id: null, last_tick_at: 'x'.repeat(90), lag_seconds: null, severity: 'critical' },
  ] as const;
  const [row = ''] = lines({ stalled_contracts: stalled }, 60).filter((line) => line.startsWith('行情'));
  const cells = [...row].reduce((sum, letter) => sum + (letter > '\u2e80' ? 2 : 1), 0);
  expect(cells).toBeLessThanOrEqual(60);
});

test('a repair that was refused has no mark of success', () => {
  const refused = {
    attempted: 0,
    succeeded: 0,
    attempts: 0,
    resubscribed: [],
    failed: [],
    rate_limit_events: 0,
    escalated: false,
  };
  expect(lines({ remediation: refused }, 80).join('\n')).not.toContain('✓');
  expect(lines({ remediation: { ...refused, attempted: 1, succeeded: 1, attempts: 1 } }, 80)).toContain(
    '✓ resubscribed 1 of 1 in 1 attempt',
  );
});

test('changes name as many as asked for, and count the rest', () => {
  const changes = {
    before: 'unhealthy',
    sinceMs: 1_000,
    newlyMissing: ['a.S', 'b.S', 'c.S'],
    newlyStalled: [],
    recovered: ['d.S'],
  } as const;
  expect(lines({}, 60, { changes, limitList: 2 }).slice(-2)).toEqual([
    '  + missing a.S, b.S and 1 more',
    '  - recovered d.S',
  ]);
  expect(lines({}, 60, { changes, limitList: 0 }).slice(-2)).toEqual(['  + missing 3', '  - recovered 1']);
});
