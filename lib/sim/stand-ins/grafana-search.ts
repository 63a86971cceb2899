// Search of Grafana's stand-in: dashboards and folders, a page at a time.

import { type GrafanaState, grafanaMessage, slugOf } from './grafana-state.ts';
import type { Route, StandInAnswer, StandInRequest } from './json-server.ts';

const USUAL_LIMIT = 1_000;
const MOST = 5_000;

interface Hit {
  readonly id: number;
  readonly uid: string;
  readonly title: string;
  readonly type: 'dash-db' | 'dash-folder';
  readonly url: string;
  readonly tags: readonly string[];
  readonly folderUid?: string;
  readonly folderTitle?: string;
}

export function searchRoutes(state: GrafanaState): readonly Route[] {
  return [(request) => search(state, request)];
}

function search(state: GrafanaState, { method, path, query }: StandInRequest): StandInAnswer | null {
  if (method !== 'GET' || path !== '/api/search') return null;
  const limit = Number(query.get('limit') ?? USUAL_LIMIT);
  const page = Number(query.get('page') ?? 1);
  if (!Number.isInteger(limit) || !Number.isInteger(page) || limit < 0 || page < 0) {
    return grafanaMessage(400, 'bad request data');
  }
  if (limit > MOST) {
    return grafanaMessage(
      422,
      `Limit is above maximum allowed (${MOST}), use page parameter to access hits beyond limit`,
    );
  }
  const size = limit === 0 ? USUAL_LIMIT : limit;
  const from = (Math.max(1, page) - 1) * size;
  const found = hitsOf(state)
    .filter((hit) => isWanted(hit, query))
    .sort((left, right) => (left.title < right.title ? -1 : left.title > right.title ? 1 : left.id - right.id));
  return { status: 200, body: found.slice(from, from + size) };
}

function hitsOf({ dashboards, folders }: GrafanaState): Hit[] {
  const place = (uid: string): Pick<Hit, 'folderUid' | 'folderTitle'> => {
    const folder = folders.get(uid);
    return folder === undefined ? {} : { folderUid: folder.uid, folderTitle: folder.title };
  };
  const ofFolders = [...folders.values()].map(
    ({ id, uid, title, parentUid }): Hit => ({
      id,
      uid,
      title,
      type: 'dash-folder',
      url: `/dashboards/f/${uid}/${slugOf(title)}`,
      tags: [],
      ...place(parentUid),
    }),
  );
  const ofDashboards = [...dashboards.values()].map(({ id, uid, title, folderUid, model }): Hit => {
    const tags = Array.isArray(model['tags']) ? model['tags'].map(String) : [];
    return { id, uid, title, type: 'dash-db', url: `/d/${uid}/${slugOf(title)}`, tags, ...place(folderUid) };
  });
  return [...ofFolders, ...ofDashboards];
}

function isWanted(hit: Hit, query: URLSearchParams): boolean {
  const type = query.get('type');
  const text = query.get('query')?.toLowerCase();
  const folders = query.getAll('folderUIDs');
  return (
    (type === null || hit.type === type) &&
    (text === undefined || hit.title.toLowerCase().includes(text)) &&
    query.getAll('tag').every((tag) => hit.tags.includes(tag)) &&
    (folders.length === 0 || folders.includes(hit.folderUid ?? ''))
  );
}
