// Text exposition by prom-client's registry. Only the submodule is loaded: the whole package costs 1.65 x a bare start.

import { metricSpec } from '../../base/metric-catalogue.ts';
import type { HistogramSeries, MetricSeries } from './series.ts';

interface RenderedValue {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

export async function renderMetrics(series: readonly MetricSeries[]): Promise<string> {
  const { default: Registry } = await import('prom-client/lib/registry.js');
  const registry = new Registry();
  for (const [name, members] of byName(series)) {
    const spec = metricSpec(name);
    if (spec === undefined) continue;
    const values = members.flatMap((member) =>
      member.kind === 'histogram' ? histogramValues(member) : [{ labels: member.labels, value: member.value }],
    );
    registry.registerMetric({ name, get: async () => ({ name, help: spec.help, type: spec.kind, values }) });
  }
  return registry.metrics();
}

function byName(series: readonly MetricSeries[]): Map<string, MetricSeries[]> {
  const groups = new Map<string, MetricSeries[]>();
  for (const one of series) {
    const members = groups.get(one.name);
    if (members === undefined) groups.set(one.name, [one]);
    else members.push(one);
  }
  return groups;
}

function histogramValues(series: HistogramSeries): RenderedValue[] {
  const { name, labels, bounds } = series;
  let below = 0;
  const buckets = bounds.map((bound, at): RenderedValue => {
    below += series.counts[at] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bound }, value: below };
  });
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: series.count },
    { metricName: `${name}_sum`, labels, value: series.sum },
    { metricName: `${name}_count`, labels, value: series.count },
  ];
}
