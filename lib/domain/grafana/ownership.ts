// Which objects of a server are ours: what we do not own is neither drift nor ever removed.

import type { Glimpse, GrafanaKind } from '../../base/grafana-objects.ts';

/** Dashboards that carry this tag and their platform's name are ours wherever they lie. */
export const OWN_TAG = 'mdops';
export const PLATFORM_LABEL = 'platform';

export interface Ownership {
  readonly platforms: readonly string[];
  /** Uids of the folders that the files want. */
  readonly folders: ReadonlySet<string>;
}

const RULES = {
  folder: (seen, own) => hasOurPrefix(seen, own) || own.folders.has(seen.folderUid),
  datasource: hasOurPrefix,
  dashboard: (seen, { platforms, folders }) =>
    folders.has(seen.folderUid) || (seen.tags.includes(OWN_TAG) && platforms.some((name) => seen.tags.includes(name))),
  'contact-point': hasOurPrefix,
  // One tree for everybody: it is compared whole where the files have one.
  policy: () => false,
  'alert-rule': (seen, { platforms, folders }) =>
    folders.has(seen.folderUid) || platforms.includes(seen.labels[PLATFORM_LABEL] ?? ''),
} satisfies Record<GrafanaKind, (seen: Glimpse, own: Ownership) => boolean>;

export function isOurs(kind: GrafanaKind, seen: Glimpse, own: Ownership): boolean {
  return RULES[kind](seen, own);
}

function hasOurPrefix({ id }: Glimpse, { platforms }: Ownership): boolean {
  return platforms.some((name) => id.startsWith(`${name}-`));
}
