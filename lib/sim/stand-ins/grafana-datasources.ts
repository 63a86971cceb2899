// Datasources of Grafana's stand-in: what is secret goes in and never comes out again.

import {
  type Fields,
  type GrafanaDatasource,
  type GrafanaState,
  grafanaMessage,
  isAtLeast,
  judgeUid,
  nextId,
  textOf,
} from './grafana-state.ts';
import { isObject, type Route, type StandInAnswer, type StandInRequest } from './json-server.ts';

const NOT_FOUND = grafanaMessage(404, 'Data source not found');
const READ_ONLY = 'read-only data source';

/** What a datasource shows, and what each is when nobody said. */
const SHOWN: Fields = {
  access: 'proxy',
  url: '',
  user: '',
  database: '',
  basicAuth: false,
  basicAuthUser: '',
  withCredentials: false,
  isDefault: false,
  jsonData: {},
};

export function datasourceRoutes(state: GrafanaState): readonly Route[] {
  return [(request) => all(state, request), (request) => one(state, request)];
}

function all(state: GrafanaState, { method, path, json }: StandInRequest): StandInAnswer | null {
  if (path !== '/api/datasources') return null;
  if (method === 'GET') {
    const shown = [...state.datasources.values()].map((held) => {
      const { secureJsonFields: _, withCredentials: __, version: ___, ...short } = show(held);
      return short;
    });
    return { status: 200, body: shown };
  }
  if (method !== 'POST') return null;
  if (!isObject(json) || textOf(json['name']) === '' || textOf(json['type']) === '') {
    return grafanaMessage(400, 'bad request data');
  }
  const uid = textOf(json['uid']) === '' ? `P${state.datasources.size + 1}` : textOf(json['uid']);
  const wrong = judgeUid(uid);
  if (wrong !== null) return grafanaMessage(400, wrong);
  if (named(state, textOf(json['name'])) !== undefined) {
    return grafanaMessage(409, 'data source with the same name already exists');
  }
  if (state.datasources.has(uid)) return grafanaMessage(409, 'data source with the same uid already exists');
  const id = nextId(state.datasources.values());
  const made = read({ id, uid, version: 1, secrets: {} }, json);
  put(state, made);
  return { status: 200, body: { id, name: made.name, message: 'Datasource added', datasource: show(made) } };
}

function one(state: GrafanaState, { method, path, json }: StandInRequest): StandInAnswer | null {
  const [, byUid, key] = /^\/api\/datasources\/(uid\/)?([^/]+)$/.exec(path) ?? [];
  if (key === undefined) return null;
  // By uid: to read since 8, to write since 9.
  if (byUid !== undefined && !isAtLeast(state, method === 'GET' ? 8 : 9)) return grafanaMessage(404, 'Not found');
  const held =
    byUid === undefined
      ? [...state.datasources.values()].find(({ id }) => id === Number(key))
      : state.datasources.get(decodeURIComponent(key));
  if (held === undefined) return NOT_FOUND;
  switch (method) {
    case 'GET':
      return { status: 200, body: show(held) };
    case 'PUT':
      return change(state, held, json);
    case 'DELETE':
      if (held.readOnly) return grafanaMessage(403, `Cannot delete ${READ_ONLY}`);
      state.datasources.delete(held.uid);
      return grafanaMessage(200, 'Data source deleted');
    default:
      return null;
  }
}

function change(state: GrafanaState, held: GrafanaDatasource, json: unknown): StandInAnswer {
  if (!isObject(json) || textOf(json['name']) === '' || textOf(json['type']) === '') {
    return grafanaMessage(400, 'bad request data');
  }
  if (held.readOnly) return grafanaMessage(403, `Cannot update ${READ_ONLY}`);
  if (typeof json['version'] === 'number' && json['version'] !== held.version) {
    return grafanaMessage(409, 'Datasource has already been updated by someone else. Please reload and try again');
  }
  const twin = named(state, textOf(json['name']));
  if (twin !== undefined && twin.uid !== held.uid) {
    return grafanaMessage(409, 'data source with the same name already exists');
  }
  // Secrets that are not given stay.
  const changed = read({ ...held, version: held.version + 1 }, json);
  put(state, changed);
  return {
    status: 200,
    body: { id: changed.id, name: changed.name, message: 'Datasource updated', datasource: show(changed) },
  };
}

function read(
  base: Pick<GrafanaDatasource, 'id' | 'uid' | 'version' | 'secrets'>,
  json: Record<string, unknown>,
): GrafanaDatasource {
  const fields = Object.fromEntries(Object.entries(SHOWN).map(([name, usual]) => [name, json[name] ?? usual]));
  const given = isObject(json['secureJsonData']) ? json['secureJsonData'] : {};
  const secrets = { ...base.secrets, ...Object.fromEntries(Object.entries(given).map(([k, v]) => [k, String(v)])) };
  return { ...base, name: textOf(json['name']), type: textOf(json['type']), readOnly: false, fields, secrets };
}

/** There is one default at most. */
function put(state: GrafanaState, made: GrafanaDatasource): void {
  if (made.fields['isDefault'] === true) {
    for (const other of state.datasources.values()) {
      state.datasources.set(other.uid, { ...other, fields: { ...other.fields, isDefault: false } });
    }
  }
  state.datasources.set(made.uid, made);
}

function named(state: GrafanaState, name: string): GrafanaDatasource | undefined {
  return [...state.datasources.values()].find((held) => held.name === name);
}

function show({ id, uid, name, type, version, readOnly, fields, secrets }: GrafanaDatasource): Record<string, unknown> {
  const secureJsonFields = Object.fromEntries(Object.keys(secrets).map((key) => [key, true]));
  return { id, uid, orgId: 1, name, type, typeLogoUrl: '', ...fields, readOnly, version, secureJsonFields };
}
