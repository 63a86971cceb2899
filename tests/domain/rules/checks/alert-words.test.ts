// An alert tells what is wrong, how bad, and what to do.

import { expect, test } from 'vitest';
import { judge, type Planted } from './judge.ts';

const CASES: Record<string, readonly [planted: Planted, findings: string[]]> = {
  'all three are fine': [{}, []],
  'no words at all': [
    { annotations: { runbook_url: 'runbooks/a.md' } },
    ['alert/words: has no summary, no description, no command'],
  ],
  'a description without the value': [
    { annotations: { summary: 's', description: 'deep', command: 'c', runbook_url: 'runbooks/a.md' } },
    ['alert/words: description does not show the value: use {{ $value }}'],
  ],
};

test.each(Object.entries(CASES))('%s', async (_case, [planted, findings]) => {
  expect(await judge(planted)).toEqual(findings);
});
