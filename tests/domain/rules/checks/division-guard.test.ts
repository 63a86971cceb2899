// A divisor may be zero.

import { expect, test } from 'vitest';
import { judge, type Planted } from './judge.ts';

const CASES: Record<string, readonly [planted: Planted, findings: string[]]> = {
  'no guard': [
    {
      expr: 'rate(orders_failed[5m]) / rate(orders_all[5m]) > 0.1',
      annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/a.md' },
    },
    ['promql/division: divides by rate(orders_all[5m]), which may be 0: add "> 0", or "and … > 0"'],
  ],
  'a guard in the divisor is fine': [
    {
      expr: 'rate(orders_failed[5m]) / (rate(orders_all[5m]) > 0) > 0.1',
      annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/a.md' },
    },
    [],
  ],
  'a guard beside it is fine': [
    {
      expr: '(rate(orders_failed[5m]) / rate(orders_all[5m]) > 0.1) and rate(orders_all[5m]) > 0',
      annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/a.md' },
    },
    [],
  ],
  'a guard of another metric': [
    {
      expr: '(rate(orders_failed[5m]) / rate(orders_all[5m]) > 0.1) and on () queue_depth > 0',
      annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/a.md' },
    },
    ['promql/division: divides by rate(orders_all[5m]), which may be 0: add "> 0", or "and … > 0"'],
  ],
  'clamp_min() is fine': [
    {
      expr: 'rate(orders_failed[5m]) / clamp_min(rate(orders_all[5m]), 1) > 0.1',
      annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/a.md' },
    },
    [],
  ],
  'a number is fine': [{ expr: 'queue_depth / 100 > 0.1' }, []],
};

test.each(Object.entries(CASES))('%s', async (_case, [planted, findings]) => {
  expect(await judge(planted)).toEqual(findings);
});
