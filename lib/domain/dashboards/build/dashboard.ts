// A dashboard file → the JSON that Grafana 10 to 12 load.

import { stableJson } from '../../../base/json.ts';
import { placeRows } from '../grid.ts';
import type { AnnotationSpec, DashboardSpec } from '../spec.ts';
import { buildLink } from './links.ts';
import { buildPanel } from './panel.ts';
import type { Sdk } from './sdk.ts';
import { GRAFANA, METRICS, sourceVariables } from './sources.ts';
import { buildVariable } from './variables.ts';

/** The newest form that Grafana 10 knows; later ones bring it up to date when they load it. */
const SCHEMA_VERSION = 39;

/** `platform` becomes a tag beside `mdops`: by these two a live Grafana tells which dashboards are ours. */
export function buildDashboard(sdk: Sdk, platform: string, spec: DashboardSpec): string {
  const { DashboardBuilder, DashboardCursorSync, RowBuilder } = sdk.dashboard;
  const builder = new DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(spec.description)
    .tags([...new Set([...spec.tags, 'mdops', platform])])
    .time({ from: spec.from, to: 'now' })
    .refresh(spec.refresh)
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([...sourceVariables(spec), ...spec.variables].map((variable) => buildVariable(sdk, variable)))
    .annotations([alertsStream(sdk), ...spec.annotations.map((annotation) => buildAnnotation(sdk, annotation))])
    .links(spec.links.map((link) => buildLink(sdk, link)));
  for (const { row, id, position, panels } of placeRows(spec)) {
    const head = new RowBuilder(row.title)
      .id(id)
      .gridPos({ ...position })
      .collapsed(row.collapsed);
    if (row.repeat !== undefined) head.repeat(row.repeat);
    const built = panels.map((panel) => buildPanel(sdk, panel));
    // Folded away, panels lie inside their row; else beside it.
    if (row.collapsed) for (const panel of built) head.withPanel(panel);
    builder.withRow(head);
    if (!row.collapsed) for (const panel of built) builder.withPanel(panel);
  }
  return print({ ...builder.build(), schemaVersion: SCHEMA_VERSION });
}

/** The stream Grafana adds to every dashboard it saves: named here, so that what it saves differs in nothing. */
function alertsStream(sdk: Sdk) {
  return new sdk.dashboard.AnnotationQueryBuilder()
    .name('Annotations & Alerts')
    .builtIn(1)
    .datasource(GRAFANA)
    .enable(true)
    .hide(true)
    .iconColor('rgba(0, 211, 255, 1)')
    .type('dashboard');
}

function buildAnnotation(sdk: Sdk, { name, tags, expr, color }: AnnotationSpec) {
  const { AnnotationQueryBuilder, AnnotationTargetBuilder } = sdk.dashboard;
  const stream = new AnnotationQueryBuilder()
    .name(name)
    .enable(true)
    .iconColor(color ?? 'blue');
  if (expr !== undefined) return stream.datasource(METRICS).expr(expr).titleFormat(name);
  const target = new AnnotationTargetBuilder()
    .type('tags')
    .tags([...tags])
    .matchAny(false)
    .limit(100);
  // The builders type a target as a query; for Grafana's own store it is this.
  return stream.datasource(GRAFANA).target(target as never);
}

/** Sorted keys: the same dashboard prints the same bytes whatever the builders' order is. */
function print(dashboard: object): string {
  const read = JSON.parse(stableJson(dashboard)) as Dashboard;
  read.templating.list = read.templating.list.map(withoutForeignFields);
  return `${JSON.stringify(read, keepMeaning, 2)}\n`;
}

interface Dashboard {
  templating: { list: Readonly<Record<string, unknown>>[] };
}

/** Fields that the builders write for every variable, though only some kinds have them. */
const FIELDS_OF: Readonly<Record<string, readonly string[]>> = {
  auto: ['interval'],
  auto_min: ['interval'],
  auto_count: ['interval'],
  multi: ['query', 'custom'],
  includeAll: ['query', 'custom'],
};

function withoutForeignFields(variable: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const isOwn = ([key]: [string, unknown]): boolean => FIELDS_OF[key]?.includes(String(variable['type'])) ?? true;
  return Object.fromEntries(Object.entries(variable).filter(isOwn));
}

/** Defaults that Grafana 10 does not know and Grafana 12 would obey: links and streams hidden in a menu. */
function keepMeaning(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  if (key === 'placement' && value === 'inControlsMenu') return undefined;
  if (key === 'allowCustomValue' || (key === 'repeatDirection' && !Object.hasOwn(this, 'repeat'))) return undefined;
  return value;
}
