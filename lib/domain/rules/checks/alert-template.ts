// alert/template: a label shown in an annotation is one that the expression can carry.

import { carriedLabels } from '../../dashboards/promql/labels.ts';
import { nodesOf } from '../promql.ts';
import type { Finding, ParsedRule } from '../rule.ts';
import { findSelectors } from '../selectors.ts';
import { type Check, found } from './check.ts';
import { metricOf } from './metric-lookup.ts';

export const checkAlertTemplate: Check = (rule, facts) => {
  if (rule.kind !== 'alert') return [];
  const carried = carriedLabels(rule.promql, facts.known);
  if (carried !== null) return findUnknown(rule, new Set([...carried, ...ALWAYS, ...Object.keys(rule.labels)]));
  const selectors = findSelectors(rule.promql);
  // An unknown metric may carry any label.
  if (selectors.some(({ metric }) => metricOf(facts, metric) === undefined)) return [];
  const known = new Set(['alertname', 'job', 'instance', ...facts.targetLabels, ...Object.keys(rule.labels)]);
  for (const { metric, matchers } of selectors) {
    for (const label of metricOf(facts, metric)?.labels ?? []) known.add(label);
    for (const { label } of matchers) known.add(label);
  }
  for (const { from, to } of nodesOf(rule.promql, 'LabelName')) known.add(rule.expr.slice(from, to));
  return findUnknown(rule, known);
};

/** Of the alert itself. */
const ALWAYS = ['alertname'];

function findUnknown(rule: ParsedRule, known: ReadonlySet<string>): Finding[] {
  const shown = Object.values(rule.annotations).flatMap((text) =>
    [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label!),
  );
  const unknown = [...new Set(shown)].filter((label) => !known.has(label));
  return unknown.map((label) =>
    found(rule, 'alert/template', `shows {{ $labels.${label} }}, which the expression never carries`),
  );
}
