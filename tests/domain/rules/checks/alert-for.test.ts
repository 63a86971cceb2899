// An alert waits, or says why not.

import { expect, test } from 'vitest';
import { judge, judgeText, type Planted } from './judge.ts';

const CASES: Record<string, readonly [planted: Planted, findings: string[]]> = {
  'five minutes are fine': [{}, []],
  'no for at all': [
    { for: undefined },
    ['alert/for: has no "for": one odd sample pages somebody; write a duration, or "for: 0m # why"'],
  ],
  'zero without a reason': [
    { for: '0m' },
    ['alert/for: fires at once without a reason: write it behind, "for: 0m # why"'],
  ],
  'zero with the annotation for_reason': [
    {
      for: '0s',
      annotations: {
        summary: 's',
        description: '{{ $value }}',
        command: 'c',
        runbook_url: 'runbooks/a.md',
        for_reason: 'final',
      },
    },
    [],
  ],
  'a word that is no duration': [{ for: 'soon' }, ['alert/for: for "soon" is no duration']],
};

test.each(Object.entries(CASES))('%s', async (_case, [planted, findings]) => {
  expect(await judge(planted)).toEqual(findings);
});

test('a comment behind "for" is a reason', async () => {
  const text = `groups:
  - name: g
    rules:
      - alert: A
        expr: queue_depth > 1
        for: 0m # the number is final
        labels: { severity: warning }
        annotations: { summary: s, description: '{{ $value }}', command: c, runbook_url: runbooks/a.md }
`;
  expect(await judgeText(text)).toEqual([]);
  expect(await judgeText(text.replace(' # the number is final', ''))).toHaveLength(1);
});
