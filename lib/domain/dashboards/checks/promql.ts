// Checks of queries: what they read exists, and they read it the right way.

import { nearest } from '../../../base/nearest.ts';
import { acceptsAny } from '../../rules/anchored-pattern.ts';
import { metricOf } from '../../rules/checks/metric-lookup.ts';
import { hasSource } from '../../rules/checks/metric-source.ts';
import { findQuantileLevel } from '../../rules/mistakes/quantile-level.ts';
import { parsePromDuration } from '../../rules/prom-duration.ts';
import { childOf, textOf, walk } from '../../rules/promql.ts';
import { findSelectors } from '../../rules/selectors.ts';
import { argumentsOf, carriedLabels, groupingOf } from '../promql/labels.ts';
import { PLACEHOLDER, SPAN } from '../promql/variables.ts';
import { SCRAPE_INTERVAL } from '../provisioning.ts';
import { joinPath } from '../read/json-lines.ts';
import { type Check, type Found, inQuery, type Query } from './check.ts';

export const checkSyntax: Check = (_dashboard, { queries }) =>
  queries.flatMap((query) => {
    const { errorAt, text } = query.promql;
    if (errorAt === null) return [];
    const near = text
      .slice(errorAt, errorAt + 20)
      .replace(/\s+/g, ' ')
      .trim();
    return [inQuery(query, `is not PromQL ${near === '' ? 'at its end' : `near "${near}"`}`)];
  });

export const checkSource: Check = (_dashboard, { sound, facts }) => {
  if (!facts.isComplete) return [];
  return sound.flatMap((query) =>
    findSelectors(query.promql).flatMap(({ metric }) => {
      if (metric === '' || metric.includes(PLACEHOLDER) || hasSource(facts, metric)) return [];
      const close = nearest(metric, [...facts.metrics.keys(), ...facts.recorded]);
      return [
        inQuery(query, `reads ${metric}, which nothing emits${close === undefined ? '' : `: did you mean ${close}?`}`),
      ];
    }),
  );
};

export const checkLabel: Check = (_dashboard, { sound, facts }) =>
  sound.flatMap((query) => [
    ...findSelectors(query.promql).flatMap(({ metric, matchers }) => {
      const labels = facts.labelsOf(metric);
      if (labels === null) return [];
      const known = [...labels, ...facts.scrapeLabels];
      return matchers
        .filter(({ label }) => !known.includes(label) && !label.includes(PLACEHOLDER))
        .map(({ label }) =>
          inQuery(query, `matches ${metric} by ${label}, a label it does not have${hint(label, known)}`),
        );
    }),
    ...[...walk(query.promql.root)].flatMap(({ node }) => {
      const modifier = node.type === 'AggregateExpr' ? childOf(node, 'AggregateModifier') : undefined;
      if (modifier === undefined || childOf(modifier, 'By') === undefined) return [];
      const inner = carriedLabels(query.promql, facts, argumentsOf(node).at(-1) ?? node);
      if (inner === null) return [];
      return groupingOf(query.promql, childOf(modifier, 'GroupingLabels'))
        .filter((label) => !inner.has(label) && !label.includes(PLACEHOLDER))
        .map((label) => inQuery(query, `groups by ${label}, a label that is not there${hint(label, [...inner])}`));
    }),
  ]);

function hint(label: string, known: readonly string[]): string {
  const close = nearest(label, known);
  return close === undefined ? '' : `: did you mean ${close}?`;
}

/** A value that its label never has: `status="okay"` where the catalogue allows ok and failed. */
export const checkValue: Check = (_dashboard, { sound, facts }) =>
  sound.flatMap((query) =>
    findSelectors(query.promql).flatMap(({ metric, matchers }) => {
      const values = metricOf(facts, metric)?.values ?? {};
      return matchers.flatMap(({ label, op, value }): Found[] => {
        const allowed = Object.hasOwn(values, label) ? (values[label] ?? []) : [];
        if (allowed.length === 0 || value.includes(PLACEHOLDER) || value === '') return [];
        const isRight = op === '=' || op === '!=' ? allowed.includes(value) : acceptsAny(value, allowed);
        if (isRight) return [];
        return [
          inQuery(
            query,
            `matches ${label}${op}"${value}", a value that ${label} of ${metric} never has${hint(value, allowed)}`,
          ),
        ];
      });
    }),
  );

