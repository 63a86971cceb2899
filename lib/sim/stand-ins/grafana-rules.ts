// Alert rules and their groups in Grafana's stand-in, as the provisioning API has them since 9.1.

import {
  type Fields,
  type GrafanaRule,
  type GrafanaState,
  grafanaMessage,
  isAtLeast,
  judgeProvenance,
  judgeUid,
  type Provenance,
  provenanceOf,
  textOf,
} from './grafana-state.ts';
import { isObject, type Route, type StandInAnswer, type StandInRequest } from './json-server.ts';

const RULES = '/api/v1/provisioning/alert-rules';
const GROUP = /^\/api\/v1\/provisioning\/folder\/([^/]+)\/rule-groups\/([^/]+)$/;
/** Evaluations happen on a grid of this many seconds. */
const GRID_S = 10;
const USUAL_INTERVAL_S = 60;
const DURATION = /^(\d+(ms|[smhdwy]))+$|^0$/;

export function ruleRoutes(state: GrafanaState): readonly Route[] {
  return [
    (request) => allRules(state, request),
    (request) => oneRule(state, request),
    (request) => group(state, request),
  ];
}

function allRules(state: GrafanaState, { method, path, json, headers }: StandInRequest): StandInAnswer | null {
  if (path !== RULES) return null;
  if (method === 'GET') {
    if (!isAtLeast(state, 9, 4)) return grafanaMessage(404, 'Not found');
    return { status: 200, body: [...state.rules.values()].map(show) };
  }
  if (method !== 'POST') return null;
  const rule = readRule(state, json, provenanceOf(headers));
  if ('status' in rule) return rule;
  if (state.rules.has(rule.uid)) return grafanaMessage(409, 'alert rule uid already exists');
  state.rules.set(rule.uid, rule);
  return { status: 201, body: show(rule) };
}

function oneRule(state: GrafanaState, { method, path, json, headers }: StandInRequest): StandInAnswer | null {
  const key = path.startsWith(`${RULES}/`) ? decodeURIComponent(path.slice(RULES.length + 1)) : null;
  if (key === null || key.includes('/')) return null;
  const held = state.rules.get(key);
  if (method === 'DELETE') {
    const refusal = held === undefined ? null : judgeProvenance(state, held.provenance, provenanceOf(headers), true);
    if (refusal !== null) return refusal;
    state.rules.delete(key);
    return { status: 204 };
  }
  if (held === undefined) return { status: 404 };
  if (method === 'GET') return { status: 200, body: show(held) };
  if (method !== 'PUT') return null;
  const rule = readRule(state, isObject(json) ? { ...json, uid: key } : json, provenanceOf(headers));
  if ('status' in rule) return rule;
  const refusal = judgeProvenance(state, held.provenance, rule.provenance, true);
  if (refusal !== null) return refusal;
  state.rules.set(key, rule);
  return { status: 200, body: show(rule) };
}

function group(state: GrafanaState, { method, path, json, headers }: StandInRequest): StandInAnswer | null {
  const [, folder, name] = GROUP.exec(path)?.map(decodeURIComponent) ?? [];
  if (folder === undefined || name === undefined) return null;
  const held = [...state.rules.values()].filter((rule) => rule.folderUid === folder && rule.group === name);
  if (method === 'GET') {
    if (held.length === 0) return { status: 404 };
    const interval = state.intervals.get(`${folder}/${name}`) ?? USUAL_INTERVAL_S;
    return { status: 200, body: { title: name, folderUid: folder, interval, rules: held.map(show) } };
  }
  if (method === 'DELETE') {
    for (const { uid } of held) state.rules.delete(uid);
    return held.length === 0 ? { status: 404 } : { status: 204 };
  }
  return method === 'PUT' ? replaceGroup(state, folder, name, held, json, provenanceOf(headers)) : null;
}

