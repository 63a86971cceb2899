// `rules mutate`: small mistakes are planted in rules and routes; those that no test notices are named.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Paint } from '../../base/paint.ts';
import { type JunitCase, renderJunit } from '../../domain/junit.ts';
import { type JudgedMutant, scoreOf } from '../../domain/rules/mutate/score.ts';
import { casesOfRules, judgeRouting } from '../../domain/rules/routes/route-cases.ts';
import { makeRouteMutants } from '../../domain/rules/routes/route-mutants.ts';
import type { Outcome } from '../../run/command.ts';
import type { Invocation } from '../../run/invocation.ts';
import { loadRuleSets, type RuleSet, type RulesContext, requireSound } from './rule-set.ts';
import { judgeMutants } from './run-mutants.ts';
import { runUnitTests } from './test.ts';
import { writeReport } from './write-report.ts';

const BATCH_SIZE = 60;
const MIN_SCORE = 0.95;

interface JudgedRoute {
  readonly where: string;
  readonly what: string;
  readonly verdict: 'killed' | 'survived' | 'equivalent';
  readonly proof: string | null;
}

interface Result {
  readonly rules: readonly JudgedMutant[];
  readonly routes: readonly JudgedRoute[];
  readonly seconds: number;
}

export async function mutateRules(ctx: RulesContext, invocation: Invocation): Promise<Outcome> {
  const sets = await loadRuleSets(ctx, invocation);
  requireSound(sets, 'mutate');
  const jobs = invocation.number('jobs') ?? 2;
  const only = invocation.text('only');
  if (only !== 'routes') await requireGreenTests(ctx, sets, jobs);
  const startedMs = ctx.clock.monotonicMs();
  const rules: JudgedMutant[] = [];
  for (const set of only === 'routes' ? [] : sets) {
    const onProgress = (done: number, total: number): void =>
      ctx.progress.update(`${set.name}: ${done} of ${total} mutants`);
    rules.push(
      ...(await judgeMutants(ctx, set, { jobs, batchSize: invocation.number('batch-size') ?? BATCH_SIZE, onProgress })),
    );
  }
  const seconds = (ctx.clock.monotonicMs() - startedMs) / 1_000;
  const routes = only === 'rules' ? [] : sets.flatMap(judgeRoutes);
  const result: Result = { rules, routes, seconds };
  await writeReport(ctx, invocation, () => renderJunit(junitSuites(result)));
  return conclude(result, invocation.number('min-score') ?? MIN_SCORE);
}

async function requireGreenTests(ctx: RulesContext, sets: readonly RuleSet[], jobs: number): Promise<void> {
  const red = (await runUnitTests(ctx, sets, jobs)).filter(({ ok }) => !ok);
  if (red.length === 0) return;
  throw new Fault(
    'tests fail before mutation',
    `Cannot mutate: ${red.map(({ file }) => file).join(', ')} fail on the rules as they are`,
    {
      exit: EXIT.critical,
      hint: 'run "mdops rules test"',
    },
  );
}

function judgeRoutes(set: RuleSet): JudgedRoute[] {
  const { routing, cases, catalogue } = set;
  if (routing === null) return [];
  // A part of the rules cannot notice what becomes of the others.
  const routes = [...casesOfRules(set.all, catalogue === null ? [] : [catalogue]), ...cases.routes];
  const table = { routes, inhibitions: cases.inhibitions };
  const broken = judgeRouting(routing, table);
  if (broken.length > 0) {
    throw new Fault('routes fail before mutation', `Cannot mutate ${routing.file}: ${broken[0]}`, {
      exit: EXIT.critical,
      hint: 'correct the route, or the line of the table',
      facts: { broken },
    });
  }
  return makeRouteMutants(routing).map(({ where, what, routing: mutated, proof }) => {
    const isKilled = judgeRouting(mutated, table).length > 0;
    const verdict = isKilled ? 'killed' : proof === null ? 'survived' : 'equivalent';
    return { where: `${routing.file} ${where}`, what, verdict, proof: isKilled ? null : proof };
  });
}

