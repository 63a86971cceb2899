// Every kind of object in the one form that is compared: defaults, counters, order and spelling do not count.

import { parseDuration } from '../../base/duration.ts';
import type { GrafanaKind } from '../../base/grafana-objects.ts';
import { isRecord, type Json, type JsonObject } from '../../base/json.ts';
import { normalizeDashboard, withoutUsual } from './normalize-dashboard.ts';

const NORMALIZE = {
  folder: (spec) => withoutUsual(spec, { parentUid: '' }),
  datasource: (spec) => {
    const kept = withoutUsual(spec, {
      access: 'proxy',
      url: '',
      user: '',
      database: '',
      basicAuth: false,
      basicAuthUser: '',
      withCredentials: false,
      isDefault: false,
    });
    return withoutUsual(kept, { jsonData: {}, secureJsonData: {} });
  },
  dashboard: normalizeDashboard,
  'contact-point': (spec) => withoutUsual(spec, { disableResolveMessage: false }),
  // What the root does not say is this; what a route does not say is its parent's.
  policy: (spec) =>
    withoutUsual(normalizeRoute(spec), { group_wait: '30s', group_interval: '5m', repeat_interval: '4h' }),
  'alert-rule': normalizeRule,
} satisfies Record<GrafanaKind, (spec: JsonObject) => JsonObject>;

export function normalizeSpec(kind: GrafanaKind, spec: JsonObject): JsonObject {
  return NORMALIZE[kind](spec);
}

function normalizeRoute(route: JsonObject): JsonObject {
  const timed = withDurations(route, ['group_wait', 'group_interval', 'repeat_interval']);
  const kept: Record<string, Json | undefined> = withoutUsual(timed, { continue: false });
  const { matchers, object_matchers: triples, routes, group_by: groups } = kept;
  delete kept['matchers'];
  const all = [...list(triples).map(toTriple), ...list(matchers).map(String).map(parseMatcher)];
  if (all.length > 0) kept['object_matchers'] = all.sort((left, right) => (String(left) < String(right) ? -1 : 1));
  else delete kept['object_matchers'];
  if (Array.isArray(groups)) kept['group_by'] = groups.map(String).sort();
  if (list(routes).length > 0) kept['routes'] = (list(routes).filter(isRecord) as JsonObject[]).map(normalizeRoute);
  return withoutUsual(kept, { group_by: [], routes: [], mute_time_intervals: [], active_time_intervals: [] });
}

function toTriple(value: Json): Json[] {
  return list(value).map(String);
}

/** `severity = critical`, `team=~"a|b"` */
function parseMatcher(text: string): Json[] {
  const [, name = text, operator = '=', value = ''] = /^\s*([^=!~\s]+)\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*$/.exec(text) ?? [];
  return [name, operator, value];
}

function normalizeRule(rule: JsonObject): JsonObject {
  const timed = withDurations(rule, ['for', 'keep_firing_for', 'interval']);
  const kept: Record<string, Json | undefined> = withoutUsual(timed, {
    for: '0s',
    keep_firing_for: '0s',
    noDataState: 'NoData',
    execErrState: 'Alerting',
    isPaused: false,
    annotations: {},
    labels: {},
    dashboardUid: '',
    panelId: 0,
  });
  kept['data'] = (list(kept['data']).filter(isRecord) as JsonObject[]).map(normalizeQuery);
  return kept;
}

/** The server adds a step and a size to each query that has none. */
function normalizeQuery(query: JsonObject): JsonObject {
  const kept: Record<string, Json | undefined> = withoutUsual(query, { queryType: '' });
  if (isRecord(kept['model'])) {
    const usual = { intervalMs: 1_000, maxDataPoints: 43_200, refId: String(query['refId']), hide: false };
    kept['model'] = withoutUsual(kept['model'] as JsonObject, usual);
  }
  const range = kept['relativeTimeRange'];
  // Expressions have no time of their own.
  if (isRecord(range) && range['from'] === 0 && range['to'] === 0) delete kept['relativeTimeRange'];
  if (isRecord(range) && range['from'] === undefined && range['to'] === undefined) delete kept['relativeTimeRange'];
  return withoutUsual(kept, {});
}

/** `60`, `60s` and `1m` are one time. */
function withDurations(value: JsonObject, names: readonly string[]): JsonObject {
  const changed: Record<string, Json | undefined> = { ...value };
  for (const name of names) {
    const given = changed[name];
    const ms = typeof given === 'number' ? given * 1_000 : typeof given === 'string' ? parseDuration(given) : undefined;
    if (ms !== undefined) changed[name] = showSeconds(ms / 1_000);
  }
  return changed;
}

function showSeconds(seconds: number): string {
  if (seconds === 0) return '0s';
  if (seconds % 3_600 === 0) return `${seconds / 3_600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}
