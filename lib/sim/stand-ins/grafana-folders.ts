// Folders of Grafana's stand-in: in each other where the version has that, with a version of their own.

import {
  type GrafanaFolder,
  type GrafanaState,
  grafanaMessage,
  isAtLeast,
  judgeUid,
  nextId,
  slugOf,
  textOf,
} from './grafana-state.ts';
import { isObject, type Route, type StandInAnswer, type StandInRequest } from './json-server.ts';

const NOT_FOUND = grafanaMessage(404, 'folder not found', { status: 'not-found' });
const CHANGED = grafanaMessage(412, 'The folder has been changed by someone else', { status: 'version-mismatch' });
const DEEPEST = 4;

export function folderRoutes(state: GrafanaState): readonly Route[] {
  return [(request) => folders(state, request), (request) => oneFolder(state, request)];
}

function folders(state: GrafanaState, { method, path, query, json }: StandInRequest): StandInAnswer | null {
  if (path !== '/api/folders') return null;
  if (method === 'GET') {
    const parent = state.nestedFolders ? (query.get('parentUid') ?? '') : '';
    const limit = Number(query.get('limit') ?? 1_000);
    const from = (Math.max(1, Number(query.get('page') ?? 1)) - 1) * limit;
    const below = [...state.folders.values()].filter(({ parentUid }) => parentUid === parent);
    return { status: 200, body: below.slice(from, from + limit).map(({ id, uid, title }) => ({ id, uid, title })) };
  }
  return method === 'POST' ? create(state, json) : null;
}

function create(state: GrafanaState, json: unknown): StandInAnswer {
  if (!isObject(json)) return grafanaMessage(400, 'bad request data');
  const title = textOf(json['title']).trim();
  const uid = textOf(json['uid']) === '' ? `folder-${state.folders.size + 1}` : textOf(json['uid']);
  const parentUid = state.nestedFolders ? textOf(json['parentUid']) : '';
  if (title === '') return grafanaMessage(400, 'folder title cannot be empty');
  const wrong = judgeUid(uid);
  if (wrong !== null) return grafanaMessage(400, wrong);
  // Grafana says it so: the folder that is there has another version than none.
  if (state.folders.has(uid)) return CHANGED;
  if (state.dashboards.has(uid)) return grafanaMessage(409, 'a folder/dashboard with the same uid already exists');
  if (parentUid !== '' && !state.folders.has(parentUid)) return grafanaMessage(404, 'parent folder not found');
  if (parents(state, parentUid).length >= DEEPEST) {
    return grafanaMessage(400, 'Maximum nested folder depth reached', { messageId: 'folder.maximum-depth-reached' });
  }
  if (hasTwin(state, title, parentUid, uid)) return sameName(state);
  const folder = { id: nextId(state.folders.values()), uid, title, parentUid, version: 1 };
  state.folders.set(uid, folder);
  return { status: 200, body: show(state, folder) };
}

function oneFolder(state: GrafanaState, { method, path, query, json }: StandInRequest): StandInAnswer | null {
  const [, encoded, move] = /^\/api\/folders\/([^/]+)(\/move)?$/.exec(path) ?? [];
  if (encoded === undefined) return null;
  const folder = state.folders.get(decodeURIComponent(encoded));
  if (folder === undefined) return NOT_FOUND;
  if (move !== undefined) return method === 'POST' ? moveFolder(state, folder, json) : null;
  switch (method) {
    case 'GET':
      return { status: 200, body: show(state, folder) };
    case 'PUT':
      return rename(state, folder, json);
    case 'DELETE':
      return remove(state, folder, query.get('forceDeleteRules') === 'true');
    default:
      return null;
  }
}

function rename(state: GrafanaState, folder: GrafanaFolder, json: unknown): StandInAnswer {
  if (!isObject(json)) return grafanaMessage(400, 'bad request data');
  const title = textOf(json['title']).trim();
  if (title === '') return grafanaMessage(400, 'folder title cannot be empty');
  if (json['overwrite'] !== true && json['version'] !== folder.version) return CHANGED;
  if (hasTwin(state, title, folder.parentUid, folder.uid)) return sameName(state);
  const changed = { ...folder, title, version: folder.version + 1 };
  state.folders.set(folder.uid, changed);
  return { status: 200, body: show(state, changed) };
}

function moveFolder(state: GrafanaState, folder: GrafanaFolder, json: unknown): StandInAnswer {
  if (!state.nestedFolders) return grafanaMessage(404, 'Not found');
  if (!isObject(json)) return grafanaMessage(400, 'bad request data');
  const parentUid = textOf(json['parentUid']);
  if (parentUid !== '' && !state.folders.has(parentUid)) return grafanaMessage(404, 'parent folder not found');
  if ([parentUid, ...parents(state, parentUid)].includes(folder.uid)) {
    return grafanaMessage(400, 'failed to move folder: circular reference');
  }
  const moved = { ...folder, parentUid, version: folder.version + 1 };
  state.folders.set(folder.uid, moved);
  return { status: 200, body: show(state, moved) };
}

function remove(state: GrafanaState, folder: GrafanaFolder, withRules: boolean): StandInAnswer {
  const rules = [...state.rules.values()].filter(({ folderUid }) => folderUid === folder.uid);
  if (rules.length > 0 && !withRules) {
    return grafanaMessage(400, 'Folder cannot be deleted: it contains alert rules');
  }
  for (const { uid } of rules) state.rules.delete(uid);
  for (const one of state.dashboards.values()) if (one.folderUid === folder.uid) state.dashboards.delete(one.uid);
  for (const one of state.folders.values()) if (one.parentUid === folder.uid) remove(state, one, true);
  state.folders.delete(folder.uid);
  return { status: 200, body: { id: folder.id, title: folder.title, message: `Folder ${folder.title} deleted` } };
}

function show(state: GrafanaState, folder: GrafanaFolder): unknown {
  const { id, uid, title, parentUid, version } = folder;
  const base = { id, uid, title, url: `/dashboards/f/${uid}/${slugOf(title)}`, version, canSave: true, canEdit: true };
  if (!state.nestedFolders || parentUid === '') return base;
  const above = parents(state, parentUid).map((parent) => ({ uid: parent, title: state.folders.get(parent)?.title }));
  return { ...base, parentUid, parents: above };
}

/** From the folder itself upwards. */
function parents({ folders: held }: GrafanaState, uid: string): string[] {
  const found: string[] = [];
  for (let at = uid; at !== ''; at = held.get(at)?.parentUid ?? '') found.push(at);
  return found;
}

function hasTwin(state: GrafanaState, title: string, parentUid: string, uid: string): boolean {
  // Names need no longer differ since folders are known by their uid.
  if (isAtLeast(state, 11)) return false;
  return [...state.folders.values()].some(
    (one) => one.uid !== uid && one.parentUid === parentUid && one.title.toLowerCase() === title.toLowerCase(),
  );
}

function sameName(state: GrafanaState): StandInAnswer {
  return grafanaMessage(
    409,
    isAtLeast(state, 10)
      ? 'a folder with the same name already exists in the current location'
      : 'a folder or dashboard in the general folder with the same name already exists',
  );
}
