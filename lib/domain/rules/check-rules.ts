// Runs every check over every rule.

import { gatherFacts as gatherMetricFacts } from '../dashboards/promql/facts.ts';
import type { Catalogue } from './catalogue.ts';
import { checkAlertAbsent } from './checks/alert-absent.ts';
import { checkAlertComparison } from './checks/alert-comparison.ts';
import { checkAlertFor } from './checks/alert-for.ts';
import { checkAlertPercent } from './checks/alert-percent.ts';
import { checkAlertRunbook } from './checks/alert-runbook.ts';
import { checkAlertSeverity } from './checks/alert-severity.ts';
import { checkAlertTemplate } from './checks/alert-template.ts';
import { checkAlertWords } from './checks/alert-words.ts';
import type { Check, CheckFacts } from './checks/check.ts';
import { checkCounterRate } from './checks/counter-rate.ts';
import { checkDivisionGuard } from './checks/division-guard.ts';
import { checkExactIncrease } from './checks/exact-increase.ts';
import { MISTAKE_CHECKS } from './checks/from-mistakes.ts';
import { checkGaugeRate } from './checks/gauge-rate.ts';
import { checkLabelRoute } from './checks/label-route.ts';
import { checkLabelValue } from './checks/label-value.ts';
import { checkMetricSource } from './checks/metric-source.ts';
import { checkMissedEvents } from './checks/missed-events.ts';
import { checkNeverTrue } from './checks/never-true.ts';
import { checkOwnPast } from './checks/own-past.ts';
import { checkPromqlSyntax } from './checks/promql-syntax.ts';
import { checkQuantileBuckets } from './checks/quantile-buckets.ts';
import { checkRatioLabels } from './checks/ratio-labels.ts';
import { checkRatioThreshold } from './checks/ratio-threshold.ts';
import { checkRecordName } from './checks/record-name.ts';
import { checkTwice } from './checks/rule-twice.ts';
import { checkSelectorLabel } from './checks/selector-label.ts';
import { checkShadowedMetric } from './checks/shadowed-metric.ts';
import { checkShortWindow } from './checks/short-window.ts';
import { checkTimeOfDay } from './checks/time-of-day.ts';
import type { ParsePromql } from './promql.ts';
import type { Routing } from './routes/routing.ts';
import type { Finding, ParsedRule, Rule } from './rule.ts';

/** The name of each check, as findings carry it. */
export const CHECKS: Readonly<Record<string, Check>> = {
  'alert/absent': checkAlertAbsent,
  'alert/comparison': checkAlertComparison,
  'alert/for': checkAlertFor,
  'alert/label-value': checkLabelValue,
  'alert/percent': checkAlertPercent,
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
  'promql/equal': checkExactIncrease,
  'promql/never': checkNeverTrue,
  'promql/threshold': checkRatioThreshold,
  'promql/window': checkShortWindow,
  'promql/zone': checkTimeOfDay,
  ...MISTAKE_CHECKS,
  'rule/interval': checkMissedEvents,
  'rule/name': checkRecordName,
  'rule/shadow': checkShadowedMetric,
};

export interface CheckInputs {
  readonly catalogues: readonly Catalogue[];
  /** Rules that are not judged, and whose recordings may be read. */
  readonly beside?: readonly Rule[];
  readonly jobs: ReadonlySet<string> | null;
  readonly targetLabels?: ReadonlySet<string>;
  readonly shortestScrapeMs?: number | null;
  /** Of what a source emits; null when nobody says. */
  readonly scrapeMsOf?: (source: string) => number | null;
  readonly evaluationMs?: number | null;
  readonly routing: Routing | null;
  readonly headings: ReadonlyMap<string, ReadonlySet<string>> | null;
}

export function checkRules(rules: readonly Rule[], inputs: CheckInputs, parse: ParsePromql): Finding[] {
  const facts = gatherFacts(rules, inputs, parse);
  const each = rules.flatMap((rule) => {
    const parsed: ParsedRule = { ...rule, promql: parse(rule.expr) };
    const broken = checkPromqlSyntax(parsed, facts);
    // The tree of a broken expression says little: the other checks would guess.
    return broken.length > 0 ? broken : Object.values(CHECKS).flatMap((check) => check(parsed, facts));
  });
  return [...each, ...checkTwice(rules)];
}

export function gatherFacts(rules: readonly Rule[], inputs: CheckInputs, parse: ParsePromql): CheckFacts {
  const { catalogues, jobs, routing, headings } = inputs;
  const targetLabels = inputs.targetLabels ?? new Set();
  const isComplete = catalogues.length > 0;
  const recordings = [...rules, ...(inputs.beside ?? [])].filter(({ kind }) => kind === 'record');
  const known = gatherMetricFacts(
    {
      metrics: catalogues.flatMap(({ metrics }) => metrics),
      rules: recordings.map(({ name, expr, labels }) => ({ name, expr, labels: Object.keys(labels) })),
      jobs,
      isComplete,
      shortestScrapeMs: inputs.shortestScrapeMs ?? null,
      scrapeMsOf: inputs.scrapeMsOf ?? (() => null),
      targetLabels: [...targetLabels],
    },
    parse,
  );
  return {
    metrics: known.metrics,
    isComplete,
    recorded: known.recorded,
    known,
    evaluationMs: inputs.evaluationMs ?? null,
    jobs,
    targetLabels,
    routing,
    informationalLabels: new Set(catalogues.flatMap(({ informationalLabels }) => informationalLabels)),
    headings,
  };
}
