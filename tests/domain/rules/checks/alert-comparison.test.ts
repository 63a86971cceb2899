// An alert has a condition.

import { expect, test } from 'vitest';
import { judge, type Planted } from './judge.ts';

const CASES: Record<string, readonly [planted: Planted, findings: string[]]> = {
  'a comparison is fine': [{}, []],
  'a bare series': [
    { expr: 'queue_depth' },
    ['alert/comparison: expression has no condition: it fires whenever the series exists'],
  ],
  'absent() is a condition': [{ expr: 'absent(queue_depth)' }, []],
  'a watchdog is meant to fire always': [
    {
      expr: 'vector(1)',
      annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/a.md' },
    },
    [],
  ],
  'a recording rule needs none': [
    { record: 'a:b', alert: undefined, for: undefined, labels: {}, annotations: undefined, expr: 'queue_depth' },
    [],
  ],
};

test.each(Object.entries(CASES))('%s', async (_case, [planted, findings]) => {
  expect(await judge(planted)).toEqual(findings);
});
