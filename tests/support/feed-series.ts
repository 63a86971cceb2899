// Series that every query finds something in: made from a catalogue and from what the queries ask for.

import type { Metric } from '../../lib/domain/platform/platform.ts';
import { parsePromDuration } from '../../lib/domain/rules/prom-duration.ts';
import { loadPromql, nodesOf, type ParsePromql, textOf } from '../../lib/domain/rules/promql.ts';
import { findSelectors, type Matcher } from '../../lib/domain/rules/selectors.ts';

type Labels = Readonly<Record<string, string>>;

export interface FedSeries {
  readonly name: string;
  readonly labels: Labels;
  /** At an instant; counters only rise, whatever the instant. */
  readonly valueAt: (ms: number) => number;
}

export interface FeedSources {
  readonly metrics: readonly (Metric & { readonly job: string })[];
  /** Of panels and rules, variables filled in. */
  readonly queries: readonly string[];
  /** Names that rules produce: not fed. */
  readonly recorded: ReadonlySet<string>;
}

/** What Prometheus makes itself. */
const OWN = /^(?:up|ALERTS|ALERTS_FOR_STATE|scrape_\w+|)$/;

export async function makeSeries({ metrics, queries, recorded }: FeedSources): Promise<FedSeries[]> {
  const parse = await loadPromql();
  const wanted = wantedLabels(queries, parse);
  const known = new Map(metrics.map((metric) => [metric.name, metric] as const));
  const fed = metrics.flatMap((metric) => ofMetric(metric, metric.job, wantedOf(metric.name, wanted)));
  // Exporters that are no metric of the catalogue: as the queries ask for them.
  const foreign = [...wanted].filter(
    ([name]) => !known.has(wholeOf(name, known)) && !recorded.has(name) && !OWN.test(name),
  );
  const others = foreign.flatMap(([name, labels]) => [{}, ...labels].map((one) => plainSeries(name, one, 'exporter')));
  return unique([...fed, ...others]);
}

/** Distances into the past at which something is asked for. */
export async function offsetsIn(queries: readonly string[]): Promise<number[]> {
  const parse = await loadPromql();
  const found = queries.flatMap((query) => {
    const promql = parse(query);
    return nodesOf(promql, 'OffsetExpr').map(
      (node) => parsePromDuration(/offset\s+(\w+)/.exec(textOf(promql, node))?.[1] ?? '') ?? 0,
    );
  });
  return [...new Set(found)].filter((ms) => ms > 0);
}

/** Metric → the sets of labels that selectors ask it for. */
function wantedLabels(queries: readonly string[], parse: ParsePromql): Map<string, Labels[]> {
  const wanted = new Map<string, Labels[]>();
  for (const query of queries) {
    for (const { metric, matchers } of findSelectors(parse(query))) {
      if (metric === '') continue;
      wanted.set(metric, [...(wanted.get(metric) ?? []), ...choices(matchers)]);
    }
  }
  return wanted;
}

/** One set of labels for each value that a matcher names. */
function choices(matchers: readonly Matcher[]): Labels[] {
  let sets: Labels[] = [{}];
  for (const { label, op, value } of matchers) {
    const values = op === '=' ? [value] : op === '=~' ? samples(value) : [];
    if (values.length > 0) sets = sets.flatMap((set) => values.map((one) => ({ ...set, [label]: one })));
  }
  return sets.slice(0, 64);
}

/** Texts that a regular expression of a matcher accepts; none when anything will do. */
function samples(pattern: string): string[] {
  const whole = new RegExp(`^(?:${pattern})$`);
  if (whole.test('a')) return [];
  const plain = pattern
    .replace(/[()]/g, '')
    .split('|')
    .map((part) =>
      part
        .replace(/\\\\?\./g, '\u0000')
        .replace(/\[([^\]^])[^\]]*\]/g, '$1')
        .replace(/\.[*+]/g, 'a')
        .replace(/\./g, '0')
        .replace(/\\d\+?/g, '1')
        .replaceAll('\u0000', '.')
        .replace(/[+?*]/g, ''),
    );
  return plain.filter((text) => whole.test(text));
}

