// A promtool unit test file, as far as coverage and mutation need it.

import { isRecord, own } from '../../base/json.ts';
import { parseYaml } from '../../base/yaml.ts';
import type { Finding } from './rule.ts';

type Mapping = Readonly<Record<string, unknown>>;

export interface UnitTest {
  readonly name: string;
  /** All of it as written, except its assertions. */
  readonly setUp: Mapping;
  readonly alertTests: readonly AlertTest[];
  readonly expressionTests: readonly ExpressionTest[];
}

export interface AlertTest {
  readonly alertname: string;
  readonly evalTime: string;
  readonly firing: number;
  readonly raw: Mapping;
}

export interface ExpressionTest {
  readonly expr: string;
  readonly raw: Mapping;
}

export interface UnitTestFile {
  readonly file: string;
  readonly ruleFiles: readonly string[];
  readonly evaluationInterval: string;
  readonly tests: readonly UnitTest[];
  readonly problems: readonly Finding[];
}

// promtool's own default.
const ONE_MINUTE = '1m';

export async function readUnitTests(file: string, text: string): Promise<UnitTestFile> {
  const parsed = await parseYaml(text);
  const root = isRecord(parsed.value) ? parsed.value : {};
  return {
    file,
    ruleFiles: list(own(root, 'rule_files')).map(String),
    evaluationInterval: String(own(root, 'evaluation_interval') ?? ONE_MINUTE),
    tests: list(own(root, 'tests')).filter(isRecord).map(readTest),
    problems: parsed.problems.map(({ line, message }) => ({ file, line, rule: '', check: 'unit-tests', message })),
  };
}

function readTest(test: Mapping): UnitTest {
  const setUp = Object.fromEntries(
    Object.entries(test).filter(([key]) => key !== 'alert_rule_test' && key !== 'promql_expr_test'),
  );
  return {
    name: String(own(test, 'name') ?? ''),
    setUp,
    alertTests: list(own(test, 'alert_rule_test')).filter(isRecord).map(readAlertTest),
    expressionTests: list(own(test, 'promql_expr_test'))
      .filter(isRecord)
      .map((raw) => ({ expr: String(own(raw, 'expr') ?? ''), raw })),
  };
}

function readAlertTest(raw: Mapping): AlertTest {
  return {
    alertname: String(own(raw, 'alertname') ?? ''),
    evalTime: String(own(raw, 'eval_time') ?? '0s'),
    firing: list(own(raw, 'exp_alerts')).length,
    raw,
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
