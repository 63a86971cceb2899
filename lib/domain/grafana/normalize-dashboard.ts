// A dashboard without what a server or its editor adds: two that show the same are then the same.

import { isRecord, type Json, type JsonObject } from '../../base/json.ts';

/** Counted by the server, or true of one server only. */
const COUNTED = new Set(['id', 'uid', 'version', 'iteration', '__inputs', '__requires', '__elements', 'gnetId']);

/** What the editor writes down although it means the same as nothing. */
const USUAL: Readonly<Record<string, Json>> = {
  description: '',
  editable: true,
  fiscalYearStartMonth: 0,
  graphTooltip: 0,
  links: [],
  liveNow: false,
  preload: false,
  refresh: '',
  style: 'dark',
  tags: [],
  timepicker: {},
  timezone: '',
  weekStart: '',
  annotations: { list: [] },
  templating: { list: [] },
  panels: [],
};
const USUAL_OF_PANEL: Readonly<Record<string, Json>> = {
  description: '',
  transparent: false,
  links: [],
  transformations: [],
  targets: [],
  collapsed: false,
};
const USUAL_OF_TARGET: Readonly<Record<string, Json>> = { hide: false };
const USUAL_OF_VARIABLE: Readonly<Record<string, Json>> = {
  description: '',
  hide: 0,
  label: '',
  multi: false,
  includeAll: false,
  skipUrlSync: false,
  options: [],
  regex: '',
  allowCustomValue: true,
};
/** Their choices come from the server, and with them what was chosen last. */
const ASKED_VARIABLES = new Set(['query', 'datasource', 'adhoc', 'interval']);

export function normalizeDashboard(spec: JsonObject): JsonObject {
  const model: Record<string, Json | undefined> = withoutUsual(spec, USUAL, COUNTED);
  // A later server reads older dashboards and says so by its own number.
  delete model['schemaVersion'];
  const { tags, panels, templating, annotations } = model;
  if (Array.isArray(tags)) model['tags'] = [...(tags as string[])].sort();
  if (Array.isArray(panels)) model['panels'] = records(panels).map(normalizePanel);
  if (isRecord(templating)) model['templating'] = { list: records(templating['list']).map(normalizeVariable) };
  if (isRecord(annotations)) {
    model['annotations'] = {
      list: records(annotations['list'])
        .filter(({ builtIn }) => builtIn !== 1)
        .map(plain),
    };
  }
  return withoutUsual(model, USUAL);
}

function normalizePanel(panel: JsonObject): JsonObject {
  const kept: Record<string, Json | undefined> = withoutUsual(panel, USUAL_OF_PANEL, new Set(['pluginVersion']));
  const { targets, panels, fieldConfig } = kept;
  if (Array.isArray(targets)) {
    kept['targets'] = records(targets).map((target) => withoutUsual(target, USUAL_OF_TARGET));
  }
  // Of a row.
  if (Array.isArray(panels) && panels.length > 0) kept['panels'] = records(panels).map(normalizePanel);
  else delete kept['panels'];
  if (isRecord(fieldConfig))
    kept['fieldConfig'] = withoutUsual(fieldConfig as JsonObject, { overrides: [], defaults: {} });
  return withoutUsual(kept, { fieldConfig: {}, options: {} });
}

function normalizeVariable(variable: JsonObject): JsonObject {
  const isAsked = ASKED_VARIABLES.has(String(variable['type']));
  const kept: Record<string, Json | undefined> = withoutUsual(
    variable,
    USUAL_OF_VARIABLE,
    new Set(['definition', 'error', 'global', ...(isAsked ? ['current', 'options'] : [])]),
  );
  const { query } = kept;
  // The reference is an answer of the editor to the text beside it.
  if (isRecord(query) && typeof query['query'] === 'string') {
    const { refId: _, ...rest } = query as JsonObject;
    kept['query'] = Object.keys(rest).length === 1 ? (rest['query'] as Json) : rest;
  }
  return kept;
}

function plain(value: JsonObject): JsonObject {
  return withoutUsual(value, {});
}

/** Without nulls, without the named, and without what is as usual. */
export function withoutUsual(
  value: JsonObject,
  usual: Readonly<Record<string, Json>>,
  dropped: ReadonlySet<string> = new Set(),
): Record<string, Json | undefined> {
  const kept: Record<string, Json | undefined> = Object.create(null);
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined || inner === null || dropped.has(key)) continue;
    if (Object.hasOwn(usual, key) && JSON.stringify(inner) === JSON.stringify(usual[key])) continue;
    kept[key] = withoutNulls(inner);
  }
  return kept;
}

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(withoutNulls);
  return isRecord(value) ? (withoutUsual(value as JsonObject, {}) as JsonObject) : value;
}

function records(value: unknown): JsonObject[] {
  return Array.isArray(value) ? (value.filter(isRecord) as JsonObject[]) : [];
}
