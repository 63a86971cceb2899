// Reads rules out of plain rule files, PrometheusRule resources, ConfigMaps and lists of them.

import { isRecord, own } from '../../base/json.ts';
import { parseYaml, type YamlText } from '../../base/yaml.ts';
import type { Finding, Rule, RuleFile } from './rule.ts';

interface Place {
  readonly file: string;
  /** Lines before this document in its file. */
  readonly offset: number;
  readonly text: readonly string[];
  readonly lines: ReadonlyMap<string, number>;
}

/** Never throws: what cannot be read is a problem with its line. */
export async function readRuleFile(file: string, text: string): Promise<RuleFile> {
  const rules: Rule[] = [];
  const problems: Finding[] = [];
  for (const part of splitDocuments(text)) {
    const read = await readDocument(file, part.text, part.offset);
    rules.push(...read.rules);
    problems.push(...read.problems);
  }
  return { file, rules, problems };
}

function splitDocuments(text: string): { text: string; offset: number }[] {
  const parts: { text: string; offset: number }[] = [];
  let lines: string[] = [];
  let offset = 0;
  const all = text.split('\n');
  for (const [index, line] of all.entries()) {
    if (/^---(\s|$)/.test(line)) {
      if (lines.some((kept) => kept.trim() !== '')) parts.push({ text: lines.join('\n'), offset });
      lines = [];
      offset = index + 1;
    } else lines.push(line);
  }
  if (lines.some((kept) => /^\s*[^#\s]/.test(kept)) || parts.length === 0)
    parts.push({ text: lines.join('\n'), offset });
  return parts;
}

async function readDocument(file: string, text: string, offset: number): Promise<RuleFile> {
  const parsed: YamlText = await parseYaml(text);
  const place: Place = { file, offset, text: text.split('\n'), lines: parsed.lines };
  const problems = parsed.problems.map((problem): Finding => {
    const said = problem.path === '' ? problem.message : `${problem.path} ${problem.message}`;
    const message = problem.wanted.startsWith('at most') ? `${said}: ${problem.wanted}` : said;
    return { file, line: offset + problem.line, rule: '', check: 'yaml', message };
  });
  if (problems.length > 0) return { file, rules: [], problems };
  return readValue(parsed.value, '', place);
}

async function readValue(value: unknown, path: string, place: Place): Promise<RuleFile> {
  const { file } = place;
  if (value === null) return { file, rules: [], problems: [] };
  if (!isRecord(value)) return refuse(place, path, 'is no rule file: found no mapping');
  const kind = own(value, 'kind');
  if (kind === 'List') return readList(own(value, 'items'), path, place);
  if (kind === 'PrometheusRule') return readValue(own(value, 'spec'), join(path, 'spec'), place);
  if (kind === 'ConfigMap') return readConfigMap(own(value, 'data'), join(path, 'data'), place);
  // A bundle for a cluster holds what has no rules too.
  if (typeof kind === 'string' && typeof own(value, 'apiVersion') === 'string')
    return { file, rules: [], problems: [] };
  const groups = own(value, 'groups') ?? (Object.hasOwn(value, 'groups') ? [] : undefined);
  if (!Array.isArray(groups)) return refuse(place, path, 'is no rule file: found no "groups"');
  return readGroups(groups, join(path, 'groups'), place);
}

async function readList(items: unknown, path: string, place: Place): Promise<RuleFile> {
  const files: RuleFile[] = [];
  for (const [index, item] of (Array.isArray(items) ? items : []).entries()) {
    files.push(await readValue(item, `${join(path, 'items')}[${index}]`, place));
  }
  return merge(place.file, files);
}

/** Each value of a ConfigMap that holds groups is a rule file of its own, with lines of the outer file. */
async function readConfigMap(data: unknown, path: string, place: Place): Promise<RuleFile> {
  const files: RuleFile[] = [];
  for (const [key, text] of Object.entries(isRecord(data) ? data : {})) {
    if (typeof text !== 'string' || !/^\s*groups\s*:/m.test(text)) continue;
    const line = place.lines.get(join(path, key)) ?? 1;
    files.push(await readDocument(place.file, text, place.offset + line));
  }
  return merge(place.file, files);
}

function merge(file: string, files: readonly RuleFile[]): RuleFile {
  return {
    file,
    rules: files.flatMap(({ rules }) => rules),
    problems: files.flatMap(({ problems }) => problems),
  };
}

function readGroups(groups: readonly unknown[], path: string, place: Place): RuleFile {
  const rules: Rule[] = [];
  const problems: Finding[] = [];
  for (const [groupIndex, group] of groups.entries()) {
    const list = isRecord(group) ? (own(group, 'rules') ?? []) : undefined;
    if (!isRecord(group) || !Array.isArray(list)) {
      problems.push(...refuse(place, `${path}[${groupIndex}]`, 'is no group of rules').problems);
      continue;
    }
    for (const [ruleIndex, entry] of (list as unknown[]).entries()) {
      const at = `${path}[${groupIndex}].rules[${ruleIndex}]`;
      const rule = isRecord(entry) ? readRule(entry, at, group, place) : undefined;
      if (rule === undefined)
        problems.push(...refuse(place, at, 'is no rule: needs alert or record, and expr').problems);
      else rules.push(rule);
    }
  }
  return { file: place.file, rules, problems };
}

function readRule(
  entry: Readonly<Record<string, unknown>>,
  at: string,
  group: Readonly<Record<string, unknown>>,
  place: Place,
): Rule | undefined {
  const kind = Object.hasOwn(entry, 'alert') ? 'alert' : 'record';
  const name = own(entry, kind);
  const expr = own(entry, 'expr');
  if (typeof name !== 'string' || (typeof expr !== 'string' && typeof expr !== 'number')) return undefined;
  const annotations = readTexts(own(entry, 'annotations'));
  const line = lineOf(place, `${at}.${kind}`);
  const forLine = lineOf(place, `${at}.for`, line);
  return {
    kind,
    name,
    expr: String(expr).trim(),
    for: optionalText(own(entry, 'for')),
    keepFiringFor: optionalText(own(entry, 'keep_firing_for')),
    labels: readTexts(own(entry, 'labels')),
    annotations,
    group: optionalText(own(group, 'name')) ?? '',
    interval: optionalText(own(group, 'interval')),
    file: place.file,
    line,
    lines: { expr: lineOf(place, `${at}.expr`, line), for: forLine },
    forReason: annotations['for_reason'] ?? commentAt(place, `${at}.for`),
  };
}

function lineOf(place: Place, path: string, otherwise = place.offset + 1): number {
  const line = place.lines.get(path);
  return line === undefined ? otherwise : place.offset + line;
}

function commentAt(place: Place, path: string): string | undefined {
  const line = place.lines.get(path);
  const comment = line === undefined ? null : /\s#\s*(\S.*?)\s*$/.exec(place.text[line - 1] ?? '');
  return comment?.[1];
}

function readTexts(value: unknown): Record<string, string> {
  const texts: Record<string, string> = Object.create(null);
  if (!isRecord(value)) return texts;
  for (const [key, text] of Object.entries(value)) texts[key] = String(text);
  return texts;
}

function optionalText(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function refuse(place: Place, path: string, message: string): RuleFile {
  const finding: Finding = {
    file: place.file,
    line: lineOf(place, path),
    rule: '',
    check: 'rule-file',
    message: path === '' ? message : `${path} ${message}`,
  };
  return { file: place.file, rules: [], problems: [finding] };
}
