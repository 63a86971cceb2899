// An annotation shows labels that the expression carries.

import { expect, test } from 'vitest';
import { judge, type Planted } from './judge.ts';

const CASES: Record<string, readonly [planted: Planted, findings: string[]]> = {
  'a label of the metric is fine': [{}, []],
  'a label of another metric': [
    {
      annotations: {
        summary: 'at {{ $labels.venue }}',
        description: '{{ $value }}',
        command: 'c',
        runbook_url: 'runbooks/a.md',
      },
    },
    ['alert/template: shows {{ $labels.venue }}, which the expression never carries'],
  ],
};

test.each(Object.entries(CASES))('%s', async (_case, [planted, findings]) => {
  expect(await judge(planted)).toEqual(findings);
});
