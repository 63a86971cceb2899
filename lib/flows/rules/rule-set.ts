// One directory of rules with all that belongs to it: tests, catalogue, scrape configuration, routes.

import { dirname, join, relative, resolve } from 'node:path';
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

const YAML = /\.ya?ml$/;
const NOT_RULES = /^(prometheus|catalogue|alertmanager|equivalent-mutants|routes\.tests)\.ya?ml$/;

/** The sets named on the command line; without any, every platform. */
export async function loadRuleSets(ctx: RulesContext, invocation: Invocation): Promise<RuleSet[]> {
  const paths = invocation.args.length > 0 ? invocation.args : await allPlatformDirectories(ctx);
  const sets: RuleSet[] = [];
  for (const path of paths) sets.push(await loadRuleSet(ctx, resolve(ctx.environment.cwd, path), invocation));
  return sets;
}

export async function loadRuleSet(ctx: RulesContext, path: string, invocation: Invocation): Promise<RuleSet> {
  const info = await ctx.files.info(path);
  if (info === null) throw notFound(path, 'it does not exist');
  const directory = info.kind === 'directory' ? path : dirname(path);
  const show = (file: string): string => relative(ctx.environment.cwd, file) || file;
  const ruleFiles = info.kind === 'directory' ? await findRuleFiles(ctx, directory) : [path];
  const read = await Promise.all(
    ruleFiles.map(async (file) => readRuleFile(show(file), await ctx.files.readText(file))),
  );
  const testFiles = info.kind === 'directory' ? await listBoth(ctx, directory, 'tests') : [];
  const tests = await Promise.all(
    testFiles.map(async (file) => readUnitTests(show(file), await ctx.files.readText(file))),
  );
  const all = read.flatMap(({ rules }) => rules);
  const isCompiled = ({ file }: Rule): boolean => file.startsWith(show(join(directory, 'slo/')));
  const beside = await readBeside(ctx, directory, show, invocation);
  const problems = [
    ...read.flatMap((file) => file.problems),
    ...tests.flatMap((file) => file.problems),
    ...(beside.catalogue?.problems ?? []),
    ...(beside.routing?.problems ?? []),
    ...beside.cases.problems,
  ];
  // Of nothing everything could be said. A catalogue alone is a platform that is still to be generated.
  if (all.length === 0 && problems.length === 0 && beside.catalogue === null) throw notFound(path, 'it holds none');
  return {
    name: show(path),
    ruleFiles,
    rules: all.filter((rule) => !isCompiled(rule)),
    compiled: all.filter(isCompiled),
    tests,
    ...beside,
    problems,
  };
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
  return (await listYaml(ctx, directory)).filter((file) => !NOT_RULES.test(file.split('/').at(-1)!));
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
