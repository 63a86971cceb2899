// Many mutants in one promtool run: each mutated rule, and every rule standing on it, under a name of its own.

import type { RuleGraph } from '../dependents.ts';
import { nodesOf, type ParsePromql } from '../promql.ts';
import type { Rule } from '../rule.ts';
import type { ExpressionTest, UnitTest, UnitTestFile } from '../unit-test-file.ts';
import type { Mutant } from './mutant.ts';

export interface MutantBatch {
  readonly tests: UnitTestFile;
  readonly mutants: readonly Mutant[];
  /** A rule file; JSON is YAML. */
  readonly rulesText: string;
  /** A unit test file that names the rule file `rules.yml`. */
  readonly testsText: string;
}

/** Behind every renamed alert and series; what stands behind it is the mutant's id. */
export const MARK = '__m';

export interface BatchTools {
  readonly graph: RuleGraph;
  readonly parse: ParsePromql;
}

/** The names that a unit test file asserts something about. */
export function assertedNames(tests: UnitTestFile, parse: ParsePromql): Set<string> {
  return new Set(
    tests.tests.flatMap(({ alertTests, expressionTests }) => [
      ...alertTests.map(({ alertname }) => alertname),
      ...expressionTests.flatMap(({ expr }) => metricNames(expr, parse)),
    ]),
  );
}

export function makeBatch(tests: UnitTestFile, mutants: readonly Mutant[], tools: BatchTools): MutantBatch {
  const affected = new Map(mutants.map((mutant) => [mutant, tools.graph.affectedBy(mutant.original)] as const));
  const originals = tools.graph.neededBy([...affected.values()].flat());
  const rules = mutants.flatMap((mutant) => renamed(mutant, affected.get(mutant)!, tools.parse));
  const groups = groupByInterval([...originals, ...rules]);
  const suite = {
    rule_files: ['rules.yml'],
    evaluation_interval: tests.evaluationInterval,
    group_eval_order: groups.map(({ name }) => name),
    tests: tests.tests.map((test) => multiply(test, mutants, affected, tools.parse)),
  };
  return { tests, mutants, rulesText: JSON.stringify({ groups }), testsText: JSON.stringify(suite) };
}

/** One group for each interval: promtool pays for every group at every step. */
function groupByInterval(rules: readonly Rule[]): { name: string; interval?: string; rules: unknown[] }[] {
  const intervals = [...new Set(rules.map(({ interval }) => interval))];
  return intervals.map((interval, index) => ({
    name: `g${index}`,
    ...(interval === undefined ? {} : { interval }),
    rules: rules.filter((rule) => rule.interval === interval).map(printRule),
  }));
}

/** A rule as a rule file wants it. */
export function printRule(rule: Rule): Record<string, unknown> {
  return {
    [rule.kind]: rule.name,
    expr: rule.expr,
    ...(rule.for === undefined ? {} : { for: rule.for }),
    ...(rule.keepFiringFor === undefined ? {} : { keep_firing_for: rule.keepFiringFor }),
    ...(Object.keys(rule.labels).length === 0 ? {} : { labels: rule.labels }),
    ...(Object.keys(rule.annotations).length === 0 ? {} : { annotations: rule.annotations }),
  };
}

function renamed(mutant: Mutant, affected: readonly Rule[], parse: ParsePromql): Rule[] {
  const recorded = recordedNames(affected);
  return affected.map((rule) => {
    const source = rule === mutant.original ? mutant.mutated : rule;
    return { ...source, name: mark(source.name, mutant), expr: markMetrics(source.expr, recorded, mutant, parse) };
  });
}

function multiply(
  test: UnitTest,
  mutants: readonly Mutant[],
  affected: ReadonlyMap<Mutant, readonly Rule[]>,
  parse: ParsePromql,
): Record<string, unknown> {
  const alerts = mutants.flatMap((mutant) => {
    const names = new Set(affected.get(mutant)!.map(({ name }) => name));
    return test.alertTests
      .filter(({ alertname }) => names.has(alertname))
      .map(({ raw, alertname }) => ({ ...raw, alertname: mark(alertname, mutant) }));
  });
  const expressions = mutants.flatMap((mutant) => {
    const recorded = recordedNames(affected.get(mutant)!);
    return test.expressionTests
      .filter(({ expr }) => metricNames(expr, parse).some((name) => recorded.has(name)))
      .map((expression) => markExpressionTest(expression, recorded, mutant, parse));
  });
  return { ...test.setUp, alert_rule_test: alerts, promql_expr_test: expressions };
}

function markExpressionTest(
  { expr, raw }: ExpressionTest,
  recorded: ReadonlySet<string>,
  mutant: Mutant,
  parse: ParsePromql,
): Record<string, unknown> {
  const samples = Array.isArray(raw['exp_samples']) ? raw['exp_samples'] : [];
  return {
    ...raw,
    expr: markMetrics(expr, recorded, mutant, parse),
    exp_samples: samples.map((sample: Readonly<Record<string, unknown>>) => ({
      ...sample,
      labels: markMetrics(String(sample['labels'] ?? '{}'), recorded, mutant, parse),
    })),
  };
}

function mark(name: string, { id }: Mutant): string {
  return `${name}${MARK}${id}`;
}

function markMetrics(expr: string, names: ReadonlySet<string>, mutant: Mutant, parse: ParsePromql): string {
  const selectors = nodesOf(parse(expr), 'VectorSelector').flatMap(({ children }) => children.slice(0, 1));
  let marked = expr;
  for (const { type, from, to } of selectors.reverse()) {
    const name = expr.slice(from, to);
    if (type === 'Identifier' && names.has(name))
      marked = marked.slice(0, from) + mark(name, mutant) + marked.slice(to);
  }
  return marked;
}

function recordedNames(rules: readonly Rule[]): Set<string> {
  return new Set(rules.filter(({ kind }) => kind === 'record').map(({ name }) => name));
}

function metricNames(expr: string, parse: ParsePromql): string[] {
  return nodesOf(parse(expr), 'Identifier').map(({ from, to }) => expr.slice(from, to));
}
