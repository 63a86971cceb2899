// What a push would do: the actions, in an order in which each finds what it needs.

import { sha256 } from '../../base/digest.ts';
import { GRAFANA_KINDS, type GrafanaKind, type GrafanaObject } from '../../base/grafana-objects.ts';
import { stableJson } from '../../base/json.ts';
import type { Finding } from './drift.ts';
import { normalizeSpec } from './normalize.ts';

export type Verb = 'create' | 'update' | 'remove';

export interface Action {
  readonly verb: Verb;
  readonly kind: GrafanaKind;
  readonly id: string;
  readonly title: string;
  /** Of what the files want; null for a removal. */
  readonly wanted: string | null;
  /** Of what the server had when the plan was made; null for a creation. */
  readonly held: string | null;
}

export interface Plan {
  readonly actions: readonly Action[];
  /** What the server will not let anybody change. */
  readonly blocked: readonly Finding[];
  /** Extra objects that stay, because nobody asked to remove them. */
  readonly left: readonly Finding[];
}

export function planPush(findings: readonly Finding[], prune: boolean): Plan {
  const blocked = findings.filter(({ state, held }) => held?.lockedBy != null && (state !== 'extra' || prune));
  const open = findings.filter((finding) => !blocked.includes(finding));
  const extra = open.filter(({ state }) => state === 'extra');
  const inOrder = (order: readonly GrafanaKind[], some: readonly Finding[]): Finding[] =>
    order.flatMap((kind) => some.filter((finding) => finding.kind === kind));
  const writes = inOrder(GRAFANA_KINDS, byParents(open.filter(({ state }) => state !== 'extra')));
  // What lies in a folder goes before the folder does, and inner folders before outer ones.
  const removals = prune ? inOrder([...GRAFANA_KINDS].reverse(), byParents(extra).reverse()) : [];
  return { actions: [...writes, ...removals].map(toAction), blocked, left: prune ? [] : extra };
}

export function digestOf({ kind, spec }: Pick<GrafanaObject, 'kind' | 'spec'>): string {
  return sha256(stableJson(normalizeSpec(kind, spec)));
}

/** Outer folders first; everything else as it comes. */
function byParents(findings: readonly Finding[]): Finding[] {
  const folders = new Map(findings.filter(({ kind }) => kind === 'folder').map((finding) => [finding.id, finding]));
  const depth = ({ id }: Finding): number => {
    let levels = 0;
    for (let at = folders.get(id); at !== undefined && levels < folders.size; levels += 1) {
      at = folders.get(String((at.wanted ?? at.held)?.spec['parentUid']));
    }
    return levels;
  };
  return [...findings].sort((left, right) => depth(left) - depth(right));
}

function toAction({ kind, id, title, state, wanted, held }: Finding): Action {
  return {
    verb: VERBS[state],
    kind,
    id,
    title,
    wanted: wanted === null ? null : digestOf(wanted),
    held: held === null ? null : digestOf(held),
  };
}

const VERBS = { missing: 'create', changed: 'update', extra: 'remove' } as const;
