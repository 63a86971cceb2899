// The runbook contract finds each kind of broken promise, and nothing in what is shipped.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readRuleFile } from '../../../lib/domain/rules/read-rules.ts';
import type { Rule } from '../../../lib/domain/rules/rule.ts';
import { checkPages, type PageFacts } from '../../../lib/domain/runbooks/check-pages.ts';
import { findCommands } from '../../../lib/domain/runbooks/commands.ts';
import { readHeadings } from '../../../lib/domain/runbooks/headings.ts';

const MAIN = `# Main

## 2. Restart

\`\`\`sh
mdops stack up
\`\`\`

See [the alert](alerts/A.md).
`;
const PAGE = `# A

## Meaning

## Impact

## Diagnosis

## Mitigation

Back to [restart](../production-runbook.md#2-restart).
`;
const RULES = `groups: [{ name: g, rules: [{ alert: A, expr: x > 1, annotations: { runbook_url: 'runbooks/production-runbook.md#2-restart', command: 'mdops stack up' } }] }]`;

interface Planted {
  readonly main?: string;
  readonly page?: string;
  readonly rules?: string;
  readonly more?: Record<string, string>;
  readonly commands?: readonly string[];
}

async function check({
  main = MAIN,
  page = PAGE,
  rules = RULES,
  more = {},
  commands = ['stack'],
}: Planted): Promise<string[]> {
  const files = { 'runbooks/production-runbook.md': main, 'runbooks/alerts/A.md': page, ...more };
  const facts: PageFacts = {
    pages: Object.entries(files).map(([file, text]) => ({ file, text })),
    otherFiles: new Set(['config/a.yml']),
    rules: (await readRuleFile('r.yml', rules)).rules,
    commands,
    parse: ([name, verb]) => (name === 'stack' && verb === 'up' ? null : 'is wrong'),
  };
  return checkPages(facts).map((finding) => `${finding.file}:${finding.line} ${finding.check}`);
}

const MISTAKES: Record<string, readonly [planted: Planted, findings: string[]]> = {
  'nothing is wrong': [{}, []],
  'a link to another file of the repository is fine': [{ main: `${MAIN}[c](../config/a.yml)` }, []],
  'a link with a title, one by reference, and one in other letters are links': [
    { main: `${MAIN}[x](gone.md "why")\n\n[r]: lost.md\n[y](alerts/%41.md)\n` },
    ['runbooks/production-runbook.md:10 runbook/link', 'runbooks/production-runbook.md:12 runbook/link'],
  ],
  'a command behind a pipe, a variable or sudo is a command': [
    {
      main: MAIN.replace('mdops stack up', 'mdops stack up 2>&1 | tee log\nsudo A=b mdops stack upp && mdops stack up'),
    },
    ['runbooks/production-runbook.md:7 runbook/command'],
  ],
  'a page that does not exist': [{ main: `${MAIN}[x](gone.md)` }, ['runbooks/production-runbook.md:10 runbook/link']],
  'a heading that was renamed': [
    { main: MAIN.replace('2. Restart', '2. Again') },
    ['runbooks/alerts/A.md:11 runbook/anchor', 'r.yml:1 runbook/alert'],
  ],
  'a command with a wrong verb': [
    { main: MAIN.replace('stack up', 'stack upp') },
    ['runbooks/production-runbook.md:6 runbook/command'],
  ],
  'an alert that recommends a wrong command': [
    { rules: RULES.replace('mdops stack up', 'mdops stick up') },
    ['r.yml:1 runbook/command'],
  ],
  'an alert without a page': [{ rules: RULES.replace('alert: A', 'alert: B') }, ['r.yml:1 runbook/page']],
  'a page without its sections': [{ page: PAGE.replace('## Impact', '## Harm') }, ['r.yml:1 runbook/page']],
  'a page nobody links to': [{ more: { 'runbooks/lost.md': '# Lost' } }, ['runbooks/lost.md:1 runbook/orphan']],
  'a command no page mentions': [
    { commands: ['stack', 'silent'] },
    ['runbooks/production-runbook.md:1 runbook/script'],
  ],
};

describe('a broken promise:', () => {
  test.each(Object.entries(MISTAKES))('%s', async (_name, [planted, findings]) => {
    expect(await check(planted)).toEqual(findings);
  });
});

test('what is shipped keeps its links, anchors and pages', async () => {
  const list = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`);
  const rules: Rule[] = [];
  for (const file of list('config/platforms').filter((name) => /\/rules\/[^/]+\.yml$/.test(name))) {
    rules.push(...(await readRuleFile(file, readFileSync(file, 'utf8'))).rules);
  }
  const pages = list('runbooks')
    .filter((file) => file.endsWith('.md'))
    .map((file) => ({ file, text: readFileSync(file, 'utf8') }));
  expect(rules.filter(({ file }) => file.startsWith('config/platforms/market-data/'))).toHaveLength(13);
  const facts = { pages, rules, otherFiles: new Set(list('config')), commands: [], parse: () => null };
  expect(checkPages(facts)).toEqual([]);
});

test('commands are found in blocks and sentences, with their quoting', () => {
  const page = 'Use `mdops a "b c" --d=\'e f\'` or\n\n```sh\n$ mdops x y # why\nls\n```\nNot `mdops …` itself.\n';
  expect(findCommands(page).map(({ line, words }) => [line, ...words])).toEqual([
    [1, 'a', 'b c', '--d=e f'],
    [4, 'x', 'y'],
  ]);
});

test('what the shell does with a command is no part of it', () => {
  const page =
    '```sh\nmdops a --b > out.txt 2>&1; MDOPS_X=1 mdops c \\\n  --d | tee x && sudo mdops e >>log\nmdops f <ID>\n```\n';
  expect(findCommands(page).map(({ line, words }) => [line, ...words])).toEqual([
    [2, 'a', '--b'],
    [2, 'c', '--d'],
    [2, 'e'],
    [4, 'f', '<ID>'],
  ]);
});

test('anchors are those of GitHub, repeated headings numbered, code ignored', () => {
  const page = '# A `b` *c*\n## 5. Routine health\n## X_y (z)!\n## X_y z\n```\n# no\n```\n';
  expect(readHeadings(page).map(({ anchor }) => anchor)).toEqual(['a-b-c', '5-routine-health', 'x_y-z', 'x_y-z-1']);
});
