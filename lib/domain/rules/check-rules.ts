// Runs every check over every rule.

import type { Catalogue } from './catalogue.ts';
import { checkAlertComparison } from './checks/alert-comparison.ts';
import { checkAlertFor } from './checks/alert-for.ts';
import { checkAlertRunbook } from './checks/alert-runbook.ts';
import { checkAlertSeverity } from './checks/alert-severity.ts';
import { checkAlertTemplate } from './checks/alert-template.ts';
import { checkAlertWords } from './checks/alert-words.ts';
import type { Check, CheckFacts } from './checks/check.ts';
import { checkCounterRate } from './checks/counter-rate.ts';
import { checkDivisionGuard } from './checks/division-guard.ts';
import { checkGaugeRate } from './checks/gauge-rate.ts';
import { checkLabelRoute } from './checks/label-route.ts';
import { checkMetricSource } from './checks/metric-source.ts';
import { checkOwnPast } from './checks/own-past.ts';
import { checkPromqlSyntax } from './checks/promql-syntax.ts';
import { checkQuantileBuckets } from './checks/quantile-buckets.ts';
import { checkRatioLabels } from './checks/ratio-labels.ts';
import { checkTwice } from './checks/rule-twice.ts';
import { checkSelectorLabel } from './checks/selector-label.ts';
import { checkTimeOfDay } from './checks/time-of-day.ts';
import type { ParsePromql } from './promql.ts';
import type { Routing } from './routes/routing.ts';
import type { Finding, ParsedRule, Rule } from './rule.ts';

/** The name of each check, as findings carry it. */
export const CHECKS: Readonly<Record<string, Check>> = {
  'alert/comparison': checkAlertComparison,
  'alert/for': checkAlertFor,
  'alert/route': checkLabelRoute,
  'alert/runbook': checkAlertRunbook,
  'alert/severity': checkAlertSeverity,
  'alert/template': checkAlertTemplate,
  'alert/words': checkAlertWords,
  'promql/counter': checkCounterRate,
  'promql/division': checkDivisionGuard,
  'promql/gauge': checkGaugeRate,
  'promql/label': checkSelectorLabel,
  'promql/past': checkOwnPast,
  'promql/quantile': checkQuantileBuckets,
  'promql/ratio': checkRatioLabels,
  'promql/source': checkMetricSource,
  'promql/zone': checkTimeOfDay,
};

export interface CheckInputs {
  readonly catalogues: readonly Catalogue[];
  readonly jobs: ReadonlySet<string> | null;
  readonly targetLabels?: ReadonlySet<string>;
  readonly routing: Routing | null;
  readonly headings: ReadonlyMap<string, ReadonlySet<string>> | null;
}

export function checkRules(rules: readonly Rule[], inputs: CheckInputs, parse: ParsePromql): Finding[] {
  const facts = gatherFacts(rules, inputs);
  const each = rules.flatMap((rule) => {
    const parsed: ParsedRule = { ...rule, promql: parse(rule.expr) };
    const broken = checkPromqlSyntax(parsed, facts);
    // The tree of a broken expression says little: the other checks would guess.
    return broken.length > 0 ? broken : Object.values(CHECKS).flatMap((check) => check(parsed, facts));
  });
  return [...each, ...checkTwice(rules)];
}

function gatherFacts(
  rules: readonly Rule[],
  { catalogues, jobs, targetLabels, routing, headings }: CheckInputs,
): CheckFacts {
  return {
    metrics: new Map(catalogues.flatMap(({ metrics }) => metrics.map((metric) => [metric.name, metric] as const))),
    recorded: new Set(rules.filter(({ kind }) => kind === 'record').map(({ name }) => name)),
    jobs,
    targetLabels: targetLabels ?? new Set(),
    routing,
    informationalLabels: new Set(catalogues.flatMap(({ informationalLabels }) => informationalLabels)),
    headings,
  };
}
