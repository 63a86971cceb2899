// Every label is read by somebody.

import { expect, test } from 'vitest';
import { judge, type Planted } from './judge.ts';

const CASES: Record<string, readonly [planted: Planted, findings: string[]]> = {
  'a routed severity is fine': [{}, []],
  'a label nobody reads': [
    { labels: { severity: 'warning', team: 'x' } },
    ['alert/route: label team is read by no route, inhibition or grouping'],
  ],
  'a label that groups is fine': [{ labels: { severity: 'warning', venue: 'x' } }, []],
  'a label declared as informational is fine': [{ labels: { severity: 'warning', slo: 'x' } }, []],
  'a severity that no route matches': [
    { labels: { severity: 'info' } },
    ['alert/route: label severity="info" is matched by no route'],
  ],
  'an alert routed by its name needs no severity route': [
    {
      alert: 'Watchdog',
      expr: 'vector(1)',
      labels: { severity: 'none' },
      annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'runbooks/a.md' },
    },
    [],
  ],
  'a templated label is judged when it fires': [
    { labels: { severity: '{{ $labels.queue }}' } },
    ['alert/severity: severity "{{ $labels.queue }}" is unknown: wanted critical, warning, info, none'],
  ],
};

test.each(Object.entries(CASES))('%s', async (_case, [planted, findings]) => {
  expect(await judge(planted)).toEqual(findings);
});
