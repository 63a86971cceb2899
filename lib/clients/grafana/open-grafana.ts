// One Grafana: a session, and a client for each kind of object.

import type { GrafanaKind } from '../../base/grafana-objects.ts';
import { createAlertRules } from './alert-rules.ts';
import { createContactPoints } from './contact-points.ts';
import { createDashboards } from './dashboards.ts';
import { createDatasources } from './datasources.ts';
import { createFolders } from './folders.ts';
import type { Grafana, KindClient } from './kind-client.ts';
import { createPolicies } from './policies.ts';
import { createSession, type Session, type SessionOptions } from './session.ts';

const CLIENTS = {
  folder: createFolders,
  datasource: createDatasources,
  dashboard: createDashboards,
  'contact-point': createContactPoints,
  policy: createPolicies,
  'alert-rule': createAlertRules,
} satisfies Record<GrafanaKind, (session: Session) => KindClient>;

export function openGrafana(options: SessionOptions): Grafana {
  const session = createSession(options);
  return { url: options.url, version: () => session.version(), of: (kind) => CLIENTS[kind](session) };
}
