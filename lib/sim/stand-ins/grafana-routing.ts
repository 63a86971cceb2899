// Where alerts go in Grafana's stand-in: contact points, the one tree of policies, mute timings, templates.

import {
  type Fields,
  type GrafanaContactPoint,
  type GrafanaState,
  grafanaMessage,
  judgeProvenance,
  type Named,
  type Provenance,
  provenanceOf,
  resetPolicies,
  textOf,
} from './grafana-state.ts';
import { isObject, type Route, type StandInAnswer, type StandInRequest } from './json-server.ts';

const BASE = '/api/v1/provisioning';
const REDACTED = '[REDACTED]';

/** Type → what it cannot do without, and which settings are never shown. */
const TYPES: Readonly<Record<string, { readonly needs: readonly string[]; readonly secret: readonly string[] }>> = {
  email: { needs: ['addresses'], secret: [] },
  slack: { needs: [], secret: ['url', 'token'] },
  pagerduty: { needs: ['integrationKey'], secret: ['integrationKey'] },
  telegram: { needs: ['bottoken', 'chatid'], secret: ['bottoken'] },
  webhook: { needs: ['url'], secret: ['password', 'authorization_credentials'] },
  opsgenie: { needs: ['apiKey'], secret: ['apiKey'] },
  teams: { needs: ['url'], secret: [] },
  discord: { needs: ['url'], secret: ['url'] },
};

export function routingRoutes(state: GrafanaState): readonly Route[] {
  return [
    (request) => contactPoints(state, request),
    (request) => oneContactPoint(state, request),
    (request) => policies(state, request),
    (request) => named(state, request, 'mute-timings', state.muteTimings),
    (request) => named(state, request, 'templates', state.templates),
  ];
}

function contactPoints(
  state: GrafanaState,
  { method, path, query, json, headers }: StandInRequest,
): StandInAnswer | null {
  if (path !== `${BASE}/contact-points`) return null;
  if (method === 'GET') {
    const name = query.get('name');
    const shown = [...state.contactPoints.values()].filter((held) => name === null || held.name === name);
    return { status: 200, body: shown.map(show) };
  }
  if (method !== 'POST') return null;
  const uid = isObject(json) && textOf(json['uid']) !== '' ? textOf(json['uid']) : `cp-${state.contactPoints.size + 1}`;
  if (state.contactPoints.has(uid))
    return grafanaMessage(409, `receiver configuration with UID '${uid}' already exist`);
  const made = readContactPoint(json, uid, {}, provenanceOf(headers));
  if ('status' in made) return made;
  state.contactPoints.set(uid, made);
  return { status: 202, body: show(made) };
}

function oneContactPoint(state: GrafanaState, { method, path, json, headers }: StandInRequest): StandInAnswer | null {
  const key = path.startsWith(`${BASE}/contact-points/`) ? decodeURIComponent(path.slice(BASE.length + 16)) : null;
  if (key === null || (method !== 'PUT' && method !== 'DELETE')) return null;
  const held = state.contactPoints.get(key);
  if (held === undefined) return grafanaMessage(404, `contact point with uid '${key}' not found`);
  const refusal = judgeProvenance(state, held.provenance, provenanceOf(headers), false);
  if (refusal !== null) return refusal;
  if (method === 'PUT') {
    const changed = readContactPoint(json, key, held.secrets, provenanceOf(headers));
    if ('status' in changed) return changed;
    state.contactPoints.set(key, changed);
    return grafanaMessage(202, 'contactpoint updated');
  }
  const isLast = [...state.contactPoints.values()].filter(({ name }) => name === held.name).length === 1;
  if (isLast && receiversOf(state.policies.tree).includes(held.name)) {
    return grafanaMessage(409, `contact point '${held.name}' is currently used by a notification policy`);
  }
  state.contactPoints.delete(key);
  return grafanaMessage(202, 'contactpoint deleted');
}

function readContactPoint(
  json: unknown,
  uid: string,
  kept: Readonly<Record<string, string>>,
  provenance: Provenance,
): GrafanaContactPoint | StandInAnswer {
  if (!isObject(json) || !isObject(json['settings'])) return grafanaMessage(400, 'bad request data');
  const [name, type] = [textOf(json['name']), textOf(json['type'])];
  const rules = TYPES[type];
  const invalid = (what: string): StandInAnswer => grafanaMessage(400, `invalid object specification: ${what}`);
  if (name === '') return invalid('name can not be empty');
  if (rules === undefined) return invalid(`unknown contact point type '${type}'`);
  const settings: Record<string, unknown> = {};
  const secrets: Record<string, string> = {};
  for (const [key, value] of Object.entries(json['settings'])) {
    if (!rules.secret.includes(key)) settings[key] = value;
    // Sent back as it was shown: the one that is stored is meant.
    else if (value !== REDACTED) secrets[key] = String(value);
    else if (kept[key] !== undefined) secrets[key] = kept[key];
  }
  const missing = rules.needs.find((need) => settings[need] === undefined && secrets[need] === undefined);
  if (missing !== undefined) return invalid(`could not find ${missing} in settings`);
  if (type === 'slack' && Object.keys(secrets).length === 0) return invalid('token or url must be specified');
  return {
    uid,
    name,
    type,
    settings,
    secrets,
    disableResolveMessage: json['disableResolveMessage'] === true,
    provenance,
  };
}

