// What is wrong with a dashboard file is said with its line; a file that is right has no problem.

import { describe, expect, test } from 'vitest';
import { readSpec } from '../../../lib/domain/dashboards/read-spec.ts';

const GOOD = `uid: good
title: Good
folder: Tests
description: What it answers.
variables:
  - { name: feed, query: 'label_values(up, job)' }
rows:
  - title: Row
    panels:
      - title: Panel
        kind: stat
        description: What it means.
        unit: short
        queries: [{ expr: up }]
        thresholds: [{ color: red }, { at: 1, color: green }]
        mappings: { '0': down, '1': { text: up, color: green } }
`;

test('a file that is right has no problem, and defaults are filled in', async () => {
  const { spec, problems } = await readSpec(GOOD);
  expect(problems).toEqual([]);
  expect(spec.rows[0]!.panels[0]).toMatchObject({ width: 6, height: 4, min: undefined });
  expect(spec.rows[0]!.panels[0]!.mappings).toEqual([
    { value: '0', text: 'down', color: undefined },
    { value: '1', text: 'up', color: 'green' },
  ]);
  expect(spec).toMatchObject({ from: 'now-6h', refresh: '', variables: [{ label: 'feed', kind: 'query' }] });
});

/** The mistake → from, to, and what is said. */
const MISTAKES: Record<string, readonly [from: string, to: string, said: string]> = {
  'an unknown key': ['folder: Tests', 'folders: Tests', '3: folders is unknown: did you mean folder?'],
  'a missing title': ['title: Good\n', '', 'title is missing'],
  'a uid that no address can hold': ['uid: good', 'uid: "a b"', '1: uid is not 1 to 40'],
  'an unknown kind': ['kind: stat', 'kind: graph', '11: rows[0].panels[0].kind is "graph"'],
  'no description': ['        description: What it means.\n', '', 'rows[0].panels[0].description is missing'],
  'no query': ['[{ expr: up }]', '[]', '14: rows[0].panels[0].queries is empty'],
  'a query without an expression': ['{ expr: up }', '{ legend: a }', 'rows[0].panels[0].queries[0].expr is missing'],
  'a second threshold without a value': [', { at: 1, color', ', { color', 'thresholds[1].at belongs to every step'],
  'a width of thirty': ['unit: short', 'width: 30', 'width is 30: wanted 1 to 24'],
  'a row without panels': ['    panels:', '    panels: []\n    more:', 'rows[0].panels is empty'],
  'a number that is a text': ['unit: short', 'min: low', '13: rows[0].panels[0].min is not a number'],
  'a variable without a query': [", query: 'label_values(up, job)'", '', '6: variables[0].query is missing'],
  'a key given twice': ['title: Good', 'title: Good\ntitle: Good', '3: title is given twice'],
};

describe('is refused:', () => {
  for (const [mistake, [from, to, said]] of Object.entries(MISTAKES)) {
    test(mistake, async () => {
      expect(GOOD).toContain(from);
      const { problems } = await readSpec(GOOD.replace(from, to));
      expect(problems.map(({ line, message }) => `${line}: ${message}`).join('\n')).toContain(said);
    });
  }

  test.each(['', '[]', '3', '- a', '{', 'rows: 3', 'rows: [3]', '__proto__: 3'])('%j', async (text) => {
    expect((await readSpec(text)).problems.length).toBeGreaterThan(0);
  });
});
