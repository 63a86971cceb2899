// One panel: its looks, its queries, its place.

import type { PlacedPanel } from '../grid.ts';
import type { MappingSpec, PanelKind, PanelSpec } from '../spec.ts';
import { buildLink } from './links.ts';
import { type BuiltQuery, buildQueries, refId } from './queries.ts';
import type { Sdk } from './sdk.ts';
import { type SourceRef, sourceOf } from './sources.ts';
import { buildVisual, type PanelBuilder } from './visuals.ts';

/** The part of Grafana's builders that is the same for every kind; each kind has a class of its own. */
interface CommonBuilder extends PanelBuilder {
  id(id: number): unknown;
  description(text: string): unknown;
  gridPos(position: { x: number; y: number; w: number; h: number }): unknown;
  datasource(source: SourceRef): unknown;
  targets(targets: BuiltQuery[]): unknown;
  links(links: ReturnType<typeof buildLink>[]): unknown;
  unit(unit: string): unknown;
  min(min: number): unknown;
  max(max: number): unknown;
  decimals(decimals: number): unknown;
  timeFrom(span: string): unknown;
  overrideByName(name: string, properties: Property[]): unknown;
  overrideByQuery(id: string, properties: Property[]): unknown;
  mappings(mappings: ReturnType<typeof mappingsOf>): unknown;
  thresholds(thresholds: InstanceType<Sdk['dashboard']['ThresholdsConfigBuilder']>): unknown;
  colorScheme(color: InstanceType<Sdk['dashboard']['FieldColorBuilder']>): unknown;
}

type Property = { id: string; value: unknown };

/** Kinds whose colour is a judgement when the panel has thresholds. */
const JUDGED: readonly PanelKind[] = ['stat', 'gauge', 'bargauge', 'state-timeline'];

export function buildPanel(sdk: Sdk, { panel, id, position }: PlacedPanel): PanelBuilder {
  const builder = buildVisual(sdk, panel) as CommonBuilder;
  builder.id(id);
  builder.title(panel.title);
  builder.gridPos({ ...position });
  if (panel.description !== '') builder.description(panel.description);
  if (panel.links.length > 0) builder.links(panel.links.map((link) => buildLink(sdk, link)));
  if (panel.kind === 'text') return builder;
  builder.datasource(sourceOf(panel.kind));
  builder.targets(buildQueries(sdk, panel));
  if (panel.over !== undefined) builder.timeFrom(panel.over);
  setField(sdk, builder, panel);
  setUnitsOfQueries(builder, panel);
  return builder;
}

function setField(sdk: Sdk, builder: CommonBuilder, panel: PanelSpec): void {
  const { FieldColorBuilder, FieldColorModeId, ThresholdsConfigBuilder, ThresholdsMode } = sdk.dashboard;
  if (panel.unit !== undefined) builder.unit(panel.unit);
  if (panel.min !== undefined) builder.min(panel.min);
  if (panel.max !== undefined) builder.max(panel.max);
  if (panel.decimals !== undefined) builder.decimals(panel.decimals);
  if (panel.mappings.length > 0) builder.mappings(mappingsOf(sdk, panel.mappings));
  // Without steps of its own a stat would be green whatever it shows.
  const steps = panel.thresholds.map(({ at, color }) => ({ value: at, color }));
  const neutral = [{ value: null, color: JUDGED.includes(panel.kind) ? 'blue' : 'green' }];
  builder.thresholds(
    new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps.length > 0 ? steps : neutral),
  );
  if (JUDGED.includes(panel.kind)) builder.colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds));
}

/** A merged table has columns but no queries any more; everywhere else the query is known. */
function setUnitsOfQueries(builder: CommonBuilder, { kind, queries }: PanelSpec): void {
  for (const [index, { unit, legend }] of queries.entries()) {
    if (unit === undefined) continue;
    const properties = [{ id: 'unit', value: unit }];
    if (kind === 'table') builder.overrideByName(legend ?? 'Value', properties);
    else builder.overrideByQuery(refId(index), properties);
  }
}

function mappingsOf(sdk: Sdk, mappings: readonly MappingSpec[]) {
  const options = mappings.map(
    ({ value, text, color }, index): [string, { text: string; index: number; color?: string }] => [
      value,
      { text, index, ...(color === undefined ? {} : { color }) },
    ],
  );
  return [{ type: sdk.dashboard.MappingType.ValueToText, options: Object.fromEntries(options) }];
}
