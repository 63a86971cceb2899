// The runbook contract: links resolve, commands parse, no page is lost, every alert has one, every command is mentioned.

import type { Finding, Rule } from '../rules/rule.ts';
import { findCommands } from './commands.ts';
import { readHeadings } from './headings.ts';
import { findLinks } from './links.ts';

export interface Page {
  /** Path from the repository's root. */
  readonly file: string;
  readonly text: string;
}

export interface PageFacts {
  readonly pages: readonly Page[];
  /** Other files that may be linked to: tests, rules. */
  readonly otherFiles: ReadonlySet<string>;
  /** Pages elsewhere that are linked to: their headings count, and nothing else of them. */
  readonly otherPages?: readonly Page[];
  readonly rules: readonly Rule[];
  readonly commands: readonly string[];
  /** What is wrong with the words of a command, or null. */
  readonly parse: (words: readonly string[]) => string | null;
}

/** Where a reader begins; every other page is linked from one of these, or from an alert. */
const ENTRANCES = ['runbooks/production-runbook.md', 'runbooks/monitoring-dashboard.md', 'runbooks/alerts/README.md'];
const SECTIONS = ['Meaning', 'Impact', 'Diagnosis', 'Mitigation'];

export function checkPages(facts: PageFacts): Finding[] {
  const anchors = new Map(
    [...facts.pages, ...(facts.otherPages ?? [])].map(({ file, text }) => [
      file,
      new Set(readHeadings(text).map(({ anchor }) => anchor)),
    ]),
  );
  return [
    ...facts.pages.flatMap((page) => checkLinks(page, anchors, facts.otherFiles)),
    ...facts.pages.flatMap((page) => checkCommands(page, facts.parse)),
    ...facts.rules.flatMap((rule) => checkAlert(rule, facts.pages, anchors)),
    ...facts.rules.flatMap((rule) => checkRemedy(rule, facts.parse)),
    ...findOrphans(facts),
    ...findUnmentioned(facts),
  ];
}

type Anchors = ReadonlyMap<string, ReadonlySet<string>>;

function checkLinks({ file, text }: Page, anchors: Anchors, otherFiles: ReadonlySet<string>): Finding[] {
  return findLinks(file, text).flatMap((link) => {
    const known = anchors.get(link.file);
    if (known === undefined) {
      return otherFiles.has(link.file)
        ? []
        : [found(file, link.line, 'runbook/link', `links to ${link.file}, which does not exist`)];
    }
    if (link.anchor === null || known.has(link.anchor)) return [];
    return [found(file, link.line, 'runbook/anchor', `links to #${link.anchor}, which is no heading of ${link.file}`)];
  });
}

function checkCommands({ file, text }: Page, parse: PageFacts['parse']): Finding[] {
  return findCommands(text).flatMap(({ line, words, text: command }) => {
    const problem = parse(words);
    return problem === null ? [] : [found(file, line, 'runbook/command', `"${command}": ${problem}`)];
  });
}

function checkAlert(rule: Rule, pages: readonly Page[], anchors: Anchors): Finding[] {
  if (rule.kind !== 'alert') return [];
  const say = (check: string, message: string): Finding => ({
    ...found(rule.file, rule.line, check, message),
    rule: rule.name,
  });
  const [file = '', anchor] = (rule.annotations['runbook_url'] ?? '').split('#', 2);
  const known = anchors.get(file);
  if (known === undefined) return [say('runbook/alert', `runbook_url leads to "${file}", which does not exist`)];
  if (anchor !== undefined && !known.has(anchor))
    return [say('runbook/alert', `runbook_url leads to #${anchor}, which is no heading of ${file}`)];
  if (anchor !== undefined && isWholeSection(pages.find((one) => one.file === file)!, anchor)) return [];
  const page = pages.find((one) => one.file === `runbooks/alerts/${rule.name}.md`);
  if (page === undefined) return [say('runbook/page', `has no page runbooks/alerts/${rule.name}.md`)];
  const titles = readHeadings(page.text).map(({ title }) => title);
  const missing = [rule.name, ...SECTIONS].filter((title) => !titles.includes(title));
  return missing.length === 0 ? [] : [say('runbook/page', `${page.file} has no heading ${missing.join(', ')}`)];
}

/** A page may hold many alerts: a heading each, and below it what a page of its own would have. */
function isWholeSection({ text }: Page, anchor: string): boolean {
  const headings = readHeadings(text);
  const from = headings.findIndex((heading) => heading.anchor === anchor);
  const level = headings[from]?.level ?? 0;
  const rest = headings.slice(from + 1);
  const end = rest.findIndex((heading) => heading.level <= level);
  const titles = rest.slice(0, end === -1 ? rest.length : end).map(({ title }) => title);
  return SECTIONS.every((section) => titles.includes(section));
}

/** The command an alert recommends, with its labels filled in. */
function checkRemedy(rule: Rule, parse: PageFacts['parse']): Finding[] {
  const remedy = rule.annotations['command'] ?? '';
  const [command] = findCommands(`\`${remedy.replace(/\{\{.*?\}\}/g, 'value')}\``);
  const problem = command === undefined ? null : parse(command.words);
  if (problem === null) return [];
  return [{ ...found(rule.file, rule.line, 'runbook/command', `recommends "${remedy}": ${problem}`), rule: rule.name }];
}

function findOrphans({ pages, rules }: PageFacts): Finding[] {
  const fromAlerts = rules.flatMap(({ annotations }) => [annotations['runbook_url'], annotations['runbook_page']]);
  const reached = new Set([
    ...ENTRANCES,
    ...fromAlerts.flatMap((link) => (link === undefined ? [] : [link.split('#', 1)[0]!])),
  ]);
  // A page is reached when something reached links to it.
  for (const file of reached) {
    const page = pages.find((one) => one.file === file);
    for (const link of page === undefined ? [] : findLinks(file, page.text)) reached.add(link.file);
  }
  return pages
    .filter(({ file }) => !reached.has(file))
    .map(({ file }) => found(file, 1, 'runbook/orphan', 'no page and no alert links here'));
}

function findUnmentioned({ pages, commands }: PageFacts): Finding[] {
  const mentioned = new Set(pages.flatMap(({ text }) => findCommands(text).map(({ words }) => words[0])));
  return commands
    .filter((command) => !mentioned.has(command))
    .map((command) => found(ENTRANCES[0]!, 1, 'runbook/script', `"mdops ${command}" is mentioned in no runbook`));
}

function found(file: string, line: number, check: string, message: string): Finding {
  return { file, line, rule: '', check, message };
}
