// Folders of a Grafana.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { LiveObject } from '../../base/grafana-objects.ts';
import { oneLine } from '../../base/sanitize.ts';
import { record, text } from './fields.ts';
import { type KindClient, mapFew } from './kind-client.ts';
import { searchAll } from './search.ts';
import { GRAFANA_CODE, type Session } from './session.ts';

export function createFolders(session: Session): KindClient {
  async function read(id: string): Promise<LiveObject | null> {
    const found = await session.find({ method: 'GET', path: pathOf(id), action: `read the folder "${id}"` });
    if (found === null) return null;
    const { uid, title, parentUid, version, id: number } = record(found);
    return {
      kind: 'folder',
      id: text(uid),
      title: text(title),
      spec: { title: text(title), parentUid: text(parentUid) },
      lockedBy: null,
      handle: { version: version ?? 0, number: number ?? 0 },
    };
  }

  return {
    kind: 'folder',
    read,
    look: async (wanted, isOurs) => {
      const hits = await searchAll(session, 'dash-folder');
      const ours = hits
        .map((hit) => ({ id: text(hit['uid']), title: text(hit['title']), folderUid: text(hit['folderUid']) }))
        .filter((hit) => isOurs({ ...hit, tags: [], labels: {} }))
        .map(({ id }) => id);
      const objects = await mapFew([...new Set([...wanted, ...ours])], read);
      return { objects: objects.filter((one) => one !== null), blind: [] };
    },
    write: async ({ id, title, spec }, held, { overwrite }) => {
      const parentUid = text(spec['parentUid']);
      const action = `write the folder "${title}"`;
      if (held === null) {
        const body = { uid: id, title, ...(parentUid === '' ? {} : { parentUid }) };
        await session.call({ method: 'POST', path: '/api/folders', body, action });
        return;
      }
      if (text(held.spec['parentUid']) !== parentUid) {
        const moved = await session.find({ method: 'POST', path: `${pathOf(id)}/move`, body: { parentUid }, action });
        if (moved === null) throw withoutNesting(title);
      }
      if (held.title === title) return;
      // Moving counts as a change.
      const { handle } = (await read(id)) ?? held;
      const body = { title, version: handle['version'] ?? 0, overwrite };
      await session.call({ method: 'PUT', path: pathOf(id), body, action });
    },
    remove: async ({ id, title }) => {
      const inside = await contentsOf(session, id);
      if (inside.length > 0) throw notEmpty(title, inside);
      await session.call({ method: 'DELETE', path: pathOf(id), action: `remove the folder "${title}"` });
    },
  };
}

/** Removing a folder removes what lies in it, whoever put it there. Rules keep it from that by themselves. */
async function contentsOf(session: Session, id: string): Promise<string[]> {
  const hits = [...(await searchAll(session, 'dash-db')), ...(await searchAll(session, 'dash-folder'))];
  return hits.filter((hit) => hit['folderUid'] === id).map((hit) => text(hit['title']));
}

function notEmpty(title: string, inside: readonly string[]): Fault {
  const names = inside.slice(0, 5).map((name) => `"${oneLine(name, 60)}"`);
  const more = inside.length > names.length ? ', …' : '';
  return new Fault(
    GRAFANA_CODE.notEmpty,
    `Cannot remove the folder "${title}": ${names.join(', ')}${more} still lie in it and would go with it`,
    { exit: EXIT.refused, hint: 'move them elsewhere, or remove them there by hand' },
  );
}

/** A feature flag before 11. */
function withoutNesting(title: string): Fault {
  return new Fault(GRAFANA_CODE.lacking, `Cannot move the folder "${title}": this Grafana has no folders in folders`, {
    exit: EXIT.unknown,
    hint: 'switch the feature nestedFolders on there, or let the folder lie at the top',
  });
}

function pathOf(uid: string): string {
  return `/api/folders/${encodeURIComponent(uid)}`;
}
