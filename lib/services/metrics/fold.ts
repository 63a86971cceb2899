// What a push group holds after further runs: gauges of the last run, counters and histograms of all runs.

import { metricSpec } from '../../base/metric-catalogue.ts';
import type { HistogramSeries, MetricGroup, MetricSeries } from './series.ts';
import { lineCount, seriesKey } from './series.ts';

export interface GroupState {
  readonly group: MetricGroup;
  readonly series: readonly MetricSeries[];
  /** Records already in here whose files may still lie in the spool: a kill between the two writes counts nothing twice. */
  readonly folded: readonly string[];
  /** Not yet accepted by the gateway. */
  readonly pending: boolean;
  readonly changed_at_ms: number;
}

/** `run` speaks for the group: gauges it does not set are gone. `note` adds to what a run said. */
export interface GroupRecord {
  readonly id: string;
  readonly at_ms: number;
  readonly mode: 'run' | 'note';
  readonly series: readonly MetricSeries[];
}

/** Pushgateway's work grows with what it holds; R16 allows fewer than 200 series in a group. */
export const MAX_GROUP_LINES = 190;

export function foldRecords(
  state: GroupState,
  records: readonly GroupRecord[],
  inSpool: ReadonlySet<string>,
): GroupState {
  const known = new Set(state.folded);
  const fresh = records.filter((record) => !known.has(record.id));
  const series = new Map(state.series.map((one) => [seriesKey(one.name, one.labels), one]));
  for (const record of fresh) applyRecord(series, record);
  return {
    group: state.group,
    series: withinBound([...series.values()]),
    folded: [...state.folded.filter((id) => inSpool.has(id)), ...fresh.map((record) => record.id)],
    pending: state.pending || fresh.length > 0,
    changed_at_ms: fresh.at(-1)?.at_ms ?? state.changed_at_ms,
  };
}

/** Without the series that another group now speaks for, or the state itself when there are none. */
export function releaseShared(state: GroupState, taken: ReadonlySet<string>): GroupState {
  const series = state.series.filter((one) => !taken.has(seriesKey(one.name, one.labels)));
  return series.length === state.series.length ? state : { ...state, series, pending: true };
}

export function sharedKeys(records: readonly GroupRecord[]): Set<string> {
  const shared = records.flatMap((record) => record.series).filter((one) => metricSpec(one.name)?.shared === true);
  return new Set(shared.map((one) => seriesKey(one.name, one.labels)));
}

function applyRecord(series: Map<string, MetricSeries>, record: GroupRecord): void {
  if (record.mode === 'run') {
    for (const [key, one] of series) {
      if (one.kind === 'gauge' && metricSpec(one.name)?.lasting !== true) series.delete(key);
    }
  }
  for (const one of record.series) {
    const key = seriesKey(one.name, one.labels);
    const sum = add(series.get(key), one);
    // Deleted first, so that the map is ordered by last change.
    series.delete(key);
    series.set(key, sum);
  }
}

function add(old: MetricSeries | undefined, one: MetricSeries): MetricSeries {
  if (old === undefined || one.kind === 'gauge' || old.kind !== one.kind) return one;
  if (one.kind === 'histogram') return addHistogram(old as HistogramSeries, one);
  return { ...one, value: (old as { value: number }).value + one.value };
}

// Bounds that changed with a release start a new histogram: Prometheus reads it as a reset.
function addHistogram(old: HistogramSeries, one: HistogramSeries): HistogramSeries {
  if (JSON.stringify(old.bounds) !== JSON.stringify(one.bounds)) return one;
  const counts = one.counts.map((count, at) => count + (old.counts[at] ?? 0));
  return { ...one, counts, sum: old.sum + one.sum, count: old.count + one.count };
}

function withinBound(series: readonly MetricSeries[]): MetricSeries[] {
  let lines = series.reduce((sum, one) => sum + lineCount(one), 0);
  let first = 0;
  while (lines > MAX_GROUP_LINES) lines -= lineCount(series[first++]!);
  return series.slice(first);
}
