// The objects of a Grafana that this toolkit keeps: one form for what files say and for what a server answers.

import type { JsonObject } from './json.ts';

/** In the order they are written in: each needs only what comes before it. */
export const GRAFANA_KINDS = ['folder', 'datasource', 'dashboard', 'contact-point', 'policy', 'alert-rule'] as const;
export type GrafanaKind = (typeof GRAFANA_KINDS)[number];

export const KIND_NAMES: Readonly<Record<GrafanaKind, readonly [one: string, many: string]>> = {
  folder: ['folder', 'folders'],
  datasource: ['datasource', 'datasources'],
  dashboard: ['dashboard', 'dashboards'],
  'contact-point': ['contact point', 'contact points'],
  policy: ['notification policies', 'notification policies'],
  'alert-rule': ['alert rule', 'alert rules'],
};

/** What is compared of a datasource, beside its secrets. */
export const DATASOURCE_KEYS = [
  'name',
  'type',
  'access',
  'url',
  'user',
  'database',
  'basicAuth',
  'basicAuthUser',
  'withCredentials',
  'isDefault',
  'jsonData',
];

/** What is compared of an alert rule, beside its place. */
export const ALERT_RULE_KEYS = [
  'title',
  'condition',
  'data',
  'for',
  'keep_firing_for',
  'noDataState',
  'execErrState',
  'annotations',
  'labels',
  'isPaused',
  'notification_settings',
  'record',
];

/** There is one tree of policies; it has no uid. */
export const POLICIES_ID = 'policies';

/** What a server shows in place of a secret. */
export const REDACTED = '[REDACTED]';

export interface GrafanaObject {
  readonly kind: GrafanaKind;
  /** The uid. */
  readonly id: string;
  readonly title: string;
  readonly spec: JsonObject;
}

export interface LiveObject extends GrafanaObject {
  /** Why the server will not let it be changed, and what to do then; null: it may be. */
  readonly lockedBy: string | null;
  /** What the server wants back when it is changed; opaque to everybody but its client. */
  readonly handle: JsonObject;
}

/** Enough of a live object to say whether it is ours. */
export interface Glimpse {
  readonly id: string;
  readonly title: string;
  readonly folderUid: string;
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}
