// Collects the samples of one run. A bad sample is refused and counted, never thrown: telemetry cannot hurt a run.

import { type LabelsOf, type MetricOfKind, type MetricSpec, metricSpec } from '../../base/metric-catalogue.ts';
import type { MetricName } from '../../base/metric-names.ts';
import { oneLine } from '../../base/sanitize.ts';
import type { HistogramSeries, Labels, MetricSeries, ValueSeries } from './series.ts';
import { lineCount, seriesKey } from './series.ts';

export interface Refusal {
  readonly name: string;
  readonly reason: string;
}

export interface Metrics {
  set<N extends MetricOfKind<'gauge'>>(name: N, value: number, labels?: LabelsOf<N>): void;
  increment<N extends MetricOfKind<'counter'>>(name: N, labels?: LabelsOf<N>, by?: number): void;
  observe<N extends MetricOfKind<'histogram'>>(name: N, value: number, labels?: LabelsOf<N>): void;
  /** Everything collected so far, in order of first use. */
  series(): readonly MetricSeries[];
  /** What was refused, at most one entry for each metric and reason. */
  refusals(): readonly Refusal[];
}

/** Exposition lines of one run; the promise is < 200 series however many instruments there are. */
export const MAX_LINES = 180;
const MAX_LABEL_LENGTH = 100;
// `rb2501.SHFE`: a number somewhere, then a dot and an exchange in capitals.
const INSTRUMENT = /\d[^/]*\.[A-Z]{2,8}$/;

export function createMetrics(redact: (text: string) => string = (text) => text): Metrics {
  const collected = new Map<string, MetricSeries>();
  const refused = new Map<string, Refusal>();
  let lines = 0;

  function change(
    name: MetricName,
    kind: MetricSpec['kind'],
    value: number,
    given: Labels | undefined,
    update: (old: MetricSeries | undefined, labels: Labels, spec: MetricSpec) => MetricSeries,
  ): void {
    const problem = store(name, kind, value, given ?? {}, update);
    if (problem !== undefined) refused.set(`${name} ${problem}`, { name, reason: problem });
  }

  /** Why the sample is refused, or undefined. */
  function store(
    name: MetricName,
    kind: MetricSpec['kind'],
    value: number,
    given: Labels,
    update: (old: MetricSeries | undefined, labels: Labels, spec: MetricSpec) => MetricSeries,
  ): string | undefined {
    const spec = metricSpec(name);
    if (spec === undefined) return 'unknown metric';
    if (spec.kind !== kind) return `is a ${spec.kind}, not a ${kind}`;
    if (!Number.isFinite(value)) return 'value is not a finite number';
    if (kind === 'counter' && value < 0) return 'a counter cannot fall';
    const labels = cleanLabels(spec, given, redact);
    if (typeof labels === 'string') return labels;
    const key = seriesKey(name, labels);
    const old = collected.get(key);
    const next = update(old, labels, spec);
    if (old === undefined) {
      if (lines + lineCount(next) > MAX_LINES) return 'too many series';
      lines += lineCount(next);
    }
    collected.set(key, next);
    return undefined;
  }

  return {
    set: (name, value, labels) =>
      change(name, 'gauge', value, labels as Labels | undefined, (_old, clean) => ({
        kind: 'gauge',
        name,
        labels: clean,
        value,
      })),
    increment: (name, labels, by = 1) =>
      change(name, 'counter', by, labels as Labels | undefined, (old, clean) => {
        const before = (old as ValueSeries | undefined)?.value ?? 0;
        return { kind: 'counter', name, labels: clean, value: before + by };
      }),
    observe: (name, value, labels) =>
      change(name, 'histogram', value, labels as Labels | undefined, (old, clean, spec) =>
        observed(old as HistogramSeries | undefined, name, clean, spec.buckets ?? [], value),
      ),
    series: () => [...collected.values()],
    refusals: () => [...refused.values()],
  };
}

/** Sorted, non-empty labels, or why they are refused. */
function cleanLabels(spec: MetricSpec, given: Labels, redact: (text: string) => string): Labels | string {
  const clean: Record<string, string> = {};
  for (const name of Object.keys(given).sort()) {
    const value = given[name];
    if (value === undefined || value === '') continue;
    if (!spec.labels.includes(name)) return `unknown label ${oneLine(name, 40)}`;
    if (INSTRUMENT.test(value)) return `label ${name} holds an instrument id`;
    clean[name] = oneLine(redact(value), MAX_LABEL_LENGTH);
  }
  return clean;
}

function observed(
  old: HistogramSeries | undefined,
  name: MetricName,
  labels: Labels,
  bounds: readonly number[],
  value: number,
): HistogramSeries {
  const counts = old === undefined ? bounds.map(() => 0) : [...old.counts];
  // Counts are per bucket; rendering makes them cumulative. Beyond the last bound only `count` grows.
  const at = bounds.findIndex((bound) => value <= bound);
  if (at >= 0) counts[at] = (counts[at] ?? 0) + 1;
  return {
    kind: 'histogram',
    name,
    labels,
    bounds,
    counts,
    sum: (old?.sum ?? 0) + value,
    count: (old?.count ?? 0) + 1,
  };
}
