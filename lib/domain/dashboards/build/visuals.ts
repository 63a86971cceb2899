// What each kind of panel looks like: one builder a kind, with what is common to all dashboards of ours.

import type { PanelKind, PanelSpec } from '../spec.ts';
import { refId } from './queries.ts';
import type { Sdk } from './sdk.ts';

/** What all of Grafana's panel builders have in common. */
export interface PanelBuilder {
  title(title: string): unknown;
  build(): ReturnType<InstanceType<Sdk['timeseries']['PanelBuilder']>['build']>;
}

export function buildVisual(sdk: Sdk, panel: PanelSpec): PanelBuilder {
  return KINDS[panel.kind](sdk, panel);
}

const KINDS = {
  stat: (sdk, { show, queries }) => {
    const { BigValueColorMode, BigValueGraphMode, BigValueTextMode } = sdk.common;
    const texts = {
      value: BigValueTextMode.Value,
      name: BigValueTextMode.Name,
      value_and_name: BigValueTextMode.ValueAndName,
    };
    const isNow = queries.some(({ instant }) => instant);
    return new sdk.stat.PanelBuilder()
      .colorMode(BigValueColorMode.Background)
      .graphMode(isNow || show === 'name' ? BigValueGraphMode.None : BigValueGraphMode.Area)
      .textMode(show === undefined ? BigValueTextMode.Auto : texts[show])
      .reduceOptions(last(sdk));
  },
  timeseries: (sdk, { stack, thresholds }) => {
    const { GraphDrawStyle, GraphThresholdsStyleConfigBuilder, GraphThresholdsStyleMode, StackingConfigBuilder } =
      sdk.common;
    const builder = new sdk.timeseries.PanelBuilder()
      .drawStyle(GraphDrawStyle.Line)
      .lineWidth(1)
      .fillOpacity(stack ? 40 : 10)
      .showPoints(sdk.common.VisibilityMode.Never)
      .legend(legend(sdk))
      .tooltip(allSeries(sdk));
    if (stack) builder.stacking(new StackingConfigBuilder().mode(sdk.common.StackingMode.Normal).group('A'));
    if (thresholds.length > 1)
      builder.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
    return builder;
  },
  gauge: (sdk) => new sdk.gauge.PanelBuilder().reduceOptions(last(sdk)),
  bargauge: (sdk) =>
    new sdk.bargauge.PanelBuilder()
      .displayMode(sdk.common.BarGaugeDisplayMode.Lcd)
      .orientation(sdk.common.VizOrientation.Horizontal)
      .reduceOptions(last(sdk)),
  table: (sdk, { queries, hide }) => {
    const builder = new sdk.table.PanelBuilder().filterable(true);
    // Several queries are several frames: one row for each set of labels, one column for each query.
    if (queries.length > 1) builder.withTransformation({ id: 'merge', options: {} });
    return builder.withTransformation({
      id: 'organize',
      options: {
        excludeByName: Object.fromEntries(['Time', '__name__', ...hide].map((name) => [name, true])),
        indexByName: {},
        renameByName: Object.fromEntries(
          queries.flatMap(({ legend: title }, index) =>
            title === undefined ? [] : [[queries.length === 1 ? 'Value' : `Value #${refId(index)}`, title]],
          ),
        ),
      },
    });
  },
  heatmap: (sdk, { unit }) => {
    const { HeatmapColorMode, HeatmapColorOptionsBuilder, YAxisConfigBuilder } = sdk.heatmap;
    const axis = new YAxisConfigBuilder().axisPlacement(sdk.common.AxisPlacement.Left);
    return new sdk.heatmap.PanelBuilder()
      .calculate(false)
      .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Turbo').steps(64))
      .yAxis(unit === undefined ? axis : axis.unit(unit));
  },
  piechart: (sdk) =>
    new sdk.piechart.PanelBuilder()
      .pieType(sdk.piechart.PieChartType.Donut)
      .reduceOptions(last(sdk))
      .legend(
        new sdk.piechart.PieChartLegendOptionsBuilder()
          .showLegend(true)
          .displayMode(sdk.common.LegendDisplayMode.Table)
          .placement(sdk.common.LegendPlacement.Right)
          .values([sdk.piechart.PieChartLegendValues.Value, sdk.piechart.PieChartLegendValues.Percent]),
      ),
  barchart: (sdk, { stack }) =>
    new sdk.barchart.PanelBuilder()
      .stacking(stack ? sdk.common.StackingMode.Normal : sdk.common.StackingMode.None)
      .xTickLabelSpacing(100)
      .legend(legend(sdk))
      .tooltip(allSeries(sdk)),
  'state-timeline': (sdk) =>
    new sdk.statetimeline.PanelBuilder()
      .mergeValues(true)
      .showValue(sdk.common.VisibilityMode.Auto)
      .legend(new sdk.common.VizLegendOptionsBuilder().showLegend(false)),
  logs: (sdk) =>
    new sdk.logs.PanelBuilder()
      .showTime(true)
      .wrapLogMessage(true)
      .enableLogDetails(true)
      .sortOrder(sdk.common.LogsSortOrder.Descending),
  text: (sdk, { text }) => new sdk.text.PanelBuilder().mode(sdk.text.TextMode.Markdown).content(text),
} satisfies Record<PanelKind, (sdk: Sdk, panel: PanelSpec) => PanelBuilder>;

function last(sdk: Sdk) {
  return new sdk.common.ReduceDataOptionsBuilder().calcs(['lastNotNull']);
}

function legend(sdk: Sdk) {
  return new sdk.common.VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(sdk.common.LegendDisplayMode.Table)
    .placement(sdk.common.LegendPlacement.Bottom)
    .calcs(['lastNotNull', 'max']);
}

function allSeries(sdk: Sdk) {
  return new sdk.common.VizTooltipOptionsBuilder()
    .mode(sdk.common.TooltipDisplayMode.Multi)
    .sort(sdk.common.SortOrder.Descending);
}
