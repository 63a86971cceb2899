// What a platform has promised about names, labels and numbers of series, held against its catalogue and its rules.

import { acceptsAny } from '../rules/anchored-pattern.ts';
import { childOf, nodesOf, type ParsePromql, textOf } from '../rules/promql.ts';
import type { Finding, Rule } from '../rules/rule.ts';
import { findSelectors } from '../rules/selectors.ts';
import type { Metric, Platform } from './platform.ts';

// What scraping adds is nobody's choice.
const FROM_SCRAPING = ['job', 'instance', 'le', 'quantile'];
/** Names that others have given: node_memory_MemTotal_bytes. */
const OF_EXPORTERS = /^(?:node|container|process|go|probe)_/;
/** Unit → how a name may end. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  seconds: ['_seconds'],
  milliseconds: ['_ms', '_milliseconds'],
  bytes: ['_bytes'],
  ratio: ['_ratio'],
  percent: ['_percent', '_pct'],
};

export function checkConventions(platform: Platform, rules: readonly Rule[], parse: ParsePromql): Finding[] {
  return [
    ...platform.metrics.flatMap((metric) => checkMetric(metric, platform)),
    ...rules.flatMap((rule) => checkRule(rule, platform, parse)),
  ];
}

function checkMetric(metric: Metric, platform: Platform): Finding[] {
  const { conventions } = platform;
  const isExcepted = metric.name in conventions.exceptions;
  const say = (check: string, message: string): Finding => ({
    file: platform.catalogue.file,
    line: metric.line,
    rule: metric.name,
    check,
    message,
  });
  const found: Finding[] = [];
  if (!isExcepted) found.push(...checkName(metric, platform, say));
  for (const label of metric.labels) {
    if (conventions.forbiddenLabels.includes(label))
      found.push(say('metric/label', `has the label ${label}, which no metric may have: it has too many values`));
    else if (conventions.labels !== null && !conventions.labels.includes(label))
      found.push(say('metric/label', `has the label ${label}, which is not in the allow-list of this platform`));
  }
  if (metric.help === '') found.push(say('metric/help', 'has no help: nobody will know what it counts'));
  if (metric.unit === '') found.push(say('metric/unit', 'has no unit'));
  if (metric.type === 'histogram' && metric.buckets.length === 0)
    found.push(say('metric/buckets', 'is a histogram without buckets'));
  return [...found, ...checkBudget(metric, platform, say)];
}

type Say = (check: string, message: string) => Finding;

function checkName({ name, type, unit }: Metric, { conventions }: Platform, say: Say): Finding[] {
  const found: Finding[] = [];
  if (!OF_EXPORTERS.test(name) && !/^[a-z][a-z0-9_]*$/.test(name))
    found.push(say('metric/name', 'is not written in snake_case'));
  if (conventions.metricName !== null && !new RegExp(conventions.metricName).test(name))
    found.push(say('metric/name', `does not match ${conventions.metricName}`));
  if (conventions.counterTotal && type === 'counter' && !name.endsWith('_total'))
    found.push(say('metric/name', 'is a counter and does not end in _total'));
  if (conventions.counterTotal && type === 'gauge' && name.endsWith('_total'))
    found.push(say('metric/name', 'ends in _total and is no counter'));
  const suffixes = SUFFIXES[unit] ?? [];
  const bare = name.replace(/_total$/, '');
  if (conventions.unitSuffix && suffixes.length > 0 && !suffixes.some((suffix) => bare.endsWith(suffix)))
    found.push(say('metric/unit', `is in ${unit} and does not end in ${suffixes.join(' or ')}`));
  return found;
}

/** With every value listed, the most series there can be is known before there are any. */
function checkBudget(metric: Metric, { conventions }: Platform, say: Say): Finding[] {
  if (metric.series === null)
    return conventions.budgets ? [say('metric/series', 'has no budget: say how many series it may have')] : [];
  const counts = metric.labels.map((label) => metric.values[label]?.length);
  if (counts.some((count) => count === undefined)) return [];
  const parts = metric.type === 'histogram' ? metric.buckets.length + 3 : 1;
  const most = counts.reduce<number>((product, count) => product * (count ?? 1), parts);
  if (most <= metric.series) return [];
  return [say('metric/series', `may have ${most} series by its values, and its budget is ${metric.series}`)];
}

function checkRule(rule: Rule, platform: Platform, parse: ParsePromql): Finding[] {
  const { conventions } = platform;
  const say = (check: string, message: string): Finding => ({
    file: rule.file,
    line: rule.lines.expr,
    rule: rule.name,
    check,
    message,
  });
  const promql = parse(rule.expr);
  if (promql.errorAt !== null) return [];
  const found: Finding[] = [];
  if (rule.kind === 'alert' && conventions.alertName !== null && !new RegExp(conventions.alertName).test(rule.name))
    found.push(say('alert/name', `does not match ${conventions.alertName}`));
  const used = [
    ...nodesOf(promql, 'GroupingLabels').flatMap((list) => list.children.map((child) => textOf(promql, child))),
    ...findSelectors(promql).flatMap(({ matchers }) => matchers.map(({ label }) => label)),
    ...Object.keys(rule.labels),
  ];
  for (const label of new Set(used)) {
    if (conventions.forbiddenLabels.includes(label))
      found.push(say('rule/label', `uses the label ${label}, which no metric may have`));
  }
  for (const { metric, matchers } of findSelectors(promql)) {
    const values = platform.metrics.find(({ name }) => name === metric)?.values ?? {};
    for (const { label, op, value } of matchers) {
      const allowed = values[label];
      if (allowed === undefined) continue;
      if ((op === '=~' || op === '!~') && !acceptsAny(value, allowed))
        found.push(
          say('rule/value', `asks ${metric} for ${label}${op}"${value}", which matches none of ${allowed.join(', ')}`),
        );
      if (op === '=' && !allowed.includes(value))
        found.push(
          say('rule/value', `asks ${metric} for ${label}="${value}", which it never has: ${allowed.join(', ')}`),
        );
    }
  }
  return [...found, ...checkGrouping(rule, platform, parse, say)];
}

/** `by (x)` of a label that nothing inside has makes one group of all. */
function checkGrouping(rule: Rule, platform: Platform, parse: ParsePromql, say: Say): Finding[] {
  const promql = parse(rule.expr);
  return nodesOf(promql, 'AggregateExpr').flatMap((node) => {
    const modifier = childOf(node, 'AggregateModifier');
    if (modifier === undefined || !modifier.children.some(({ type }) => type === 'By')) return [];
    const inner = findSelectors(promql).filter(({ node: at }) => at.from >= node.from && at.to <= node.to);
    const metrics = inner.map(({ metric }) => metricOf(platform, metric));
    // What is recorded or comes from elsewhere may have any label.
    if (metrics.length === 0 || metrics.some((metric) => metric === undefined)) return [];
    const known = new Set([
      ...FROM_SCRAPING,
      ...platform.services.flatMap(({ labels }) => Object.keys(labels)),
      ...metrics.flatMap((metric) => metric!.labels),
    ]);
    const names = (childOf(modifier, 'GroupingLabels')?.children ?? []).map((child) => textOf(promql, child));
    return names
      .filter((name) => !known.has(name) && !promql.text.includes('label_replace'))
      .map((name) => say('promql/grouping', `groups by ${name}, a label that nothing inside has`));
  });
}

function metricOf({ metrics }: Platform, name: string): Metric | undefined {
  return metrics.find(
    (metric) => metric.name === name || [`_bucket`, `_sum`, `_count`].some((part) => name === `${metric.name}${part}`),
  );
}
