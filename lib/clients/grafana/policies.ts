// The notification policies of a Grafana: one tree, read and replaced whole.

import { type LiveObject, POLICIES_ID } from '../../base/grafana-objects.ts';
import { lockOf, markOf, needAlerting, PROVISIONING } from './alerting.ts';
import { record, text, without } from './fields.ts';
import type { KindClient } from './kind-client.ts';
import type { Session } from './session.ts';

const PATH = `${PROVISIONING}/policies`;

export function createPolicies(session: Session): KindClient {
  async function read(): Promise<LiveObject> {
    await needAlerting(session);
    const found = record(await session.call({ method: 'GET', path: PATH, action: 'read the notification policies' }));
    const provenance = text(found['provenance']);
    return {
      kind: 'policy',
      id: POLICIES_ID,
      title: 'notification policies',
      spec: without(found, ['provenance']),
      lockedBy: lockOf(provenance),
      handle: { provenance },
    };
  }

  return {
    kind: 'policy',
    read,
    // A tree that no file describes is nobody's business.
    look: async (wanted) => {
      await needAlerting(session);
      return { objects: wanted.length === 0 ? [] : [await read()], blind: [] };
    },
    write: async ({ spec }, held) => {
      await session.call({
        method: 'PUT',
        path: PATH,
        body: spec,
        headers: markOf(text(held?.handle['provenance'])),
        action: 'replace the notification policies',
        wants: 'anything',
      });
    },
    remove: async ({ handle }) => {
      await session.call({
        method: 'DELETE',
        path: PATH,
        headers: markOf(text(handle['provenance'])),
        action: 'reset the notification policies',
        wants: 'anything',
      });
    },
  };
}
