// `runbooks`: proves that the pages can be followed, and shows one in the terminal.

import { join } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { nearest } from '../../base/nearest.ts';
import type { Paint } from '../../base/paint.ts';
import { readRuleFile } from '../../domain/rules/read-rules.ts';
import { printFinding, type Rule } from '../../domain/rules/rule.ts';
import { checkPages, type Page } from '../../domain/runbooks/check-pages.ts';
import { type Heading, readHeadings } from '../../domain/runbooks/headings.ts';
import { findLinks } from '../../domain/runbooks/links.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { CommandData } from '../../run/declaration.ts';
import type { Invocation } from '../../run/invocation.ts';
import { homeDirectory } from '../rules/platforms.ts';

type Ctx = Pick<Context, 'files' | 'environment' | 'programDirectory'>;

/** The frame's own reader of command lines. */
export type ParseLine = (command: CommandData, words: readonly string[]) => unknown;

export async function serveRunbooks(ctx: Ctx, invocation: Invocation, parseLine: ParseLine): Promise<Outcome> {
  return invocation.verb === 'show' ? show(ctx, invocation) : check(ctx, parseLine);
}

async function check(ctx: Ctx, parseLine: ParseLine): Promise<Outcome> {
  const home = await homeDirectory(ctx);
  const commands = JSON.parse(await ctx.files.readText(join(ctx.programDirectory, 'manifest.json'))) as CommandData[];
  const pages = await readPages(ctx, home);
  const elsewhere = await findElsewhere(ctx, home, pages);
  const findings = checkPages({
    pages,
    otherFiles: new Set([...(await listFiles(ctx, home, 'config')), ...elsewhere.files]),
    otherPages: elsewhere.pages,
    rules: await readRules(ctx, home),
    commands: commands.map(({ name }) => name),
    parse: (words) => refusal(commands, words, parseLine),
  });
  const isClean = findings.length === 0;
  const summary = isClean ? `${pages.length} pages: no findings` : `${pages.length} pages: ${findings.length} findings`;
  return {
    exit: isClean ? EXIT.ok : EXIT.critical,
    summary,
    report: {
      schema: 'mdops.runbooks-check/1',
      pages: pages.length,
      findings: findings.map((finding) => ({ ...finding })),
    },
    view: (paint) => [...findings.map(printFinding), isClean ? paint.good(summary) : paint.bad(summary)],
  };
}

/** What pages link to outside runbooks/ and config/. */
async function findElsewhere(
  ctx: Ctx,
  home: string,
  pages: readonly Page[],
): Promise<{ files: string[]; pages: Page[] }> {
  const linked = new Set(pages.flatMap(({ file, text }) => findLinks(file, text).map((link) => link.file)));
  const files: string[] = [];
  const found: Page[] = [];
  for (const file of linked) {
    if (/^(?:runbooks|config|\.\.)(?:\/|$)/.test(file)) continue;
    const info = await ctx.files.info(join(home, file), { follow: true });
    if (info === null) continue;
    if (info.kind === 'file' && file.endsWith('.md'))
      found.push({ file, text: await ctx.files.readText(join(home, file)) });
    else files.push(file);
  }
  return { files, pages: found };
}

