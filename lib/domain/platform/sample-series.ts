// Sample series of every metric of a platform: what its services would show, made up from the catalogue.

import type { Promql } from '../rules/promql.ts';
import { findSelectors } from '../rules/selectors.ts';
import type { Labels, Metric, Platform } from './platform.ts';
import { printBound } from './print-series.ts';

export interface SampleSeries {
  readonly name: string;
  readonly labels: Labels;
  /** Its value so many seconds after the beginning. */
  readonly at: (seconds: number, unixSeconds: number) => number;
}

/** Metric → label → values that somebody asks for. */
export type Wanted = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

const MOST_COMBINATIONS = 60;

/** What expressions ask for: without these values a query would find nothing, however right it is. */
export function findWanted(expressions: readonly Promql[]): Wanted {
  const wanted = new Map<string, Map<string, Set<string>>>();
  for (const { metric, matchers } of expressions.flatMap(findSelectors)) {
    const base = metric.replace(/_(bucket|sum|count)$/, '');
    for (const name of new Set([metric, base])) {
      const labels = wanted.get(name) ?? new Map<string, Set<string>>();
      wanted.set(name, labels);
      for (const { label, op, value } of matchers) {
        const values = labels.get(label) ?? new Set<string>();
        labels.set(label, values);
        if (op === '=' && value !== '') values.add(value);
        if (op === '=~') for (const one of exampleOf(value)) values.add(one);
      }
    }
  }
  return wanted;
}

/** `5..` → 500, `a|b` → a, b; what is too general names nothing. */
function exampleOf(pattern: string): string[] {
  return pattern
    .replace(/^\(|\)$/g, '')
    .split('|')
    .map((one) => one.replace(/(?<![\\.*+])\.(?![*+])/g, '0').replace(/\\/g, ''))
    .filter((one) => one !== '' && !/[*+?[\](){}$^]/.test(one));
}

export function makeSampleSeries(platform: Platform, service: string | null, wanted: Wanted): SampleSeries[] {
  return platform.metrics
    .filter(({ source }) => service === null || source === service)
    .flatMap((metric) =>
      combine(metric, wanted.get(metric.name) ?? new Map()).flatMap((labels, index) => seriesOf(metric, labels, index)),
    );
}

function combine(metric: Metric, wanted: ReadonlyMap<string, ReadonlySet<string>>): Labels[] {
  let combinations: Labels[] = [{}];
  for (const label of metric.labels) {
    const listed = metric.values[label]?.slice(0, 3) ?? [];
    const asked = [...(wanted.get(label) ?? [])];
    const values = [
      ...new Set([...asked, ...(listed.length > 0 || asked.length > 0 ? listed : [`${label}-a`, `${label}-b`])]),
    ];
    combinations = combinations.flatMap((labels) => values.map((value) => ({ ...labels, [label]: value })));
  }
  return combinations.slice(0, MOST_COMBINATIONS);
}

function seriesOf(metric: Metric, labels: Labels, index: number): SampleSeries[] {
  const { name, type } = metric;
  const rate = 1 + (index % 7);
  switch (type) {
    case 'counter':
      return [{ name, labels, at: (seconds) => Math.floor(rate * seconds) }];
    case 'gauge':
      return [{ name, labels, at: (_seconds, now) => gaugeOf(metric, now, index) }];
    case 'summary':
      return [
        { name, labels: { ...labels, quantile: '0.99' }, at: () => rate },
        { name: `${name}_count`, labels, at: (seconds) => rate * seconds },
        { name: `${name}_sum`, labels, at: (seconds) => rate * seconds },
      ];
    case 'histogram':
      return histogramOf(metric, labels, rate);
  }
}

function gaugeOf({ name, unit }: Metric, now: number, index: number): number {
  if (/timestamp/.test(name)) return now - 60;
  if (unit === 'ratio') return 0.97;
  if (unit === 'flag') return index % 2 === 0 ? 1 : 0;
  return 10 + index + Math.round(5 * Math.sin(now / 300));
}

function histogramOf({ name, buckets }: Metric, labels: Labels, rate: number): SampleSeries[] {
  const bounds = [...buckets, Number.POSITIVE_INFINITY];
  // Most observations lie low, some in every bucket.
  const share = (upTo: number): number => 1 - 0.5 ** (upTo + 1);
  const all = (seconds: number): number => rate * seconds * share(bounds.length - 1);
  return [
    ...bounds.map(
      (bound, upTo): SampleSeries => ({
        name: `${name}_bucket`,
        labels: { ...labels, le: printBound(bound) },
        at: (seconds) => Math.floor(rate * seconds * share(upTo)),
      }),
    ),
    { name: `${name}_count`, labels, at: (seconds) => Math.floor(all(seconds)) },
    { name: `${name}_sum`, labels, at: (seconds) => all(seconds) * (buckets[0] ?? 1) },
  ];
}

/** One line of an exposition; with a time in the form that `promtool tsdb create-blocks-from openmetrics` reads. */
export function printSampleLine(
  { name, labels }: Pick<SampleSeries, 'name' | 'labels'>,
  value: number,
  at?: number,
): string {
  const inner = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
  return `${name}{${inner.join(',')}} ${value}${at === undefined ? '' : ` ${at}`}`;
}
