// Series as plain data: what a run collected, what a spool record carries, what a push group holds.

export type Labels = Readonly<Record<string, string>>;

export interface ValueSeries {
  readonly kind: 'gauge' | 'counter';
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

export interface HistogramSeries {
  readonly kind: 'histogram';
  readonly name: string;
  readonly labels: Labels;
  readonly bounds: readonly number[];
  /** Observations in each bucket alone, not cumulative. */
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}

export type MetricSeries = ValueSeries | HistogramSeries;

/** The push group: its labels replace those of its series in Pushgateway. */
export interface MetricGroup {
  readonly job: string;
  readonly environment: string;
  readonly target?: string;
}

export function groupKey(group: MetricGroup): string {
  return JSON.stringify([group.job, group.environment, group.target ?? '']);
}

/** Labels must be sorted by name. */
export function seriesKey(name: string, labels: Labels): string {
  return `${name}${JSON.stringify(labels)}`;
}

/** Lines in the exposition: a histogram has one per bound, +Inf, sum and count. */
export function lineCount(series: MetricSeries): number {
  return series.kind === 'histogram' ? series.bounds.length + 3 : 1;
}

/** Series labelled with a job of their own go to that job's group, the others to the command's. */
export function splitByJob(series: readonly MetricSeries[], group: MetricGroup): Map<MetricGroup, MetricSeries[]> {
  const groups = new Map<string, { readonly group: MetricGroup; readonly members: MetricSeries[] }>();
  for (const one of series) {
    const { job, ...labels } = one.labels;
    const own = job === undefined ? group : { job, environment: group.environment };
    const found = groups.get(groupKey(own)) ?? { group: own, members: [] };
    found.members.push(job === undefined ? one : { ...one, labels });
    groups.set(groupKey(own), found);
  }
  return new Map([...groups.values()].map(({ group: key, members }) => [key, members]));
}
