// The queries of a panel: Prometheus, or Loki for logs.

import type { PanelSpec, QuerySpec } from '../spec.ts';
import type { Sdk } from './sdk.ts';
import { LOGS, METRICS } from './sources.ts';

type Query = ReturnType<InstanceType<Sdk['prometheus']['DataqueryBuilder']>['build']>;

export interface BuiltQuery {
  build(): Query;
}

export function buildQueries(sdk: Sdk, panel: PanelSpec): BuiltQuery[] {
  return panel.queries.map((query, index) =>
    panel.kind === 'logs'
      ? new sdk.loki.DataqueryBuilder().datasource(LOGS).expr(query.expr).refId(refId(index)).queryType('range')
      : buildMetricQuery(sdk, panel, query, refId(index)),
  );
}

/** A, B, … Z, A1, … */
export function refId(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${letter}${Math.floor(index / 26)}`;
}

function buildMetricQuery(sdk: Sdk, panel: PanelSpec, query: QuerySpec, id: string): BuiltQuery {
  const { PromQueryFormat, QueryEditorMode } = sdk.prometheus;
  const formats = {
    time_series: PromQueryFormat.TimeSeries,
    table: PromQueryFormat.Table,
    heatmap: PromQueryFormat.Heatmap,
  };
  const builder = new sdk.prometheus.DataqueryBuilder()
    .datasource(METRICS)
    .editorMode(QueryEditorMode.Code)
    .expr(query.expr)
    .refId(id)
    .format(formats[query.format ?? usualFormat(panel)]);
  if (query.legend !== undefined && panel.kind !== 'table') builder.legendFormat(query.legend);
  if (query.interval !== undefined) builder.interval(query.interval);
  return (query.instant ?? isInstant(panel)) ? builder.instant() : builder.range();
}

function usualFormat({ kind }: PanelSpec): NonNullable<QuerySpec['format']> {
  return kind === 'table' ? 'table' : kind === 'heatmap' ? 'heatmap' : 'time_series';
}

/** A table, a pie and a bar show what is now: one evaluation instead of hundreds. */
function isInstant({ kind }: PanelSpec): boolean {
  return kind === 'table' || kind === 'piechart' || kind === 'bargauge' || kind === 'gauge';
}
