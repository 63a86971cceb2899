// What Grafana's stand-in holds, which version it plays, and the words it answers with.

import type { StandInAnswer } from './json-server.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface GrafanaAnnotation {
  readonly id: number;
  readonly time: number;
  readonly timeEnd: number;
  readonly text: string;
  readonly tags: readonly string[];
  readonly dashboardId: number;
  readonly panelId: number;
}

export interface GrafanaDashboard {
  readonly id: number;
  readonly uid: string;
  readonly title: string;
  readonly folderUid: string;
  readonly version: number;
  readonly model: Fields;
  /** The file on the server that it comes from: then it cannot be saved. */
  readonly provisionedFrom?: string;
  /** Of the last save. */
  readonly message?: string;
}

export interface GrafanaFolder {
  readonly id: number;
  readonly uid: string;
  readonly title: string;
  readonly parentUid: string;
  readonly version: number;
}

export interface GrafanaDatasource {
  readonly id: number;
  readonly uid: string;
  readonly name: string;
  readonly type: string;
  readonly version: number;
  /** Provisioned from a file. */
  readonly readOnly: boolean;
  /** Everything else that it shows. */
  readonly fields: Fields;
  readonly secrets: Readonly<Record<string, string>>;
}

export type Provenance = '' | 'api' | 'file';

export interface GrafanaRule {
  readonly uid: string;
  readonly title: string;
  readonly folderUid: string;
  readonly group: string;
  readonly provenance: Provenance;
  readonly fields: Fields;
}

export interface GrafanaContactPoint {
  readonly uid: string;
  readonly name: string;
  readonly type: string;
  readonly settings: Fields;
  readonly secrets: Readonly<Record<string, string>>;
  readonly disableResolveMessage: boolean;
  readonly provenance: Provenance;
}

export interface Named {
  readonly fields: Fields;
  readonly provenance: Provenance;
}

/** Keyed by uid, or by name where there is none; routes of others keep their own parts beside it. */
export interface GrafanaState {
  readonly version: string;
  /** Folders in folders: a feature flag from 10, usual from 11. */
  readonly nestedFolders: boolean;
  readonly annotations: Map<number, GrafanaAnnotation>;
  readonly dashboards: Map<string, GrafanaDashboard>;
  readonly folders: Map<string, GrafanaFolder>;
  readonly datasources: Map<string, GrafanaDatasource>;
  readonly rules: Map<string, GrafanaRule>;
  /** Seconds between evaluations, by `folder/group`. */
  readonly intervals: Map<string, number>;
  readonly contactPoints: Map<string, GrafanaContactPoint>;
  readonly policies: { tree: Fields; provenance: Provenance };
  readonly muteTimings: Map<string, Named>;
  readonly templates: Map<string, Named>;
}

const DEFAULT_RECEIVER = 'grafana-default-email';
const DEFAULT_POLICIES: Fields = { receiver: DEFAULT_RECEIVER, group_by: ['grafana_folder', 'alertname'] };

export function createGrafanaState(version: string, nestedFolders = majorOf(version) >= 11): GrafanaState {
  const email: GrafanaContactPoint = {
    uid: 'default-email',
    name: DEFAULT_RECEIVER,
    type: 'email',
    settings: { addresses: '<example@email.com>' },
    secrets: {},
    disableResolveMessage: false,
    provenance: '',
  };
  return {
    version,
    nestedFolders,
    annotations: new Map(),
    dashboards: new Map(),
    folders: new Map(),
    datasources: new Map(),
    rules: new Map(),
    intervals: new Map(),
    contactPoints: new Map([[email.uid, email]]),
    policies: { tree: DEFAULT_POLICIES, provenance: '' },
    muteTimings: new Map(),
    templates: new Map(),
  };
}

export function resetPolicies({ policies }: GrafanaState): void {
  policies.tree = DEFAULT_POLICIES;
  policies.provenance = '';
}

export function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}

/** `9.4` and later, say: major and minor compared as numbers. */
export function isAtLeast({ version }: Pick<GrafanaState, 'version'>, major: number, minor = 0): boolean {
  const [have = 0, below = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return have > major || (have === major && below >= minor);
}

export function grafanaMessage(status: number, message: string, more: Fields = {}): StandInAnswer {
  return { status, body: { message, ...more } };
}

/** Ids grow and are never used twice. */
export function nextId(held: Iterable<{ readonly id: number }>): number {
  let most = 0;
  for (const { id } of held) most = Math.max(most, id);
  return most + 1;
}

/** What is wrong with a uid, in Grafana's words; null: nothing. */
export function judgeUid(uid: string): string | null {
  if (uid.length > 40) return 'uid too long, max 40 characters';
  return /^[a-zA-Z0-9_-]*$/.test(uid) ? null : 'uid contains illegal characters';
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

/** By the rule of the provisioning API: what was made one way is not changed another way. Null: allowed. */
export function judgeProvenance(
  state: GrafanaState,
  held: Provenance,
  wanted: Provenance,
  isRule: boolean,
): StandInAnswer | null {
  if (held === wanted || held === '') return null;
  // Rules alone may go from "api" to editable, since 9.5.
  if (isRule && held === 'api' && wanted === '' && isAtLeast(state, 9, 5)) return null;
  const status = isAtLeast(state, 13, 1) ? 409 : 500;
  return grafanaMessage(status, `cannot change provenance from '${held}' to '${wanted}'`);
}

export function provenanceOf(headers: Readonly<Record<string, string>>): Provenance {
  return headers['x-disable-provenance'] === undefined ? 'api' : '';
}
