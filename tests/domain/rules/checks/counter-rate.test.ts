// A counter is read as a rate.

import { expect, test } from 'vitest';
import { judge, type Planted } from './judge.ts';

const CASES: Record<string, readonly [planted: Planted, findings: string[]]> = {
  'rate() is fine': [
    {
      expr: 'rate(orders_failed[5m]) > 1',
      annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/a.md' },
    },
    [],
  ],
  'sum of rate() is fine': [
    {
      expr: 'sum by (venue) (rate(orders_failed[5m])) > 1',
      annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/a.md' },
    },
    [],
  ],
  'the plain counter': [
    {
      expr: 'orders_failed > 1',
      annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/a.md' },
    },
    ['promql/counter: reads the counter orders_failed without rate() or increase()'],
  ],
  'delta() of a counter': [
    {
      expr: 'delta(orders_failed[5m]) > 1',
      annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/a.md' },
    },
    ['promql/counter: reads the counter orders_failed without rate() or increase()'],
  ],
  'the buckets of a histogram': [
    {
      expr: 'histogram_quantile(0.9, order_seconds_bucket) > 1',
      annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/a.md' },
    },
    ['promql/counter: reads the counter order_seconds_bucket without rate() or increase()'],
  ],
};

test.each(Object.entries(CASES))('%s', async (_case, [planted, findings]) => {
  expect(await judge(planted)).toEqual(findings);
});
