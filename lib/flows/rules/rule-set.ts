// One directory of rules with all that belongs to it: tests, catalogue, scrape configuration, routes.

import { basename, dirname, join, relative, resolve } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { type PlatformReading, readPlatform } from '../../domain/platform/read-platform.ts';
import { type Catalogue, readCatalogue } from '../../domain/rules/catalogue.ts';
import { type Equivalent, readEquivalents } from '../../domain/rules/mutate/score.ts';
import { readRuleFile } from '../../domain/rules/read-rules.ts';
import { NO_CASES, type RouteCases, readRouteCases } from '../../domain/rules/routes/route-cases.ts';
import { type Routing, readRouting } from '../../domain/rules/routes/routing.ts';
import type { Finding, Rule } from '../../domain/rules/rule.ts';
import { readScrapeConfig, type ScrapeConfig } from '../../domain/rules/scrape-config.ts';
import { readUnitTests, type UnitTestFile } from '../../domain/rules/unit-test-file.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import { namedFile } from './named-file.ts';
import { allPlatformDirectories } from './platforms.ts';

export type RulesContext = Pick<
  Context,
  'files' | 'processes' | 'environment' | 'config' | 'signal' | 'clock' | 'random' | 'progress' | 'programDirectory'
>;

export interface RuleSet {
  /** As findings and messages show it. */
  readonly name: string;
  readonly ruleFiles: readonly string[];
  readonly rules: readonly Rule[];
  /** Rules below slo/: their words, durations and tests are the compiler's, which has proofs of its own. */
  readonly compiled: readonly Rule[];
  /** Those beside them too, in the order of their files: what is named may stand on what is not. */
  readonly all: readonly Rule[];
  readonly tests: readonly UnitTestFile[];
  readonly catalogue: Catalogue | null;
  /** Null where the catalogue is no platform's. */
  readonly platform: PlatformReading | null;
  readonly scrape: ScrapeConfig | null;
  readonly prometheusFile: string | null;
  readonly routing: Routing | null;
  readonly cases: RouteCases;
  readonly equivalents: readonly Equivalent[];
  readonly problems: readonly Finding[];
}

/** Some teams name rule files node.rules. */
const YAML = /\.(?:ya?ml|rules)$/;
const NOT_RULES = /^(prometheus|catalogue|alertmanager|equivalent-mutants|routes\.tests)\.ya?ml$/;

/** The sets named on the command line; without any, every platform. */
export async function loadRuleSets(ctx: RulesContext, invocation: Invocation): Promise<RuleSet[]> {
  const paths = invocation.args.length > 0 ? invocation.args : await allPlatformDirectories(ctx);
  if (paths.length === 0) throw notFound('config/platforms', 'it holds no platform');
  // A variable that is not set, and not the working directory.
  const sets: RuleSet[] = [];
  for (const path of paths) sets.push(await loadRuleSet(ctx, resolve(ctx.environment.cwd, path), invocation));
  return sets;
}

export async function loadRuleSet(ctx: RulesContext, path: string, invocation: Invocation): Promise<RuleSet> {
  const show = (file: string): string => relative(ctx.environment.cwd, file) || file;
  const { directory, isWhole, isNamed, texts } = await findRules(ctx, path);
  const ruleTexts = texts.filter(({ text }) => !isUnitTests(text));
  const read = await Promise.all(ruleTexts.map(async ({ file, text }) => readRuleFile(show(file), text)));
  const ruleFiles = ruleTexts.map(({ file }) => file).filter(isNamed);
  const named = read.filter((_one, index) => isNamed(ruleTexts[index]!.file));
  const rules = named.flatMap((one) => one.rules);
  const tests = (await readTests(ctx, directory, texts, show)).filter(
    (test) => isWhole || isOf(test, path, ruleFiles, ctx.environment.cwd),
  );
  const beside = await readBeside(ctx, directory, show, invocation);
  const problems = [
    ...named.flatMap((file) => file.problems),
    ...tests.flatMap((file) => file.problems),
    ...(beside.catalogue?.problems ?? []),
    ...(beside.routing?.problems ?? []),
    ...beside.cases.problems,
  ];
  const isEmpty = rules.length === 0 && (tests.length === 0 || invocation.verb !== 'test');
  // A catalogue alone is a platform that is still to be generated.
  const isNew = isWhole && tests.length === 0 && beside.catalogue !== null;
  // Of nothing everything could be said.
  if (isEmpty && problems.length === 0 && !isNew) throw notFound(path, 'it holds none');
  const isCompiled = ({ file }: Rule): boolean => file.startsWith(show(join(directory, 'slo/')));
  return {
    name: show(path),
    ruleFiles,
    rules: rules.filter((rule) => !isCompiled(rule)),
    compiled: rules.filter(isCompiled),
    all: read.flatMap((one) => one.rules),
    tests,
    ...beside,
    problems,
  };
}

