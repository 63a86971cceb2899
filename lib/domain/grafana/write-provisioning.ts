// Live objects → the entries of Grafana's provisioning files, without numbers, counters and secrets.

import { type GrafanaObject, REDACTED } from '../../base/grafana-objects.ts';
import { isRecord, type Json, type JsonObject } from '../../base/json.ts';
import { variableFor } from './layout.ts';
import { normalizeSpec } from './normalize.ts';

/** Which list of a provisioning file an object stands in. */
export type Section = 'datasources' | 'contactPoints' | 'policies' | 'groups';

export const SECTIONS = {
  datasource: 'datasources',
  'contact-point': 'contactPoints',
  policy: 'policies',
  'alert-rule': 'groups',
} as const satisfies Record<string, Section>;

/** A file with these objects in it: what else it says stays, entries of the same objects are replaced. */
export function mergeProvisioning(
  file: JsonObject,
  objects: readonly GrafanaObject[],
  titleOf: (folder: string) => string,
): JsonObject {
  const merged: Record<string, Json | undefined> = { apiVersion: 1, ...file };
  for (const object of objects) {
    switch (object.kind) {
      case 'datasource':
        merged['datasources'] = replaceEntry(merged['datasources'], 'uid', datasourceEntry(object));
        break;
      case 'contact-point':
        merged['contactPoints'] = withReceiver(merged['contactPoints'], object);
        break;
      case 'policy':
        merged['policies'] = [{ orgId: 1, ...normalizeSpec('policy', object.spec) }];
        break;
      case 'alert-rule':
        merged['groups'] = withRule(merged['groups'], object, titleOf);
        break;
      default:
    }
  }
  return merged as JsonObject;
}

function datasourceEntry({ id, title, spec }: GrafanaObject): JsonObject {
  return { uid: id, ...ordered(withReferences(normalizeSpec('datasource', spec), [title])) };
}

function withReceiver(section: Json | undefined, { id, spec }: GrafanaObject): Json {
  const name = String(spec['name']);
  const points = records(section);
  const { type, settings, disableResolveMessage } = spec;
  const receiver = {
    uid: id,
    type: type ?? '',
    settings: ordered(withReferences(isRecord(settings) ? (settings as JsonObject) : {}, [name])),
    ...(disableResolveMessage === true ? { disableResolveMessage } : {}),
  };
  const point = points.find((one) => one['name'] === name) ?? { orgId: 1, name, receivers: [] };
  return replaceEntry(section, 'name', { ...point, receivers: replaceEntry(point['receivers'], 'uid', receiver) });
}

function withRule(section: Json | undefined, { id, spec }: GrafanaObject, titleOf: (folder: string) => string): Json {
  const { folderUid, ruleGroup, interval, ...rest } = normalizeSpec('alert-rule', spec);
  const folder = titleOf(String(folderUid));
  const groups = records(section);
  const isSame = (one: JsonObject): boolean => one['name'] === ruleGroup && one['folder'] === folder;
  const before = groups.find(isSame) ?? { orgId: 1, name: ruleGroup ?? '', folder, interval: '1m', rules: [] };
  const group = {
    ...before,
    interval: interval ?? '1m',
    rules: replaceEntry(before['rules'], 'uid', { uid: id, ...ordered(withReferences(rest, [id])) }),
  };
  return groups.some(isSame) ? groups.map((one) => (isSame(one) ? group : one)) : [...groups, group];
}

function replaceEntry(section: Json | undefined, key: string, entry: JsonObject): Json {
  const list = records(section);
  const isSame = (one: JsonObject): boolean => one[key] === entry[key];
  return list.some(isSame) ? list.map((one) => (isSame(one) ? entry : one)) : [...list, entry];
}

/** A secret that nobody can read back becomes a variable whose name says what it is for. */
function withReferences(value: JsonObject, path: readonly string[]): JsonObject {
  const visit = (inner: Json | undefined, at: readonly string[]): Json => {
    if (inner === REDACTED) return `$${variableFor(...at)}`;
    // Provisioning files read a lone `$` as the beginning of a name.
    if (typeof inner === 'string') return inner.replaceAll('$', '$$$$');
    if (Array.isArray(inner)) return (inner as readonly Json[]).map((one, index) => visit(one, [...at, String(index)]));
    if (!isRecord(inner)) return inner ?? null;
    return Object.fromEntries(
      Object.entries(inner as JsonObject).map(([key, one]) => [
        key,
        visit(one, key === 'secureJsonData' ? at : [...at, key]),
      ]),
    );
  };
  return visit(value, path) as JsonObject;
}

/** Names first, then the rest by name: the same object is always the same text. */
export function ordered(value: JsonObject): JsonObject {
  const first = ['name', 'title', 'type', 'condition'];
  const rank = (key: string): number => (first.includes(key) ? first.indexOf(key) : first.length);
  const visit = (inner: Json): Json => {
    if (Array.isArray(inner)) return (inner as readonly Json[]).map(visit);
    return isRecord(inner) ? sortKeys(inner as JsonObject) : inner;
  };
  const sortKeys = (record: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.keys(record)
        .sort((left, right) => rank(left) - rank(right) || (left < right ? -1 : 1))
        .map((key) => [key, visit(record[key] ?? null)]),
    );
  return sortKeys(value);
}

function records(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? ((value as readonly Json[]).filter(isRecord) as JsonObject[]) : [];
}
