// Annotations of Grafana's stand-in.

import { type GrafanaState, grafanaMessage, majorOf } from './grafana-state.ts';
import { isObject, type Route, type StandInAnswer, type StandInRequest } from './json-server.ts';

export function annotationRoutes(state: GrafanaState): readonly Route[] {
  return [
    (request) => createAnnotation(state, request),
    (request) => changeAnnotation(state, request),
    (request) => listAnnotations(state, request),
  ];
}

function createAnnotation(state: GrafanaState, { method, path, json }: StandInRequest): StandInAnswer | null {
  if (method !== 'POST' || path !== '/api/annotations') return null;
  if (!isObject(json)) return grafanaMessage(400, 'bad request data');
  if (typeof json['text'] !== 'string' || json['text'] === '')
    return grafanaMessage(400, 'Failed to save annotation: text is empty');
  const place = placeOf(state, json);
  if (place === null) return grafanaMessage(400, 'Dashboard not found');
  const id = state.annotations.size + 1;
  const time = typeof json['time'] === 'number' ? json['time'] : Date.now();
  const timeEnd = typeof json['timeEnd'] === 'number' ? json['timeEnd'] : time;
  const panelId = typeof json['panelId'] === 'number' ? json['panelId'] : 0;
  state.annotations.set(id, { id, time, timeEnd, text: json['text'], tags: tagsOf(json), dashboardId: place, panelId });
  return { status: 200, body: { message: 'Annotation added', id } };
}

/** The dashboard's id; 0 is the whole organisation; null: there is none with this uid. */
function placeOf({ version, dashboards }: GrafanaState, json: Record<string, unknown>): number | null {
  if (typeof json['dashboardId'] === 'number') return json['dashboardId'];
  const uid = json['dashboardUID'];
  if (typeof uid !== 'string' || uid === '' || majorOf(version) < 9) return 0;
  return dashboards.get(uid)?.id ?? null;
}

function changeAnnotation(state: GrafanaState, { method, path, json }: StandInRequest): StandInAnswer | null {
  const id = /^\/api\/annotations\/(\d+)$/.exec(path)?.[1];
  if (method !== 'PATCH' || id === undefined) return null;
  const old = state.annotations.get(Number(id));
  if (old === undefined) return grafanaMessage(404, 'Annotation not found');
  if (!isObject(json)) return grafanaMessage(400, 'bad request data');
  state.annotations.set(old.id, {
    ...old,
    time: typeof json['time'] === 'number' ? json['time'] : old.time,
    timeEnd: typeof json['timeEnd'] === 'number' ? json['timeEnd'] : old.timeEnd,
    text: typeof json['text'] === 'string' ? json['text'] : old.text,
    tags: Array.isArray(json['tags']) ? tagsOf(json) : old.tags,
  });
  return grafanaMessage(200, 'Annotation patched');
}

function listAnnotations(state: GrafanaState, { method, path }: StandInRequest): StandInAnswer | null {
  if (method !== 'GET' || path !== '/api/annotations') return null;
  return { status: 200, body: [...state.annotations.values()] };
}

function tagsOf(json: Record<string, unknown>): string[] {
  return Array.isArray(json['tags']) ? json['tags'].map(String) : [];
}