interface FoundRules {
  /** What the path is a part of. */
  readonly directory: string;
  readonly isWhole: boolean;
  readonly isNamed: (file: string) => boolean;
  /** What lies beside the named ones included; unit tests among the rules too. */
  readonly texts: readonly { readonly file: string; readonly text: string }[];
}

async function findRules(ctx: RulesContext, path: string): Promise<FoundRules> {
  const info = await ctx.files.info(path, { follow: true });
  if (info === null) throw notFound(path, 'it does not exist');
  const isFile = info.kind !== 'directory';
  const folder = isFile ? dirname(path) : path;
  const directory = isFile || (await listYaml(ctx, path)).length > 0 ? rootOf(folder) : path;
  const around = isFile && directory === folder ? [] : await findRuleFiles(ctx, directory);
  const files = isFile && !around.includes(path) ? [...around, path] : around;
  return {
    directory,
    isWhole: !isFile && directory === path,
    isNamed: (file) => file === path || (!isFile && (directory === path || file.startsWith(`${path}/`))),
    texts: await Promise.all(files.map(async (file) => ({ file, text: await ctx.files.readText(file) }))),
  };
}

/** `rules/` and `slo/rules/` are parts of what lies around them: its recordings, its catalogue, its routes, its tests. */
function rootOf(directory: string): string {
  if (basename(directory) !== 'rules') return directory;
  const above = dirname(directory);
  return basename(above) === 'slo' ? dirname(above) : above;
}

function isUnitTests(text: string): boolean {
  return /^tests\s*:/m.test(text) && /^rule_files\s*:/m.test(text);
}

/** Those of `tests/`, and those that lie among the rules. */
async function readTests(
  ctx: RulesContext,
  directory: string,
  texts: FoundRules['texts'],
  show: (file: string) => string,
): Promise<UnitTestFile[]> {
  const files = await listBoth(ctx, directory, 'tests');
  const apart = await Promise.all(files.map(async (file) => ({ file, text: await ctx.files.readText(file) })));
  const among = texts.filter(({ text }) => isUnitTests(text));
  return Promise.all([...apart, ...among].map(({ file, text }) => readUnitTests(show(file), text)));
}

/** Whether a test was named itself, or names one of the rule files. */
function isOf(test: UnitTestFile, path: string, ruleFiles: readonly string[], cwd: string): boolean {
  const file = resolve(cwd, test.file);
  if (file === path) return true;
  const wanted = test.ruleFiles.map((pattern) => globOf(resolve(dirname(file), pattern)));
  return ruleFiles.some((one) => wanted.some((pattern) => pattern.test(one)));
}

