// `rules check`: promtool's and amtool's opinion, then our own checks.

import { join, relative } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { checkConventions } from '../../domain/platform/conventions.ts';
import { type CheckInputs, checkRules } from '../../domain/rules/check-rules.ts';
import { printRule } from '../../domain/rules/mutate/mutant-batch.ts';
import { parsePromDuration } from '../../domain/rules/prom-duration.ts';
import { loadPromql, type ParsePromql } from '../../domain/rules/promql.ts';
import { type GivenFile, readPromtool } from '../../domain/rules/read-promtool.ts';
import { checkInhibitions } from '../../domain/rules/routes/check-inhibitions.ts';
import { casesOfRules, judgeRouting } from '../../domain/rules/routes/route-cases.ts';
import { type Finding, printFinding, type Rule } from '../../domain/rules/rule.ts';
import { readHeadings } from '../../domain/runbooks/headings.ts';
import type { Outcome } from '../../run/command.ts';
import type { Invocation } from '../../run/invocation.ts';
import { homeDirectory } from './platforms.ts';
import { callTool } from './promtool.ts';
import { loadRuleSets, type RuleSet, type RulesContext } from './rule-set.ts';
import { inScratch } from './run-mutants.ts';

export async function checkRuleFiles(ctx: RulesContext, invocation: Invocation): Promise<Outcome> {
  const sets = await loadRuleSets(ctx, invocation);
  const headings = await readAllHeadings(ctx);
  const parse = await loadPromql();
  const findings: Finding[] = [];
  const unasked: string[] = [];
  let count = 0;
  for (const set of sets) {
    const rules = [...set.rules, ...set.compiled];
    count += rules.length;
    const inputs = { ...factsBeside(set), beside: set.all, headings };
    findings.push(
      ...set.problems,
      ...checkPlatform(set, rules, parse),
      ...checkRoutes(set, rules),
      ...checkInhibitions(rules, inputs, parse),
      ...checkRules(rules, inputs, parse).filter((finding) => concerns(set, finding)),
      ...(await askTools(ctx, set, unasked)),
    );
  }
  return answer(sets, count, onceEach(findings), unasked);
}

function factsBeside({ catalogue, platform, scrape, routing }: RuleSet): Omit<CheckInputs, 'beside' | 'headings'> {
  const intervals = scrape?.jobs.flatMap(({ interval }) => parsePromDuration(interval) ?? []) ?? [];
  return {
    catalogues: catalogue === null ? [] : [catalogue],
    jobs: scrape === null ? null : new Set(scrape.jobs.map(({ name }) => name)),
    targetLabels: new Set(scrape?.jobs.flatMap(({ labels }) => labels) ?? []),
    scrapeMsOf: (source) => {
      // A metric names the service that emits it, a job of another name may scrape it.
      const service = platform?.platform.services.find(({ name }) => name === source);
      const job = scrape?.jobs.find(({ name }) => name === (service?.job ?? source));
      return job === undefined ? null : parsePromDuration(job.interval);
    },
    shortestScrapeMs: intervals.length === 0 ? null : Math.min(...intervals),
    evaluationMs: scrape === null ? null : parsePromDuration(scrape.evaluationInterval),
    routing,
  };
}

/** An expression may make the same mistake at several places. */
function onceEach(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding] as const)).values()];
}

/** Mistakes in the data, and promises about names, labels and series that are not kept. */
function checkPlatform({ platform: reading }: RuleSet, rules: readonly Rule[], parse: ParsePromql): Finding[] {
  if (reading === null) return [];
  const { platform, mistakes } = reading;
  const { file } = platform.catalogue;
  return [
    ...mistakes.map(({ line, message }): Finding => ({ file, line, rule: '', check: 'catalogue', message })),
    ...checkConventions(platform, rules, parse),
  ];
}

/** Every alert, and every line of the table, reaches whom it should. */
function checkRoutes({ routing, cases, catalogue }: RuleSet, rules: readonly Rule[]): Finding[] {
  if (routing === null) return [];
  const routes = [...casesOfRules(rules, catalogue === null ? [] : [catalogue]), ...cases.routes];
  return judgeRouting(routing, { routes, inhibitions: cases.inhibitions }).map(
    (message): Finding => ({ file: routing.file, line: 1, rule: '', check: 'routes', message }),
  );
}

const OF_THE_COMPILER = new Set(['alert/for', 'alert/words']);

function concerns({ compiled }: RuleSet, { check, file }: Finding): boolean {
  return !OF_THE_COMPILER.has(check) || !compiled.some((rule) => rule.file === file);
}