function show(held: GrafanaContactPoint): Fields {
  const { uid, name, type, settings, secrets, disableResolveMessage, provenance } = held;
  const redacted = Object.fromEntries(Object.keys(secrets).map((key) => [key, REDACTED]));
  const shown = { uid, name, type, settings: { ...settings, ...redacted }, disableResolveMessage };
  return provenance === '' ? shown : { ...shown, provenance };
}

function policies(state: GrafanaState, { method, path, json, headers }: StandInRequest): StandInAnswer | null {
  if (path !== `${BASE}/policies`) return null;
  const { tree, provenance } = state.policies;
  if (method === 'GET') return { status: 200, body: provenance === '' ? tree : { ...tree, provenance } };
  if (method !== 'PUT' && method !== 'DELETE') return null;
  const refusal = judgeProvenance(state, provenance, provenanceOf(headers), false);
  if (refusal !== null) return refusal;
  if (method === 'DELETE') {
    resetPolicies(state);
    return { status: 202, body: {} };
  }
  if (!isObject(json)) return grafanaMessage(400, 'bad request data');
  const invalid = (what: string): StandInAnswer => grafanaMessage(400, `invalid object specification: ${what}`);
  if (textOf(json['receiver']) === '') return invalid('root route must specify a default receiver');
  if (matchersOf(json).length > 0) return invalid('root route must not have any matchers');
  const known = new Set([...state.contactPoints.values()].map(({ name }) => name));
  const unknown = receiversOf(json).find((name) => !known.has(name));
  if (unknown !== undefined) return invalid(`receiver '${unknown}' does not exist`);
  const { provenance: _, ...rest } = json;
  state.policies.tree = storedRoute(rest);
  state.policies.provenance = provenanceOf(headers);
  return grafanaMessage(202, 'policies updated');
}

/** Matchers are stored as triples, in whichever form they came. */
function storedRoute(route: Fields): Fields {
  const { matchers: _, object_matchers: __, routes, ...rest } = route;
  const triples = matchersOf(route);
  return {
    ...rest,
    ...(triples.length === 0 ? {} : { object_matchers: triples }),
    ...(Array.isArray(routes) && routes.length > 0 ? { routes: routes.filter(isObject).map(storedRoute) } : {}),
  };
}

function matchersOf(route: Fields): unknown[] {
  const triples = Array.isArray(route['object_matchers']) ? (route['object_matchers'] as unknown[]) : [];
  const texts = Array.isArray(route['matchers']) ? route['matchers'].map(String) : [];
  return [
    ...triples,
    ...texts.map((text) => {
      const [, name, operator, value] = /^\s*([^=!~\s]+)\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*$/.exec(text) ?? [];
      return [name, operator, value];
    }),
  ];
}

function receiversOf(route: Fields): string[] {
  const below = Array.isArray(route['routes']) ? route['routes'].filter(isObject).flatMap(receiversOf) : [];
  return [...(textOf(route['receiver']) === '' ? [] : [textOf(route['receiver'])]), ...below];
}

/** Mute timings are posted, templates put; both are known by their names. */
function named(
  state: GrafanaState,
  { method, path, json, headers }: StandInRequest,
  kind: 'mute-timings' | 'templates',
  held: Map<string, Named>,
): StandInAnswer | null {
  const [, key] =
    new RegExp(`^${BASE}/${kind}(?:/([^/]+))?$`).exec(path)?.map((part) => part && decodeURIComponent(part)) ?? [];
  if (path !== `${BASE}/${kind}` && key === undefined) return null;
  const showNamed = ({ fields, provenance }: Named): Fields => (provenance === '' ? fields : { ...fields, provenance });
  if (key === undefined && method === 'GET') return { status: 200, body: [...held.values()].map(showNamed) };
  const name = key ?? (isObject(json) ? textOf(json['name']) : '');
  const before = held.get(name);
  if (method === 'GET') return before === undefined ? { status: 404 } : { status: 200, body: showNamed(before) };
  const provenance = provenanceOf(headers);
  const refusal = before === undefined ? null : judgeProvenance(state, before.provenance, provenance, false);
  if (refusal !== null) return refusal;
  if (method === 'DELETE') {
    held.delete(name);
    return { status: 204 };
  }
  const isNew = method === 'POST' && kind === 'mute-timings' && key === undefined;
  if (!isNew && !(method === 'PUT' && key !== undefined)) return null;
  if (!isObject(json) || name === '') return grafanaMessage(400, 'bad request data');
  if (isNew && before !== undefined) return grafanaMessage(409, `mute timing '${name}' already exists`);
  if (!isNew && kind === 'mute-timings' && before === undefined) return { status: 404 };
  const made = { fields: { ...json, name }, provenance };
  held.set(name, made);
  return { status: isNew ? 201 : 202, body: showNamed(made) };
}