/** As promtool expands it: `*` and `?` within a name. */
function globOf(path: string): RegExp {
  const escaped = path.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}$`);
}

/** What cannot be read has no tests, no mutants and no history: to go on without it would call it proven. */
export function requireSound(sets: readonly RuleSet[], action: string): void {
  const broken = sets.find(({ problems }) => problems.length > 0);
  if (broken === undefined) return;
  const { file, line, message } = broken.problems[0]!;
  throw new Fault('rules not sound', `Cannot ${action} ${broken.name}: ${file}:${line}: ${message}`, {
    exit: EXIT.config,
    hint: 'run "mdops rules check" first',
  });
}

function notFound(path: string, why: string): Fault {
  return new Fault('rules not found', `Cannot read rules from "${path}": ${why}`, {
    exit: EXIT.usage,
    hint: 'name a rule file, or a directory that holds rules/ and tests/',
  });
}

async function findRuleFiles(ctx: Pick<RulesContext, 'files'>, directory: string): Promise<string[]> {
  const inner = await listBoth(ctx, directory, 'rules');
  if (inner.length > 0) return inner;
  const here = (await listYaml(ctx, directory)).filter((file) => !NOT_RULES.test(basename(file)));
  return here.length > 0 ? here : findBelow(ctx, directory);
}

/** Rules sorted into directories, as other teams keep them: alerts/red/gateway.yaml. */
async function findBelow(ctx: Pick<RulesContext, 'files'>, directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await ctx.files.list(directory)) {
    const path = join(directory, name);
    if (name === 'tests' || name === 'node_modules' || name.startsWith('.')) continue;
    if ((await ctx.files.info(path))?.kind !== 'directory') continue;
    const here = await listYaml(ctx, path);
    found.push(...here.filter((file) => !NOT_RULES.test(basename(file))), ...(await findBelow(ctx, path)));
  }
  return found;
}

/** Those of the directory, and those that its objectives were compiled to. */
async function listBoth(ctx: Pick<RulesContext, 'files'>, directory: string, kind: string): Promise<string[]> {
  return [...(await listYaml(ctx, join(directory, kind))), ...(await listYaml(ctx, join(directory, 'slo', kind)))];
}

async function listYaml({ files }: Pick<RulesContext, 'files'>, directory: string): Promise<string[]> {
  const names = await files.list(directory);
  return names.filter((name) => YAML.test(name)).map((name) => join(directory, name));
}

type Beside = Pick<
  RuleSet,
  'catalogue' | 'platform' | 'scrape' | 'prometheusFile' | 'routing' | 'cases' | 'equivalents'
>;

async function readBeside(
  ctx: RulesContext,
  directory: string,
  show: (file: string) => string,
  invocation: Invocation,
): Promise<Beside> {
  const first = async (...names: string[]): Promise<string | null> => {
    for (const name of names) {
      const file = resolve(directory, name);
      if ((await ctx.files.info(file)) !== null) return file;
    }
    return null;
  };
  const text = async (file: string | null): Promise<string> => (file === null ? '' : ctx.files.readText(file));
  const named = async (flag: 'catalogue' | 'alertmanager'): Promise<string | null> => {
    const file = invocation.text(flag);
    return file === undefined ? null : namedFile(ctx, flag, file);
  };
  const catalogue = (await named('catalogue')) ?? (await first('catalogue.yml', '../catalogue.yml'));
  const prometheusFile = await first('prometheus.yml', '../prometheus.yml');
  const routing =
    (await named('alertmanager')) ??
    (await first('alertmanager.yml', '../alertmanager/alertmanager.yml', '../../alertmanager/alertmanager.yml'));
  const cases = routing === null ? null : await first(resolve(dirname(routing), 'routes.tests.yml'));
  const equivalents = await first('equivalent-mutants.yml');
  return {
    ...(catalogue === null
      ? { catalogue: null, platform: null }
      : await readBoth(show(catalogue), await text(catalogue))),
    scrape: prometheusFile === null ? null : await readScrapeConfig(await text(prometheusFile)),
    prometheusFile,
    routing: routing === null ? null : await readRouting(show(routing), await text(routing)),
    cases: cases === null ? NO_CASES : await readRouteCases(show(cases), await text(cases)),
    equivalents: equivalents === null ? [] : await readEquivalents(await text(equivalents)),
  };
}

/** A catalogue of metrics and alerts alone is no platform's: a platform has a title. */
async function readBoth(file: string, text: string): Promise<Pick<RuleSet, 'catalogue' | 'platform'>> {
  if (!/^title:/m.test(text)) return { catalogue: await readCatalogue(file, text), platform: null };
  const platform = await readPlatform(file, text);
  return { catalogue: platform.platform.catalogue, platform };
}
