// Contact points of a Grafana: each receiver is an object of its own.

import type { LiveObject } from '../../base/grafana-objects.ts';
import type { JsonObject } from '../../base/json.ts';
import { lockOf, markOf, needAlerting, PROVISIONING } from './alerting.ts';
import { record, records, text } from './fields.ts';
import type { KindClient } from './kind-client.ts';
import type { Session } from './session.ts';

const PATH = `${PROVISIONING}/contact-points`;

export function createContactPoints(session: Session): KindClient {
  async function list(): Promise<LiveObject[]> {
    await needAlerting(session);
    const found = await session.call({ method: 'GET', path: PATH, action: 'list contact points', wants: 'list' });
    return records(found).map(toLive);
  }

  return {
    kind: 'contact-point',
    read: async (id) => (await list()).find((one) => one.id === id) ?? null,
    look: async (wanted, isOurs) => {
      const objects = (await list()).filter(
        ({ id, title }) => wanted.includes(id) || isOurs({ id, title, folderUid: '', tags: [], labels: {} }),
      );
      return { objects, blind: [] };
    },
    write: async ({ id, title, spec }, held) => {
      const headers = markOf(text(held?.handle['provenance']));
      const body = { ...spec, uid: id };
      const action = `write the contact point "${title}"`;
      if (held === null) await session.call({ method: 'POST', path: PATH, body, headers, action, wants: 'anything' });
      else
        await session.call({
          method: 'PUT',
          path: `${PATH}/${encodeURIComponent(id)}`,
          body,
          headers,
          action,
          wants: 'anything',
        });
    },
    remove: async ({ id, title, handle }) => {
      await session.call({
        method: 'DELETE',
        path: `${PATH}/${encodeURIComponent(id)}`,
        headers: markOf(text(handle['provenance'])),
        action: `remove the contact point "${title}"`,
        wants: 'anything',
      });
    },
  };
}

function toLive(found: JsonObject): LiveObject {
  const provenance = text(found['provenance']);
  const [name, type] = [text(found['name']), text(found['type'])];
  return {
    kind: 'contact-point',
    id: text(found['uid']),
    title: `${name} (${type})`,
    spec: {
      name,
      type,
      settings: record(found['settings']),
      disableResolveMessage: found['disableResolveMessage'] === true,
    },
    lockedBy: lockOf(provenance),
    handle: { provenance },
  };
}
