// Every metric is emitted by something.

import { expect, test } from 'vitest';
import { judge, type Planted } from './judge.ts';

const CASES: Record<string, readonly [planted: Planted, findings: string[]]> = {
  'a catalogue metric is fine': [{}, []],
  'a typing error in a metric': [
    { expr: 'queue_dept > 5' },
    ['promql/source: reads queue_dept, which nothing emits: did you mean queue_depth?'],
  ],
  'a histogram is read by its parts': [
    {
      expr: 'rate(order_seconds_count[5m]) > 5',
      annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/a.md' },
    },
    [],
  ],
  'an exporter that is scraped is fine': [
    {
      expr: 'node_load1 > 5',
      annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/a.md' },
    },
    [],
  ],
  'an exporter that nobody scrapes': [
    {
      expr: 'probe_success < 1',
      annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/a.md' },
    },
    ['promql/source: reads probe_success, which nothing emits'],
  ],
  'up of a job that is scraped is fine': [
    {
      expr: 'up{job="app"} == 0',
      annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/a.md' },
    },
    [],
  ],
  'up of a job that does not exist': [
    {
      expr: 'up{job="ap"} == 0',
      annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/a.md' },
    },
    ['promql/source: reads up of the job "ap", which no scrape configuration has'],
  ],
};

test.each(Object.entries(CASES))('%s', async (_case, [planted, findings]) => {
  expect(await judge(planted)).toEqual(findings);
});