export const checkLegend: Check = (_dashboard, { sound, facts }) =>
  sound.flatMap((query): Found[] => {
    const legend = query.target?.legend ?? '';
    const shown = [...legend.matchAll(/\{\{\s*([\w.]+)\s*\}\}/g)].map(([, label]) => label ?? '');
    if (shown.length === 0 || query.target === undefined) return [];
    const carried = carriedLabels(query.promql, facts);
    if (carried === null) return [];
    const path = joinPath(query.target.path, 'legendFormat');
    return shown
      .filter((label) => !carried.has(label))
      .map((label) => ({
        ...inQuery(
          query,
          `shows {{${label}}} in its legend, which the result never carries${hint(label, [...carried])}`,
        ),
        path,
      }));
  });

const FINE_FOR_COUNTERS =
  /^(?:rate|irate|increase|resets|changes|absent|absent_over_time|present_over_time|count|count_over_time|timestamp|group)$/;

export const checkCounter: Check = (_dashboard, { sound, facts }) =>
  sound
    // A variable's query asks which labels there are, not what the counter says.
    .filter(({ panel }) => panel !== undefined)
    .flatMap((query) =>
      findSelectors(query.promql)
        .filter(
          ({ metric, inside }) => isCounter(facts, metric) && !inside.some((name) => FINE_FOR_COUNTERS.test(name)),
        )
        .map(({ metric }) => inQuery(query, `reads the counter ${metric} without rate() or increase()`)),
    );

function isCounter(facts: Parameters<Check>[1]['facts'], metric: string): boolean {
  return metricOf(facts, metric)?.type === 'counter';
}

export const checkGauge: Check = (_dashboard, { sound, facts }) =>
  sound.flatMap((query) =>
    findSelectors(query.promql).flatMap(({ metric, inside }) => {
      const used = inside.find((name) => /^(?:rate|irate|increase)$/.test(name));
      if (used === undefined || metricOf(facts, metric)?.type !== 'gauge') return [];
      return [inQuery(query, `applies ${used}() to the gauge ${metric}: use delta() or deriv()`)];
    }),
  );

const WANTS_RANGE =
  /^(?:rate|irate|increase|delta|idelta|deriv|changes|resets|predict_linear|holt_winters|\w+_over_time)$/;

export const checkRange: Check = (_dashboard, { sound, facts }) =>
  sound.flatMap((query) =>
    [...walk(query.promql.root)].flatMap(({ node }) => {
      if (node.type !== 'FunctionCall') return [];
      const name = textOf(query.promql, childOf(node, 'FunctionIdentifier') ?? node).toLowerCase();
      const args = argumentsOf(node);
      const range = args.find((arg) => hasRange(arg));
      if (WANTS_RANGE.test(name) && range === undefined)
        return [inQuery(query, `${name}() wants a range: [$__rate_interval]`)];
      if (!/^i?rate$|^increase$/.test(name) || range === undefined) return [];
      return tooShort(query, facts, range);
    }),
  );

function hasRange(node: {
  type: string;
  children: readonly { type: string; children: readonly unknown[] }[];
}): boolean {
  if (node.type === 'MatrixSelector' || node.type === 'SubqueryExpr') return true;
  return (
    /^(?:OffsetExpr|StepInvariantExpr|ParenExpr)$/.test(node.type) &&
    node.children.some((child) => hasRange(child as never))
  );
}

/** A rate needs two samples in its window, and one may be late. */
/** What provisioning tells Grafana of targets; $__rate_interval is four times this, or four times the query's own. */
const USUAL_SCRAPE_MS = parsePromDuration(SCRAPE_INTERVAL) ?? 15_000;

