// The Grafana of a dry run: looks are real, writes are only pretended, and later looks show what was pretended.

import type { GrafanaKind, LiveObject } from '../../base/grafana-objects.ts';
import type { Grafana, KindClient } from './kind-client.ts';

export function createDryRunGrafana(real: Grafana): Grafana {
  const clients = new Map<GrafanaKind, KindClient>();
  return {
    ...real,
    of: (kind) => {
      const client = clients.get(kind) ?? pretending(real.of(kind));
      clients.set(kind, client);
      return client;
    },
  };
}

function pretending(real: KindClient): KindClient {
  /** Null: pretended to be gone. */
  const pretended = new Map<string, LiveObject | null>();
  return {
    kind: real.kind,
    look: (wanted, isOurs) => real.look(wanted, isOurs),
    read: async (id) => (pretended.has(id) ? (pretended.get(id) ?? null) : real.read(id)),
    write: async (wanted) => {
      pretended.set(wanted.id, { ...wanted, lockedBy: null, handle: {} });
    },
    remove: async ({ id }) => {
      pretended.set(id, null);
    },
  };
}
