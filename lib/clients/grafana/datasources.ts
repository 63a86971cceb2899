// Datasources of a Grafana. Their secrets go in and are never shown again: only their names are.

import { DATASOURCE_KEYS, type LiveObject, REDACTED } from '../../base/grafana-objects.ts';
import type { JsonObject } from '../../base/json.ts';
import { pick, record, records, text } from './fields.ts';
import { type KindClient, mapFew } from './kind-client.ts';
import type { Session } from './session.ts';

/** Before 9.0 a datasource was changed by its number. */
const FIRST_BY_UID = 9;

export function createDatasources(session: Session): KindClient {
  async function list(): Promise<JsonObject[]> {
    const action = 'list datasources';
    return records(await session.call({ method: 'GET', path: '/api/datasources', action, wants: 'list' }));
  }

  async function readEntry(entry: JsonObject): Promise<LiveObject | null> {
    const action = `read the datasource "${text(entry['name'])}"`;
    const found = await session.find({ method: 'GET', path: await pathOf(entry), action });
    return found === null ? null : toLive(record(found));
  }

  async function pathOf(entry: JsonObject): Promise<string> {
    const isByUid = await session.isAtLeast(FIRST_BY_UID);
    return isByUid
      ? `/api/datasources/uid/${encodeURIComponent(text(entry['uid']))}`
      : `/api/datasources/${String(entry['id'])}`;
  }

  return {
    kind: 'datasource',
    read: async (id) => {
      const entry = (await list()).find(({ uid }) => uid === id);
      return entry === undefined ? null : readEntry(entry);
    },
    look: async (wanted, isOurs) => {
      const entries = (await list()).filter(
        ({ uid, name }) =>
          wanted.includes(text(uid)) ||
          isOurs({ id: text(uid), title: text(name), folderUid: '', tags: [], labels: {} }),
      );
      const objects = await mapFew(entries, readEntry);
      return { objects: objects.filter((one) => one !== null), blind: [] };
    },
    write: async ({ id, title, spec }, held, { overwrite }) => {
      const action = `write the datasource "${title}"`;
      const body = { access: 'proxy', ...spec, uid: id };
      if (held === null) {
        await session.call({ method: 'POST', path: '/api/datasources', body, action });
        return;
      }
      const version = overwrite ? {} : { version: held.handle['version'] ?? 0 };
      await session.call({
        method: 'PUT',
        path: await pathOf({ uid: id, id: held.handle['number'] ?? 0 }),
        body: { ...body, ...version },
        action,
      });
    },
    remove: async ({ id, title, handle }) => {
      const path = await pathOf({ uid: id, id: handle['number'] ?? 0 });
      await session.call({ method: 'DELETE', path, action: `remove the datasource "${title}"` });
    },
  };
}

function toLive(found: JsonObject): LiveObject {
  const kept = Object.keys(record(found['secureJsonFields'])).filter(
    (key) => record(found['secureJsonFields'])[key] === true,
  );
  const secrets = Object.fromEntries(kept.map((key) => [key, REDACTED]));
  return {
    kind: 'datasource',
    id: text(found['uid']),
    title: text(found['name']),
    spec: { ...pick(found, DATASOURCE_KEYS), secureJsonData: secrets },
    lockedBy:
      found['readOnly'] === true
        ? "provisioned from the server's own files: change it there, or take it out of there first"
        : null,
    handle: { version: found['version'] ?? 0, number: found['id'] ?? 0 },
  };
}
