// Rules are read out of every file kind that holds them, with their line.

import { expect, test } from 'vitest';
import { readRuleFile } from '../../../lib/domain/rules/read-rules.ts';

const PLAIN = `# a comment
groups:
  - name: g
    interval: 30s
    rules:
      - record: a:b
        expr: sum(c)
      - alert: Hot
        expr: a:b > 1
        for: 0m # at once
        labels: { severity: critical }
`;
const indent = (text: string, by: number): string => text.replace(/^(?=.)/gm, ' '.repeat(by));
const RESOURCE = `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
spec:
${indent(PLAIN, 2)}`;
const CONFIG_MAP = `kind: ConfigMap
data:
  readme: not rules
  rules.yml: |
${indent(PLAIN, 4)}`;

const KINDS: Record<string, readonly [text: string, alertLine: number]> = {
  'a plain rule file': [PLAIN, 8],
  'a PrometheusRule': [RESOURCE, 11],
  'a ConfigMap': [CONFIG_MAP, 12],
  'the second document of a file': [`kind: ConfigMap\ndata: {}\n---\n${PLAIN}`, 11],
  'a list of resources': [`kind: List\nitems:\n  - kind: PrometheusRule\n    spec:\n${indent(PLAIN, 6)}`, 12],
};

test.each(Object.entries(KINDS))('%s', async (_kind, [text, alertLine]) => {
  const { rules, problems } = await readRuleFile('x.yml', text);
  expect(problems).toEqual([]);
  expect(rules.map(({ kind, name }) => [kind, name])).toEqual([
    ['record', 'a:b'],
    ['alert', 'Hot'],
  ]);
  expect(rules[1]).toMatchObject({ line: alertLine, for: '0m', forReason: 'at once', group: 'g', interval: '30s' });
  expect(text.split('\n')[alertLine - 1]).toContain('alert: Hot');
});

const BROKEN: Record<string, readonly [text: string, said: string]> = {
  'text that is no YAML': ['groups: [', 'yaml'],
  'a list at the top': ['- a', 'is no rule file: found no mapping'],
  'a mapping without groups': ['a: 1', 'is no rule file: found no "groups"'],
  'a rule without an expression': ['groups: [{ name: g, rules: [{ alert: A }] }]', 'groups[0].rules[0] is no rule'],
  'a group that is a text': ['groups: [hello]', 'groups[0] is no group of rules'],
};

test.each(Object.entries(BROKEN))('%s is a problem, not an accident', async (_case, [text, said]) => {
  const { rules, problems } = await readRuleFile('x.yml', text);
  expect(rules).toEqual([]);
  expect(problems.map(({ check, message }) => `${check} ${message}`).join()).toContain(said);
});