function refusal(
  commands: readonly CommandData[],
  [name = '', ...words]: readonly string[],
  parseLine: ParseLine,
): string | null {
  const command = commands.find((one) => one.name === name);
  if (command === undefined) return name === 'completion' ? null : `there is no command "${name}"`;
  try {
    parseLine(command, words);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function readPages(ctx: Ctx, home: string): Promise<Page[]> {
  const files = (await listFiles(ctx, home, 'runbooks')).filter((file) => file.endsWith('.md'));
  return Promise.all(files.map(async (file) => ({ file, text: await ctx.files.readText(join(home, file)) })));
}

const RULE_FILE = /\/rules\/[^/]+\.ya?ml$/;

async function readRules(ctx: Ctx, home: string): Promise<Rule[]> {
  const files = (await listFiles(ctx, home, 'config/platforms')).filter((file) => RULE_FILE.test(file));
  const read = await Promise.all(
    files.map(async (file) => readRuleFile(file, await ctx.files.readText(join(home, file)))),
  );
  return read.flatMap(({ rules }) => rules);
}

async function listFiles(ctx: Ctx, home: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await ctx.files.list(join(home, folder))) {
    const path = `${folder}/${name}`;
    const info = await ctx.files.info(join(home, path));
    if (info?.kind === 'directory') found.push(...(await listFiles(ctx, home, path)));
    else found.push(path);
  }
  return found;
}

async function show(ctx: Ctx, invocation: Invocation): Promise<Outcome> {
  const wanted = (invocation.args[0] ?? '').trim();
  const home = await homeDirectory(ctx);
  const pages = await readPages(ctx, home);
  const text = findText(pages, wanted) ?? findText(pages, await anchorOfAlert(ctx, home, wanted));
  if (text === null) {
    const names = pages.flatMap(({ file, text: inner }) => [
      nameOf(file),
      ...readHeadings(inner)
        .filter(({ level }) => level === 2)
        .map(({ anchor }) => anchor),
    ]);
    const close = nearest(wanted, names);
    throw new Fault('runbook not found', `Cannot show "${wanted}": no page and no section has this name`, {
      exit: EXIT.usage,
      hint:
        close === undefined
          ? 'name an alert, a page, or a section such as 4-failover-and-drill'
          : `did you mean ${close}?`,
    });
  }
  return {
    exit: EXIT.ok,
    summary: text,
    report: { schema: 'mdops.runbook/1', name: wanted, markdown: text },
    view: (paint) => paintPage(text, paint),
  };
}

/** An alert of an objective has the objective's section: its rule says which. */
async function anchorOfAlert(ctx: Ctx, home: string, wanted: string): Promise<string> {
  const rules = await readRules(ctx, home);
  const rule = rules.find(({ kind, name }) => kind === 'alert' && name.toLowerCase() === wanted.toLowerCase());
  return rule?.annotations['runbook_url']?.split('#')[1] ?? '';
}

/** A page by its name, or a section by its heading, its anchor or its number. */
function findText(pages: readonly Page[], wanted: string): string | null {
  const name = wanted.toLowerCase().replace(/^\u00a7\s*/, '');
  if (name === '') return null;
  const page = pages.find(({ file }) => nameOf(file).toLowerCase() === name);
  if (page !== undefined) return page.text.trimEnd();
  const found = pages.flatMap(({ file, text }) => {
    const headings = readHeadings(text);
    const at = headings.findIndex(
      ({ anchor }) => anchor === name || (anchor.startsWith(`${name}-`) && /^\d+$/.test(name)),
    );
    return at === -1 ? [] : [{ file, level: headings[at]!.level, text: sectionOf(text, headings, at) }];
  });
  // Two platforms may have an alert of one name; parts of their sections are called the same everywhere.
  const whole = found.filter(({ level }) => level <= 2);
  const [first, ...others] = whole.length > 0 ? whole : found.slice(0, 1);
  if (first === undefined) return null;
  if (others.length === 0) return first.text;
  return whole.map(({ file, text }) => `${file}\n\n${text}`).join('\n\n');
}

function sectionOf(text: string, headings: readonly Heading[], at: number): string {
  const { level, line } = headings[at]!;
  const next = headings.slice(at + 1).find((heading) => heading.level <= level);
  return text
    .split('\n')
    .slice(line - 1, next === undefined ? undefined : next.line - 1)
    .join('\n')
    .trimEnd();
}

function nameOf(file: string): string {
  return file.split('/').at(-1)!.replace(/\.md$/, '');
}

function paintPage(text: string, paint: Paint): string[] {
  let isCode = false;
  return text.split('\n').flatMap((line) => {
    if (/^\s*```/.test(line)) {
      isCode = !isCode;
      return [];
    }
    if (isCode) return [paint.accent(`  ${line}`)];
    const heading = /^#+\s+(.*)$/.exec(line);
    return [
      heading === null
        ? line.replace(/`([^`]+)`/g, (_all, code: string) => paint.accent(code))
        : paint.strong(heading[1]!),
    ];
  });
}
