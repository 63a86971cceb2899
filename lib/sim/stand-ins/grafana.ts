// A stand-in of Grafana's HTTP API: annotations and dashboards here, more by further routes over the same state.

import {
  isObject,
  type Route,
  type StandInAnswer,
  type StandInOptions,
  type StandInRequest,
  type StandInServer,
  startStandIn,
} from './json-server.ts';

export interface GrafanaAnnotation {
  readonly id: number;
  readonly time: number;
  readonly timeEnd: number;
  readonly text: string;
  readonly tags: readonly string[];
  readonly dashboardId: number;
  readonly panelId: number;
}

export interface GrafanaDashboard {
  readonly id: number;
  readonly uid: string;
  readonly title: string;
  readonly folderUid: string;
  readonly version: number;
  readonly model: Readonly<Record<string, unknown>>;
}

/** What it holds; routes of others keep their own parts beside it. */
export interface GrafanaState {
  readonly version: string;
  readonly annotations: Map<number, GrafanaAnnotation>;
  /** By uid. */
  readonly dashboards: Map<string, GrafanaDashboard>;
}

export interface GrafanaStandIn extends StandInServer {
  readonly state: GrafanaState;
  addDashboard(uid: string, title: string): GrafanaDashboard;
}

export interface GrafanaOptions extends StandInOptions {
  /** `7.5.17` knows no `dashboardUID`. */
  readonly version?: string;
  /** Wanted as a bearer token; unset: everybody may. */
  readonly token?: string;
  /** Asked before the routes of this file. */
  readonly routes?: (state: GrafanaState) => readonly Route[];
}

export async function startGrafana(options: GrafanaOptions = {}): Promise<GrafanaStandIn> {
  const state: GrafanaState = { version: options.version ?? '11.6.0', annotations: new Map(), dashboards: new Map() };
  const routes: Route[] = [
    (request) => authorize(options.token, request),
    ...(options.routes?.(state) ?? []),
    (request) => health(state, request),
    (request) => dashboardByUid(state, request),
    (request) => createAnnotation(state, request),
    (request) => changeAnnotation(state, request),
    (request) => listAnnotations(state, request),
  ];
  const server = await startStandIn(routes, options);
  return {
    ...server,
    state,
    addDashboard: (uid, title) => {
      const id = state.dashboards.size + 1;
      const dashboard = { id, uid, title, folderUid: '', version: 1, model: { id, uid, title } };
      state.dashboards.set(uid, dashboard);
      return dashboard;
    },
  };
}

export function grafanaMessage(status: number, message: string): StandInAnswer {
  return { status, body: { message } };
}

function authorize(token: string | undefined, request: StandInRequest): StandInAnswer | null {
  if (token === undefined || request.path === '/api/health') return null;
  return request.headers['authorization'] === `Bearer ${token}` ? null : grafanaMessage(401, 'Unauthorized');
}

function health({ version }: GrafanaState, { method, path }: StandInRequest): StandInAnswer | null {
  if (method !== 'GET' || path !== '/api/health') return null;
  return { status: 200, body: { database: 'ok', version, commit: 'stand-in' } };
}

function dashboardByUid(state: GrafanaState, { method, path }: StandInRequest): StandInAnswer | null {
  const uid = /^\/api\/dashboards\/uid\/([^/]+)$/.exec(path)?.[1];
  if (method !== 'GET' || uid === undefined) return null;
  const found = state.dashboards.get(decodeURIComponent(uid));
  if (found === undefined) return grafanaMessage(404, 'Dashboard not found');
  return {
    status: 200,
    body: { meta: { folderUid: found.folderUid }, dashboard: { ...found.model, version: found.version } },
  };
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
  if (typeof uid !== 'string' || uid === '' || Number.parseInt(version, 10) < 9) return 0;
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
