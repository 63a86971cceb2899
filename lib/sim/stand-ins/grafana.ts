// A stand-in of Grafana's HTTP API, written from its documentation; each kind of object has a file beside this one.

import { annotationRoutes } from './grafana-annotations.ts';
import { dashboardRoutes } from './grafana-dashboards.ts';
import { datasourceRoutes } from './grafana-datasources.ts';
import { folderRoutes } from './grafana-folders.ts';
import { routingRoutes } from './grafana-routing.ts';
import { ruleRoutes } from './grafana-rules.ts';
import { searchRoutes } from './grafana-search.ts';
import {
  createGrafanaState,
  type GrafanaDashboard,
  type GrafanaState,
  grafanaMessage,
  isAtLeast,
} from './grafana-state.ts';
import {
  type Route,
  type StandInAnswer,
  type StandInOptions,
  type StandInRequest,
  type StandInServer,
  startStandIn,
} from './json-server.ts';

export type Role = 'Viewer' | 'Editor' | 'Admin';

export interface GrafanaStandIn extends StandInServer {
  readonly state: GrafanaState;
  addDashboard(uid: string, title: string): GrafanaDashboard;
}

export interface GrafanaOptions extends StandInOptions {
  /** `7.5.17` knows no `dashboardUID` and no provisioning of alerts. */
  readonly version?: string;
  /** Only signed-in callers are told the version. */
  readonly hidesVersion?: boolean;
  readonly nestedFolders?: boolean;
  /** Wanted as a bearer token; unset: everybody may. */
  readonly token?: string;
  /** Of the token's account. Default: Admin. */
  readonly role?: Role;
  /** More requests than this in a second are answered 429. */
  readonly mostPerSecond?: number;
  /** Asked before the routes of this file. */
  readonly routes?: (state: GrafanaState) => readonly Route[];
}

const PROVISIONING = '/api/v1/provisioning/';

export async function startGrafana(options: GrafanaOptions = {}): Promise<GrafanaStandIn> {
  const state = createGrafanaState(options.version ?? '11.6.0', options.nestedFolders);
  const routes: Route[] = [
    limitRate(options.mostPerSecond),
    (request) => authenticate(options.token, request),
    (request) => authorize(options.role ?? 'Admin', request),
    ...(options.routes?.(state) ?? []),
    (request) => health(state, options, request),
    ({ path }) => (path.startsWith(PROVISIONING) && !isAtLeast(state, 9, 1) ? NOT_FOUND : null),
    ...searchRoutes(state),
    ...folderRoutes(state),
    ...dashboardRoutes(state),
    ...datasourceRoutes(state),
    ...ruleRoutes(state),
    ...routingRoutes(state),
    ...annotationRoutes(state),
    ({ path }) => (path.startsWith('/api/') ? NOT_FOUND : null),
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

const NOT_FOUND = grafanaMessage(404, 'Not found');

function limitRate(mostPerSecond: number | undefined): Route {
  const times: number[] = [];
  return ({ atMs }) => {
    if (mostPerSecond === undefined) return null;
    while (times[0] !== undefined && times[0] <= atMs - 1_000) times.shift();
    if (times.length >= mostPerSecond) {
      return { ...grafanaMessage(429, 'Too many requests'), headers: { 'retry-after': '1' } };
    }
    times.push(atMs);
    return null;
  };
}

function authenticate(token: string | undefined, { path, headers }: StandInRequest): StandInAnswer | null {
  if (token === undefined || path === '/api/health') return null;
  return headers['authorization'] === `Bearer ${token}` ? null : grafanaMessage(401, 'Unauthorized');
}

/** Editors write dashboards, folders and alerting; datasources are for administrators, even to look at. */
function authorize(role: Role, { method, path }: StandInRequest): StandInAnswer | null {
  if (path === '/api/health' || role === 'Admin') return null;
  const isForAdmins = path.startsWith('/api/datasources');
  const isWrite = method !== 'GET' && path !== '/api/annotations';
  if (!isForAdmins && !(isWrite && role === 'Viewer')) return null;
  const wanted = isForAdmins ? 'datasources:read' : 'dashboards:write';
  return grafanaMessage(
    403,
    `You'll need additional permissions to perform this action. Permissions needed: ${wanted}`,
    { accessErrorId: 'ACE0000000001', title: 'Access denied' },
  );
}

function health(state: GrafanaState, options: GrafanaOptions, request: StandInRequest): StandInAnswer | null {
  if (request.method !== 'GET' || request.path !== '/api/health') return null;
  const isHidden = options.hidesVersion === true;
  return { status: 200, body: { database: 'ok', ...(isHidden ? {} : { version: state.version, commit: 'stand-in' }) } };
}
