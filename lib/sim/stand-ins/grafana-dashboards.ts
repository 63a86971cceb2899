// Dashboards of Grafana's stand-in: saved as they come, but for what the server keeps count of itself.

import {
  type GrafanaDashboard,
  type GrafanaState,
  grafanaMessage,
  isAtLeast,
  judgeUid,
  nextId,
  slugOf,
  textOf,
} from './grafana-state.ts';
import { isObject, type Route, type StandInAnswer, type StandInRequest } from './json-server.ts';

const LONGEST_MESSAGE = 500;

export function dashboardRoutes(state: GrafanaState): readonly Route[] {
  return [(request) => save(state, request), (request) => oneDashboard(state, request)];
}

function oneDashboard(state: GrafanaState, { method, path }: StandInRequest): StandInAnswer | null {
  const uid = /^\/api\/dashboards\/uid\/([^/]+)$/.exec(path)?.[1];
  if (uid === undefined || (method !== 'GET' && method !== 'DELETE')) return null;
  const found = state.dashboards.get(decodeURIComponent(uid));
  if (found === undefined) return grafanaMessage(404, 'Dashboard not found', { status: 'not-found' });
  if (method === 'GET') return { status: 200, body: show(state, found) };
  if (found.provisionedFrom !== undefined) return grafanaMessage(400, 'provisioned dashboard cannot be deleted');
  state.dashboards.delete(found.uid);
  return {
    status: 200,
    body: { id: found.id, title: found.title, message: `Dashboard ${found.title} deleted` },
  };
}

function show(state: GrafanaState, found: GrafanaDashboard): unknown {
  const folder = state.folders.get(found.folderUid);
  const meta = {
    type: 'db',
    canSave: true,
    canEdit: true,
    slug: slugOf(found.title),
    url: `/d/${found.uid}/${slugOf(found.title)}`,
    version: found.version,
    isFolder: false,
    folderId: folder?.id ?? 0,
    folderTitle: folder?.title ?? 'General',
    ...(isAtLeast(state, 8) ? { folderUid: folder?.uid ?? '' } : {}),
    provisioned: found.provisionedFrom !== undefined,
    provisionedExternalId: found.provisionedFrom ?? '',
  };
  return { meta, dashboard: { ...found.model, id: found.id, uid: found.uid, version: found.version } };
}

function save(state: GrafanaState, { method, path, json }: StandInRequest): StandInAnswer | null {
  if (method !== 'POST' || path !== '/api/dashboards/db') return null;
  if (!isObject(json) || !isObject(json['dashboard'])) return grafanaMessage(400, 'bad request data');
  const model = json['dashboard'];
  const title = textOf(model['title']).trim();
  const uid = textOf(model['uid']);
  if (title === '') return grafanaMessage(400, 'Dashboard title cannot be empty', { status: 'empty-name' });
  const wrong = judgeUid(uid);
  if (wrong !== null) return grafanaMessage(400, wrong);
  if (textOf(json['message']).length > LONGEST_MESSAGE) {
    return grafanaMessage(400, `message too long, max ${LONGEST_MESSAGE} characters`);
  }
  if (state.folders.has(uid)) return grafanaMessage(400, 'Dashboard cannot be changed to a folder');
  const folderUid = placeOf(state, json);
  if (folderUid === null) return grafanaMessage(400, 'Folder not found');
  const held = findHeld(state, uid, model['id']);
  if (held === 'id unknown') return grafanaMessage(404, 'Dashboard not found', { status: 'not-found' });
  const refusal = judgeSave(state, held, json, title, folderUid);
  return refusal ?? store(state, held, { model, title, uid, folderUid, message: textOf(json['message']) });
}

/** The folder's uid, '' for the root, null for one that is not there. Without either key: the root. */
function placeOf(state: GrafanaState, json: Record<string, unknown>): string | null {
  const uid = isAtLeast(state, 8) ? textOf(json['folderUid']) : '';
  if (uid !== '') return state.folders.has(uid) ? uid : null;
  const id = json['folderId'];
  if (typeof id !== 'number' || id === 0) return '';
  return [...state.folders.values()].find((folder) => folder.id === id)?.uid ?? null;
}

function findHeld(state: GrafanaState, uid: string, id: unknown): GrafanaDashboard | undefined | 'id unknown' {
  if (typeof id !== 'number' || id === 0) return state.dashboards.get(uid);
  return [...state.dashboards.values()].find((one) => one.id === id) ?? 'id unknown';
}

function judgeSave(
  state: GrafanaState,
  held: GrafanaDashboard | undefined,
  json: Record<string, unknown>,
  title: string,
  folderUid: string,
): StandInAnswer | null {
  if (held?.provisionedFrom !== undefined) return grafanaMessage(400, 'Cannot save provisioned dashboard');
  if (json['overwrite'] === true) return null;
  const version = (json['dashboard'] as Record<string, unknown>)['version'];
  if (held !== undefined && version !== held.version) {
    return grafanaMessage(412, 'The dashboard has been changed by someone else', { status: 'version-mismatch' });
  }
  // Until 11 the name had to differ within a folder.
  const hasTwin =
    !isAtLeast(state, 11) &&
    [...state.dashboards.values()].some(
      (one) => one.uid !== held?.uid && one.folderUid === folderUid && one.title === title,
    );
  if (!hasTwin) return null;
  return grafanaMessage(412, 'A dashboard with the same name in the folder already exists', { status: 'name-exists' });
}

interface Saved {
  readonly model: Record<string, unknown>;
  readonly title: string;
  readonly uid: string;
  readonly folderUid: string;
  readonly message: string;
}

function store(state: GrafanaState, held: GrafanaDashboard | undefined, saved: Saved): StandInAnswer {
  const id = held?.id ?? nextId(state.dashboards.values());
  const uid = saved.uid !== '' ? saved.uid : (held?.uid ?? `dashboard-${id}`);
  const version = (held?.version ?? 0) + 1;
  const { title, folderUid, message } = saved;
  if (held !== undefined) state.dashboards.delete(held.uid);
  state.dashboards.set(uid, {
    id,
    uid,
    title,
    folderUid,
    version,
    message,
    model: { ...saved.model, id, uid, version },
  });
  return {
    status: 200,
    body: { id, uid, version, slug: slugOf(title), status: 'success', url: `/d/${uid}/${slugOf(title)}` },
  };
}
