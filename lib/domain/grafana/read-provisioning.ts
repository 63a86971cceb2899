// Grafana's provisioning files → objects: datasources, contact points, policies and alert rules.

import { ALERT_RULE_KEYS, DATASOURCE_KEYS, type GrafanaObject, POLICIES_ID } from '../../base/grafana-objects.ts';
import { isRecord, type Json, type JsonObject } from '../../base/json.ts';

export interface Provisioned {
  readonly objects: readonly GrafanaObject[];
  /** Each begins with the place in the file. */
  readonly problems: readonly string[];
}

/** `folderOf`: the uid of the folder with this title. */
export function readProvisioning(value: unknown, folderOf: (title: string) => string): Provisioned {
  if (value === null || value === undefined) return { objects: [], problems: [] };
  if (!isRecord(value)) return { objects: [], problems: ['is no provisioning file: wanted a mapping'] };
  const parts = [
    ...entriesOf(value, 'datasources').map(readDatasource),
    ...entriesOf(value, 'contactPoints').map(readContactPoint),
    ...readPolicies(entriesOf(value, 'policies')),
    ...entriesOf(value, 'groups').map((entry) => readGroup(entry, folderOf)),
  ];
  return {
    objects: parts.flatMap(({ objects }) => objects),
    problems: parts.flatMap(({ problems }) => problems),
  };
}

interface Entry {
  readonly at: string;
  readonly value: JsonObject;
}

function entriesOf(value: Readonly<Record<string, unknown>>, key: string, above = ''): Entry[] {
  const list = value[key];
  if (!Array.isArray(list)) return [];
  return list.map((entry: unknown, at) => ({
    at: `${above}${key}[${at}]`,
    value: isRecord(entry) ? (entry as JsonObject) : {},
  }));
}

function readDatasource({ at, value }: Entry): Provisioned {
  const missing = missingOf(at, value, ['uid', 'name', 'type']);
  if (missing.length > 0) return { objects: [], problems: missing };
  const { uid, name } = value as { uid: string; name: string };
  return one({ kind: 'datasource', id: uid, title: name, spec: pick(value, [...DATASOURCE_KEYS, 'secureJsonData']) });
}

function readContactPoint({ at, value }: Entry): Provisioned {
  const missing = missingOf(at, value, ['name']);
  if (missing.length > 0) return { objects: [], problems: missing };
  const name = String(value['name']);
  const receivers = entriesOf(value, 'receivers', `${at}.`).map((receiver): Provisioned => {
    const problems = missingOf(receiver.at, receiver.value, ['uid', 'type']);
    if (problems.length > 0) return { objects: [], problems };
    const { uid, type, settings, disableResolveMessage } = receiver.value;
    const spec = { name, type, settings: settings ?? {}, disableResolveMessage: disableResolveMessage ?? false };
    return one({ kind: 'contact-point', id: String(uid), title: `${name} (${String(type)})`, spec });
  });
  return {
    objects: receivers.flatMap(({ objects }) => objects),
    problems: receivers.length === 0 ? [`${at} has no receivers`] : receivers.flatMap(({ problems }) => problems),
  };
}

function readPolicies(entries: readonly Entry[]): Provisioned[] {
  const [first, second] = entries;
  if (first === undefined) return [];
  if (second !== undefined) return [{ objects: [], problems: [`${second.at}: there is one tree of policies only`] }];
  const missing = missingOf(first.at, first.value, ['receiver']);
  if (missing.length > 0) return [{ objects: [], problems: missing }];
  const { orgId: _, ...spec } = first.value;
  return [one({ kind: 'policy', id: POLICIES_ID, title: 'notification policies', spec })];
}

function readGroup({ at, value }: Entry, folderOf: (title: string) => string): Provisioned {
  const missing = missingOf(at, value, ['name', 'folder']);
  if (missing.length > 0) return { objects: [], problems: missing };
  const place = {
    folderUid: folderOf(String(value['folder'])),
    ruleGroup: String(value['name']),
    interval: value['interval'] ?? '60s',
  };
  const rules = entriesOf(value, 'rules', `${at}.`).map((rule): Provisioned => {
    const problems = missingOf(rule.at, rule.value, ['uid', 'title', 'condition']);
    if (!Array.isArray(rule.value['data'])) problems.push(`${rule.at} has no data`);
    if (problems.length > 0) return { objects: [], problems };
    const { uid, title } = rule.value as { uid: string; title: string };
    const spec = { ...pick(rule.value, ALERT_RULE_KEYS), ...dashboardLink(rule.value), ...place };
    return one({ kind: 'alert-rule', id: uid, title, spec });
  });
  return {
    objects: rules.flatMap(({ objects }) => objects),
    problems: rules.flatMap(({ problems }) => problems),
  };
}

/** The API has them only as annotations. */
function dashboardLink({ dashboardUid, panelId, annotations }: JsonObject): JsonObject {
  if (typeof dashboardUid !== 'string' || dashboardUid === '') return {};
  const link = { __dashboardUid__: dashboardUid, ...(panelId === undefined ? {} : { __panelId__: String(panelId) }) };
  return { annotations: { ...(isRecord(annotations) ? (annotations as JsonObject) : {}), ...link } };
}

function one(object: GrafanaObject): Provisioned {
  return { objects: [object], problems: [] };
}

function missingOf(at: string, value: JsonObject, keys: readonly string[]): string[] {
  return keys.filter((key) => typeof value[key] !== 'string' || value[key] === '').map((key) => `${at} has no ${key}`);
}

export function pick(value: JsonObject, keys: readonly string[]): Record<string, Json> {
  return Object.fromEntries(keys.flatMap((key) => (value[key] === undefined ? [] : [[key, value[key] as Json]])));
}