async function askTools(ctx: RulesContext, set: RuleSet, unasked: string[]): Promise<Finding[]> {
  const findings = await askPromtool(ctx, set, unasked);
  const ask = async (check: string, file: string, argv: readonly [string, ...string[]]): Promise<void> => {
    const { exitCode, output } = await callTool(ctx, argv);
    if (exitCode === 0) return;
    const message =
      output
        .split('\n')
        .filter((line) => /error|FAILED|line \d+|unknown/i.test(line))
        .join(' ')
        .trim() || output.trim();
    findings.push({ file, line: 1, rule: '', check, message: message.replace(/\s+/g, ' ').slice(0, 500) });
  };
  if (set.prometheusFile !== null) {
    const shown = relative(ctx.environment.cwd, set.prometheusFile);
    await ask('promtool', shown, ['promtool', 'check', 'config', '--syntax-only', set.prometheusFile]);
  }
  if (set.routing !== null) {
    const file = join(ctx.environment.cwd, set.routing.file);
    await ask('amtool', set.routing.file, ['amtool', 'check-config', file]);
  }
  return findings;
}

/** promtool reads plain rule files only; the rules of resources are handed to it as one. */
async function askPromtool(ctx: RulesContext, set: RuleSet, unasked: string[]): Promise<Finding[]> {
  const rules = [...set.rules, ...set.compiled];
  const plain: GivenFile[] = [];
  const findings: Finding[] = [];
  for (const path of set.ruleFiles) {
    const shown = relative(ctx.environment.cwd, path) || path;
    if (/^groups\s*:/m.test(await ctx.files.readText(path))) plain.push({ path, shown, hasLines: true });
    else {
      const said = await askOfResource(ctx, shown, rules);
      if (said === null) unasked.push(shown);
      findings.push(...(said ?? []));
    }
  }
  if (plain.length === 0) return findings;
  const { exitCode, output } = await callTool(ctx, [...CHECK_RULES, ...plain.map(({ path }) => path)]);
  return exitCode === 0 ? findings : [...findings, ...readPromtool(output, plain, rules)];
}

const CHECK_RULES = ['promtool', 'check', 'rules'] as const;

/** Null where there is no place for the file that it reads. */
async function askOfResource(ctx: RulesContext, shown: string, all: readonly Rule[]): Promise<Finding[] | null> {
  const rules = all.filter(({ file }) => file === shown);
  if (rules.length === 0) return [];
  const groups = [...new Set(rules.map(({ group }) => group))].map((name) => ({
    name,
    rules: rules.filter(({ group }) => group === name).map(printRule),
  }));
  return inScratch(ctx, async (directory) => {
    const path = join(directory, 'rules.yml');
    await ctx.files.replace(path, JSON.stringify({ groups }), { durable: false });
    const { exitCode, output } = await callTool(ctx, [...CHECK_RULES, path]);
    return exitCode === 0 ? [] : readPromtool(output, [{ path, shown, hasLines: false }], rules);
  }).catch((error: unknown) => {
    if (error instanceof Fault) throw error;
    return null;
  });
}

/** Every page under runbooks/ with its anchors, by the path that links use. */
export async function readAllHeadings(
  ctx: Pick<RulesContext, 'files' | 'environment' | 'programDirectory'>,
): Promise<Map<string, ReadonlySet<string>>> {
  const home = await homeDirectory(ctx);
  const found = new Map<string, ReadonlySet<string>>();
  const visit = async (folder: string): Promise<void> => {
    for (const name of await ctx.files.list(join(home, folder))) {
      const path = `${folder}/${name}`;
      const info = await ctx.files.info(join(home, path));
      if (info?.kind === 'directory') await visit(path);
      else if (name.endsWith('.md')) {
        const headings = readHeadings(await ctx.files.readText(join(home, path)));
        found.set(path, new Set(headings.map(({ anchor }) => anchor)));
      }
    }
  };
  await visit('runbooks');
  return found;
}

function answer(
  sets: readonly RuleSet[],
  count: number,
  findings: readonly Finding[],
  unasked: readonly string[],
): Outcome {
  const where = sets.map(({ name }) => name).join(', ');
  const isClean = findings.length === 0;
  // Nothing is known to be missing where nothing is known.
  const unknown = sets.filter(({ catalogue }) => catalogue === null).map(({ name }) => name);
  const summary = isClean
    ? `${count} rules in ${where}: no findings`
    : `${count} rules in ${where}: ${findings.length} findings`;
  return {
    exit: isClean ? EXIT.ok : EXIT.critical,
    summary,
    report: {
      schema: 'mdops.rules-check/1',
      rules: count,
      findings: findings.map((finding) => ({ ...finding })),
      without_catalogue: unknown,
      without_promtool: [...unasked],
    },
    view: (paint) => [
      ...findings.map((finding) => printFinding(finding)),
      ...unasked.map((file) =>
        paint.faint(`${file}: promtool was not asked, nothing can be written to MDOPS_STATE_DIR`),
      ),
      ...unknown.map((name) => paint.faint(`${name}: no catalogue.yml beside it, so its metrics were not looked up`)),
      isClean ? paint.good(summary) : paint.bad(summary),
    ],
  };
}