function wantedOf(name: string, wanted: ReadonlyMap<string, Labels[]>): Labels[] {
  return ['', '_bucket', '_sum', '_count'].flatMap((part) => wanted.get(name + part) ?? []);
}

function wholeOf(name: string, known: ReadonlyMap<string, unknown>): string {
  const whole = name.replace(/_(?:bucket|sum|count)$/, '');
  return known.has(name) ? name : whole;
}

function ofMetric(metric: Metric, job: string, wanted: readonly Labels[]): FedSeries[] {
  const usual = (index: number): Labels =>
    Object.fromEntries(metric.labels.map((label) => [label, allowed(metric, label, index)]));
  // Two series without wishes, so that groups have more than one member.
  const sets = [usual(0), usual(1), ...wanted.map(({ le: _bucket, ...labels }) => ({ ...usual(0), ...labels }))];
  return unique(sets.flatMap((labels, index) => ofLabels(metric, { job, instance: 'fed', ...labels }, index)));
}

function ofLabels(metric: Metric, labels: Labels, index: number): FedSeries[] {
  const { name } = metric;
  switch (metric.type) {
    case 'counter':
      return [{ name, labels, valueAt: risingBy(1 + index) }];
    case 'histogram':
      return histogram(metric, labels, index);
    case 'summary':
      return [
        { name, labels: { ...labels, quantile: '0.99' }, valueAt: () => 1 },
        { name: `${name}_sum`, labels, valueAt: risingBy(0.5) },
        { name: `${name}_count`, labels, valueAt: risingBy(1) },
      ];
    case 'gauge':
      return [{ name, labels, valueAt: gauge(metric, index) }];
  }
}

function allowed(metric: Metric, label: string, index: number): string {
  const values = metric.values[label] ?? ['a', 'b'];
  return values[index % values.length] ?? 'a';
}

/** The first is on, the second off, the others move. */
function gauge({ name }: Metric, index: number): FedSeries['valueAt'] {
  if (name.endsWith('_timestamp_seconds')) return (ms) => ms / 1_000 - 30;
  if (index < 2) return () => 1 - index;
  return (ms) => 2 + index + Math.sin(ms / 60_000);
}

const EPOCH_MS = 1_700_000_000_000;

function risingBy(perSecond: number): FedSeries['valueAt'] {
  return (ms) => ((ms - EPOCH_MS) / 1_000) * perSecond;
}

function histogram({ name, buckets }: Metric, labels: Labels, index: number): FedSeries[] {
  const bounds = [...(buckets.length === 0 ? [0.1, 1, 10] : buckets).map(String), '+Inf'];
  const rate = 1 + index;
  return [
    ...bounds.map((le, at) => ({
      name: `${name}_bucket`,
      labels: { ...labels, le },
      valueAt: risingBy((rate * (at + 1)) / bounds.length),
    })),
    { name: `${name}_sum`, labels, valueAt: risingBy(rate * Number(bounds[0])) },
    { name: `${name}_count`, labels, valueAt: risingBy(rate) },
  ];
}

function plainSeries(name: string, labels: Labels, job: string): FedSeries {
  const all = { job, instance: 'fed', ...labels };
  const isCounter = /_(?:total|bucket|sum|count)$/.test(name);
  return { name, labels: all, valueAt: isCounter ? risingBy(1) : () => 1 };
}

function unique(series: readonly FedSeries[]): FedSeries[] {
  // The first of a name stays: those without wishes have the values that states have.
  const first = new Map<string, FedSeries>();
  for (const one of series) if (!first.has(seriesName(one))) first.set(seriesName(one), one);
  return [...first.values()];
}

export function seriesName({ name, labels }: Pick<FedSeries, 'name' | 'labels'>): string {
  const pairs = Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${name}{${pairs.join(',')}}`;
}