function windowOf({ text, target }: Query, window: string): number | null {
  if (text.includes(`[${window}]`)) return parsePromDuration(window);
  if (window !== SPAN || !text.includes('__rate_interval')) return null;
  return 4 * Math.max(USUAL_SCRAPE_MS, parsePromDuration(target?.interval ?? '') ?? 0);
}

function tooShort(query: Query, facts: Parameters<Check>[1]['facts'], range: Parameters<typeof textOf>[1]): Found[] {
  const text = textOf(query.promql, range);
  const window = /\[(\w+)\]/.exec(text)?.[1] ?? '';
  const metric = /^[\w:]+/.exec(text)?.[0] ?? '';
  const scrapeMs = facts.scrapeMsOf(metric);
  // The window of a variable is the reader's choice.
  const windowMs = windowOf(query, window);
  if (windowMs === null || scrapeMs === null || windowMs >= 2 * scrapeMs) return [];
  const remedy = query.text.includes('__rate_interval') ? `: give the query interval ${scrapeMs / 1_000}s` : '';
  const message = `looks back ${windowMs / 1_000}s, but ${metric} is scraped every ${scrapeMs / 1_000}s, and a rate needs two samples${remedy}`;
  return [inQuery(query, message)];
}

export const checkQuantile: Check = (_dashboard, { sound, facts }) =>
  sound.flatMap((query) => {
    const beyond = findQuantileLevel(query.promql, facts).map((message) => inQuery(query, message));
    const lost = [...walk(query.promql.root)].flatMap(({ node }) => {
      if (node.type !== 'FunctionCall') return [];
      const name = textOf(query.promql, childOf(node, 'FunctionIdentifier') ?? node);
      const inner = argumentsOf(node)[1];
      if (name.toLowerCase() !== 'histogram_quantile' || inner === undefined) return [];
      const labels = carriedLabels(query.promql, facts, inner);
      const reads = findSelectors(query.promql).some(({ metric }) => metric.endsWith('_bucket'));
      // Native histograms have no le, and are read without _bucket.
      return labels === null || labels.has('le') || !reads
        ? []
        : [inQuery(query, 'takes a quantile of buckets whose le was aggregated away: add le to by (…)')];
    });
    return [...beyond, ...lost];
  });

export const checkTableQuery: Check = (_dashboard, { sound }) =>
  sound
    .filter(({ panel, target }) => panel?.type === 'table' && target !== undefined && !target.instant)
    .map((query) => inQuery(query, 'fills a table with every point of the time range: make the query instant'));

export const checkHeatmap: Check = (_dashboard, { sound, facts }) =>
  sound.flatMap((query) => {
    if (query.panel?.type !== 'heatmap' || query.panel.calculates || query.target === undefined) return [];
    const labels = carriedLabels(query.promql, facts);
    if (labels !== null && !labels.has('le'))
      return [inQuery(query, 'draws a heatmap without buckets: the result carries no le')];
    return query.target.format === 'heatmap'
      ? []
      : [
          {
            ...inQuery(query, 'draws a heatmap of cumulative buckets: the format must be heatmap'),
            path: joinPath(query.target.path, 'format'),
          },
        ];
  });

/** LogQL has no grammar here: a stream selector that selects something is the least it needs. */
export const checkLogs: Check = ({ panels }) =>
  panels
    .filter(({ type }) => type === 'logs')
    .flatMap((panel) =>
      panel.targets.flatMap((target): Found[] => {
        if (target.expr === undefined || target.expr.trim() === '') return [];
        const selector = /\{([^}]*)\}/.exec(target.expr)?.[1];
        if (selector !== undefined && /[\w$]\s*(?:=~?)\s*["`$]/.test(selector)) return [];
        return [
          { path: joinPath(target.path, 'expr'), panel, message: 'selects no stream of logs: wanted {label="value"}' },
        ];
      }),
    );
