// Which rules a unit test has seen firing, and which it has seen silent.

import { nodesOf, type ParsePromql } from './promql.ts';
import type { Rule } from './rule.ts';
import type { AlertTest, UnitTestFile } from './unit-test-file.ts';

export interface RuleCoverage {
  readonly rule: Rule;
  readonly fires: boolean;
  readonly silent: boolean;
  /** Test files that assert something about it. */
  readonly files: readonly string[];
  /** What is missing, as a sentence; null when nothing is. */
  readonly missing: string | null;
}

export function coverRules(rules: readonly Rule[], tests: readonly UnitTestFile[], parse: ParsePromql): RuleCoverage[] {
  return rules.map((rule) => (rule.kind === 'alert' ? coverAlert(rule, tests) : coverRecord(rule, tests, parse)));
}

function coverAlert(rule: Rule, tests: readonly UnitTestFile[]): RuleCoverage {
  const assertions = tests.flatMap(({ file, tests: inner }) =>
    inner.flatMap(({ alertTests }) =>
      alertTests.filter(({ alertname }) => alertname === rule.name).map((test) => ({ file, test })),
    ),
  );
  const fires = assertions.some(({ test }) => expects(test, rule));
  // An alert of no condition has no silence to show.
  const silent = rule.expr.replace(/\s/g, '') === 'vector(1)' || assertions.some(({ test }) => !expects(test, rule));
  const parts = [fires ? '' : 'a test in which it fires', silent ? '' : 'a test in which it stays silent'].filter(
    Boolean,
  );
  return {
    rule,
    fires,
    silent,
    files: [...new Set([...assertions.map(({ file }) => file), ...asking(rule, tests)])],
    missing: parts.length === 0 ? null : `${rule.name} needs ${parts.join(' and ')}`,
  };
}

/** Tests of objectives ask ALERTS by the alert's name. */
function asking({ name }: Rule, tests: readonly UnitTestFile[]): string[] {
  const asked = `alertname="${name}"`;
  return tests
    .filter(({ tests: inner }) =>
      inner.some(({ expressionTests }) => expressionTests.some(({ expr }) => expr.includes(asked))),
    )
    .map(({ file }) => file);
}

/** Two rules may share a name: the labels they set tell which of them is expected. */
function expects({ raw }: AlertTest, rule: Rule): boolean {
  const expected = Array.isArray(raw['exp_alerts']) ? raw['exp_alerts'] : [];
  return expected.some((alert: Readonly<Record<string, unknown>>) => {
    const labels = (alert['exp_labels'] ?? {}) as Readonly<Record<string, unknown>>;
    return Object.entries(rule.labels).every(([name, value]) => value.includes('{{') || String(labels[name]) === value);
  });
}

function coverRecord(rule: Rule, tests: readonly UnitTestFile[], parse: ParsePromql): RuleCoverage {
  const files = tests.filter(({ tests: inner }) =>
    inner.some(({ expressionTests }) =>
      expressionTests.some(({ expr }) =>
        nodesOf(parse(expr), 'Identifier').some(({ from, to }) => expr.slice(from, to) === rule.name),
      ),
    ),
  );
  const isCovered = files.length > 0;
  return {
    rule,
    fires: isCovered,
    silent: isCovered,
    files: files.map(({ file }) => file),
    missing: isCovered ? null : `${rule.name} needs a promql_expr_test of its value`,
  };
}
