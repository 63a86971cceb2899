// Datasources in exported dashboards: a uid belongs to one server, a variable may stand for another one.

import { isRecord, type Json, type JsonObject } from '../../base/json.ts';

const NAME = /^ds_\w+$/;
/** Datasources that every server has, and references. */
const EVERYWHERE = /^(grafana|__expr__|-- .* --|\$.*|)$/;

/**
 * Each datasource that is named by uid and type becomes a variable `ds_<type>`, whose current value is that uid. What
 * names its datasource otherwise (old schemas do) stays.
 */
export function withDatasourceVariables(model: JsonObject): JsonObject {
  const uids = new Map<string, string>();
  const taken = new Set(variablesOf(model).map((variable) => String(variable['name'])));
  const replaced = mapDatasources(model, (type, uid) => {
    const key = JSON.stringify([type, uid]);
    const name = uids.get(key) ?? freeName(type, taken);
    uids.set(key, name);
    taken.add(name);
    return `\${${name}}`;
  });
  if (uids.size === 0) return model;
  const made = [...uids].map(([key, name]): JsonObject => {
    const [type, uid] = JSON.parse(key) as [string, string];
    return { current: { text: uid, value: uid }, label: `Datasource (${type})`, name, query: type, type: 'datasource' };
  });
  const templating = isRecord(replaced['templating']) ? (replaced['templating'] as JsonObject) : {};
  return { ...replaced, templating: { ...templating, list: [...made, ...variablesOf(replaced)] } };
}

/**
 * The dashboard of the files as a server has it that knows the datasources by uid: variables of an export that the
 * server's own dashboard lacks are put back.
 */
export function withoutExportedVariables(here: JsonObject, there: JsonObject): JsonObject {
  const known = new Set(variablesOf(there).map((variable) => String(variable['name'])));
  const uids = new Map<string, string>();
  for (const { name, type, current } of variablesOf(here)) {
    const uid = isRecord(current) ? current['value'] : undefined;
    const isExported = type === 'datasource' && typeof name === 'string' && NAME.test(name) && !known.has(name);
    if (isExported && typeof uid === 'string') uids.set(`\${${name}}`, uid);
  }
  if (uids.size === 0) return here;
  const restored = mapStrings(here, (text) => uids.get(text) ?? text) as JsonObject;
  const list = variablesOf(restored).filter((variable) => !uids.has(`\${${String(variable['name'])}}`));
  return { ...restored, templating: { ...(restored['templating'] as JsonObject), list } };
}

function mapDatasources(value: JsonObject, change: (type: string, uid: string) => string): JsonObject {
  const visit = (inner: Json, key: string): Json => {
    if (Array.isArray(inner)) return (inner as readonly Json[]).map((entry) => visit(entry, ''));
    if (!isRecord(inner)) return inner;
    const { type, uid } = inner as JsonObject;
    if (key === 'datasource' && typeof type === 'string' && typeof uid === 'string' && !EVERYWHERE.test(uid)) {
      return { ...(inner as JsonObject), uid: change(type, uid) };
    }
    return Object.fromEntries(
      Object.entries(inner as JsonObject).map(([name, one]) => [name, one === undefined ? null : visit(one, name)]),
    );
  };
  return visit(value, '') as JsonObject;
}

function mapStrings(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map((entry) => mapStrings(entry, change));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, one]) => [
      name,
      one === undefined ? null : mapStrings(one, change),
    ]),
  );
}

function freeName(type: string, taken: ReadonlySet<string>): string {
  const base = `ds_${type.replace(/\W+/g, '_')}`;
  let name = base;
  for (let count = 2; taken.has(name); count += 1) name = `${base}_${count}`;
  return name;
}

function variablesOf(model: JsonObject): JsonObject[] {
  const { templating } = model;
  const list = isRecord(templating) ? templating['list'] : undefined;
  return Array.isArray(list) ? (list.filter(isRecord) as JsonObject[]) : [];
}
