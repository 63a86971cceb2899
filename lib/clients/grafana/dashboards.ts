// Dashboards of a Grafana. The folder they lie in is part of what they are: `folderUid` beside the model's own keys.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { LiveObject } from '../../base/grafana-objects.ts';
import { record, text, texts, without } from './fields.ts';
import { type KindClient, mapFew } from './kind-client.ts';
import { searchAll } from './search.ts';
import { GRAFANA_CODE, type Session } from './session.ts';

/** Before 8.0 a dashboard's place was the number of its folder. */
const FIRST_WITH_FOLDER_UID = 8;

export function createDashboards(session: Session): KindClient {
  async function read(id: string): Promise<LiveObject | null> {
    const found = await session.find({ method: 'GET', path: pathOf(id), action: `read the dashboard "${id}"` });
    if (found === null) return null;
    const { meta, dashboard } = record(found) as { meta?: unknown; dashboard?: unknown };
    const model = record(dashboard);
    const facts = record(meta);
    const { id: number, version } = model;
    const title = text(model['title']);
    return {
      kind: 'dashboard',
      id: text(model['uid']),
      title,
      spec: {
        ...without(model, ['id', 'uid', 'version']),
        folderUid: await folderOf(facts['folderUid'], facts['folderId']),
      },
      lockedBy: facts['provisioned'] === true ? provisionedBy(text(facts['provisionedExternalId'])) : null,
      handle: { version: version ?? 0, number: number ?? 0 },
    };
  }

  async function folderOf(uid: unknown, number: unknown): Promise<string> {
    if (typeof uid === 'string') return uid;
    if (typeof number !== 'number' || number === 0) return '';
    const folders = await searchAll(session, 'dash-folder');
    return text(folders.find((folder) => folder['id'] === number)?.['uid']);
  }

  /** Unset is the root. */
  async function placeOf(folderUid: string): Promise<{ folderUid?: string; folderId?: number }> {
    if (folderUid === '') return {};
    if (await session.isAtLeast(FIRST_WITH_FOLDER_UID)) return { folderUid };
    const path = `/api/folders/${encodeURIComponent(folderUid)}`;
    const folder = record(await session.call({ method: 'GET', path, action: `read the folder "${folderUid}"` }));
    const { id } = folder;
    if (typeof id === 'number') return { folderId: id };
    throw new Fault(GRAFANA_CODE.unexpected, `Cannot place a dashboard: the folder "${folderUid}" has no number`, {
      exit: EXIT.unavailable,
    });
  }

  return {
    kind: 'dashboard',
    read,
    look: async (wanted, isOurs) => {
      const hits = await searchAll(session, 'dash-db');
      const ours = hits
        .map((hit) => ({
          id: text(hit['uid']),
          title: text(hit['title']),
          folderUid: text(hit['folderUid']),
          tags: texts(hit['tags']),
        }))
        .filter((hit) => isOurs({ ...hit, labels: {} }))
        .map(({ id }) => id);
      const objects = await mapFew([...new Set([...wanted, ...ours])], read);
      return { objects: objects.filter((one) => one !== null), blind: [] };
    },
    write: async ({ id, title, spec }, held, { overwrite, message }) => {
      const { handle } = held ?? { handle: { version: 0, number: null } };
      const model = {
        ...without(spec, ['folderUid', 'iteration']),
        uid: id,
        id: handle['number'] ?? null,
        version: handle['version'] ?? 0,
      };
      const body = { dashboard: model, ...(await placeOf(text(spec['folderUid']))), overwrite, message };
      await session.call({
        method: 'POST',
        path: '/api/dashboards/db',
        body,
        action: `write the dashboard "${title}"`,
      });
    },
    remove: async ({ id, title }) => {
      await session.call({ method: 'DELETE', path: pathOf(id), action: `remove the dashboard "${title}"` });
    },
  };
}

function provisionedBy(file: string): string {
  const from = file === '' ? "the server's own files" : `the server's file ${file}`;
  return `provisioned from ${from}: deploy it there, or let its provider have allowUiUpdates: true`;
}

function pathOf(uid: string): string {
  return `/api/dashboards/uid/${encodeURIComponent(uid)}`;
}
