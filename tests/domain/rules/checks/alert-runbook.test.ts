// An alert links to a heading that exists.

import { expect, test } from 'vitest';
import { judge, type Planted } from './judge.ts';

const CASES: Record<string, readonly [planted: Planted, findings: string[]]> = {
  'a heading that exists is fine': [{}, []],
  'no link': [
    { annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: '' } },
    ['alert/runbook: has no runbook_url'],
  ],
  'a page that does not exist': [
    { annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/b.md' } },
    ['alert/runbook: links to runbooks/b.md, which does not exist'],
  ],
  'a heading that does not exist': [
    { annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/a.md#2nd' } },
    ['alert/runbook: links to #2nd, which is no heading of runbooks/a.md'],
  ],
  'a second page that does not exist': [
    {
      annotations: {
        summary: 's',
        description: '{{ $value }}',
        command: 'c',
        runbook_url: 'runbooks/a.md',
        runbook_page: 'c.md',
      },
    },
    ['alert/runbook: links to c.md, which does not exist'],
  ],
};

test.each(Object.entries(CASES))('%s', async (_case, [planted, findings]) => {
  expect(await judge(planted)).toEqual(findings);
});