function replaceGroup(
  state: GrafanaState,
  folder: string,
  name: string,
  held: readonly GrafanaRule[],
  json: unknown,
  provenance: Provenance,
): StandInAnswer {
  if (!isObject(json) || !Array.isArray(json['rules'])) return grafanaMessage(400, 'bad request data');
  const interval = json['interval'];
  if (typeof interval !== 'number' || interval <= 0 || interval % GRID_S !== 0) {
    return grafanaMessage(400, `interval (${String(interval)}s) should be non-zero and divided exactly by ${GRID_S}`);
  }
  const rules: GrafanaRule[] = [];
  for (const value of json['rules'] as unknown[]) {
    const rule = readRule(
      state,
      isObject(value) ? { ...value, folderUID: folder, ruleGroup: name } : value,
      provenance,
    );
    if ('status' in rule) return rule;
    const before = state.rules.get(rule.uid);
    const refusal = before === undefined ? null : judgeProvenance(state, before.provenance, provenance, true);
    if (refusal !== null) return refusal;
    rules.push(rule);
  }
  // What is not in the new group is gone.
  for (const { uid } of held) state.rules.delete(uid);
  for (const rule of rules) state.rules.set(rule.uid, rule);
  state.intervals.set(`${folder}/${name}`, interval);
  return { status: 200, body: { title: name, folderUid: folder, interval, rules: rules.map(show) } };
}

function readRule(state: GrafanaState, json: unknown, provenance: Provenance): GrafanaRule | StandInAnswer {
  if (!isObject(json)) return grafanaMessage(400, 'bad request data');
  const invalid = (what: string): StandInAnswer => grafanaMessage(400, `invalid alert rule: ${what}`);
  const { data, condition } = json;
  const [folderUid, name, title] = [textOf(json['folderUID']), textOf(json['ruleGroup']), textOf(json['title'])];
  const uid = textOf(json['uid']) === '' ? `rule-${state.rules.size + 1}` : textOf(json['uid']);
  const wrong = judgeUid(uid);
  if (wrong !== null) return invalid(wrong);
  if (folderUid === '') return invalid('folderUID must be set');
  if (!state.folders.has(folderUid)) return grafanaMessage(400, 'folder does not exist');
  if (name === '') return invalid('rule group name must be set');
  if (title === '') return invalid('title is empty');
  if (!Array.isArray(data) || data.length === 0) return invalid('no queries or expressions are found');
  if (!data.some((query) => isObject(query) && query['refId'] === condition)) {
    return invalid(`condition ${String(condition)} does not exist, must be one of the refIDs`);
  }
  if (!DURATION.test(textOf(json['for'] ?? '0s'))) return invalid('field `for` is no duration');
  const twin = [...state.rules.values()].find((one) => one.folderUid === folderUid && one.title === title);
  if (twin !== undefined && twin.uid !== uid) {
    return grafanaMessage(409, 'a conflicting alert rule is found: rule title under the same folder should be unique');
  }
  return { uid, title, folderUid, group: name, provenance, fields: fieldsOf(state, json, data as unknown[]) };
}

/** What Grafana fills in by itself. */
function fieldsOf(state: GrafanaState, json: Record<string, unknown>, data: readonly unknown[]): Fields {
  return {
    condition: json['condition'],
    data: data.filter(isObject).map((query) => ({
      queryType: '',
      ...query,
      model: {
        ...(isObject(query['model']) ? query['model'] : {}),
        intervalMs: fieldOf(query['model'], 'intervalMs') ?? 1_000,
        maxDataPoints: fieldOf(query['model'], 'maxDataPoints') ?? 43_200,
        refId: query['refId'],
      },
    })),
    noDataState: json['noDataState'] ?? 'NoData',
    execErrState: json['execErrState'] ?? 'Alerting',
    for: json['for'] ?? '0s',
    annotations: json['annotations'] ?? {},
    labels: json['labels'] ?? {},
    isPaused: json['isPaused'] ?? false,
    ...(isAtLeast(state, 10, 4) ? { notification_settings: json['notification_settings'] ?? null } : {}),
    ...(isAtLeast(state, 11, 1) ? { record: null } : {}),
    ...(isAtLeast(state, 12) ? { keep_firing_for: json['keep_firing_for'] ?? '0s' } : {}),
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function show({ uid, title, folderUid, group: ruleGroup, provenance, fields }: GrafanaRule): Fields {
  const updated = '2026-01-05T02:00:00Z';
  const shown = { id: 1, uid, orgID: 1, folderUID: folderUid, ruleGroup, title, updated, ...fields };
  return provenance === '' ? shown : { ...shown, provenance };
}