function conclude({ rules, routes, seconds }: Result, minScore: number): Outcome {
  const score = scoreOf(rules);
  const routeScore = scoreOf(routes);
  const rate = seconds > 0 ? Math.round(rules.length / seconds) : 0;
  const isGood = score >= minScore && routeScore >= minScore;
  const lines = [
    `rules: ${count(rules, 'killed')} of ${rules.length} mutants killed, score ${percent(score)}, ${rate} mutants/s`,
    `routes: ${count(routes, 'killed')} of ${routes.length} mutants killed, score ${percent(routeScore)}`,
  ];
  return {
    exit: isGood ? EXIT.ok : EXIT.critical,
    summary: lines.join('; '),
    report: {
      schema: 'mdops.rules-mutate/1',
      min_score: minScore,
      rules: { score: Number(score.toFixed(6)), mutants: rules.map(mutantDocument), mutants_per_second: rate },
      routes: { score: Number(routeScore.toFixed(6)), mutants: routes.map((route) => ({ ...route })) },
    },
    view: (paint) => [
      ...survivorLines(rules, routes, paint),
      ...lines.map((line) => (isGood ? paint.good(line) : paint.bad(line))),
    ],
  };
}

function survivorLines(rules: readonly JudgedMutant[], routes: readonly JudgedRoute[], paint: Paint): string[] {
  return [
    ...rules.flatMap(({ mutant: { original }, verdict, note }) => {
      const at = `${original.file}:${original.line}`;
      if (verdict === 'survived') return [paint.bad(`survived  ${at} ${note}`)];
      if (verdict === 'untested') return [paint.bad(`untested  ${at} ${note}`)];
      return [];
    }),
    ...rules
      .filter(({ verdict }) => verdict === 'equivalent')
      .map(({ mutant, note }) => paint.faint(`same      ${mutant.original.name}: ${mutant.what}: ${note}`)),
    ...routes
      .filter(({ verdict }) => verdict === 'equivalent')
      .map(({ where, what, proof }) => paint.faint(`same      ${where}: ${what}: ${proof}`)),
    ...routes
      .filter(({ verdict }) => verdict === 'survived')
      .map(({ where, what }) => paint.bad(`survived  ${where}: ${what} → a line in routes.tests.yml that it breaks`)),
  ];
}

function mutantDocument({ mutant, verdict, note }: JudgedMutant): JsonObject {
  const { original, kind, what } = mutant;
  return {
    rule: original.name,
    file: original.file,
    line: original.line,
    kind,
    change: what,
    verdict,
    ...(note === '' ? {} : { note }),
  };
}

function junitSuites({ rules, routes }: Result): { name: string; cases: JunitCase[] }[] {
  const ruleCases = rules.map(({ mutant, verdict, note }): JunitCase => {
    const base = { name: `${mutant.original.name}: ${mutant.what}`, seconds: 0 };
    if (verdict === 'equivalent' || verdict === 'invalid')
      return { ...base, skipped: note === '' ? 'is no valid rule' : note };
    return verdict === 'killed' ? base : { ...base, failure: `${verdict}: ${note}` };
  });
  const routeCases = routes.map(({ where, what, verdict, proof }): JunitCase => {
    const base = { name: `${where}: ${what}`, seconds: 0 };
    if (proof !== null) return { ...base, skipped: proof };
    return verdict === 'killed' ? base : { ...base, failure: 'survived: no line of the table notices' };
  });
  return [
    { name: 'rule mutants', cases: ruleCases },
    { name: 'route mutants', cases: routeCases },
  ];
}

function count(judged: readonly { readonly verdict: string }[], verdict: string): number {
  return judged.filter((one) => one.verdict === verdict).length;
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}
