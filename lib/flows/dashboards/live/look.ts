// A look at a live Grafana, kind by kind: what could not be looked at is said, never taken for "as it should be".

import { describeError, isFault } from '../../../base/fault.ts';
import { GRAFANA_KINDS, type GrafanaKind, KIND_NAMES, type LiveObject } from '../../../base/grafana-objects.ts';
import type { Grafana } from '../../../clients/grafana/kind-client.ts';
import { type Drift, findDrift } from '../../../domain/grafana/drift.ts';
import { isOurs } from '../../../domain/grafana/ownership.ts';
import type { LookUp } from '../../../domain/grafana/references.ts';
import type { Context } from '../../../run/context.ts';
import type { Invocation } from '../../../run/invocation.ts';
import type { Wanted } from './wanted.ts';

export type KindLook =
  | {
      readonly state: 'looked';
      readonly kind: GrafanaKind;
      readonly wanted: number;
      readonly held: readonly LiveObject[];
      readonly drift: Drift;
      /** What even this look could not see. */
      readonly blind: readonly string[];
    }
  | {
      /** The server is too old for it, or could not be asked. */
      readonly state: 'not on this version' | 'could not look';
      readonly kind: GrafanaKind;
      readonly wanted: number;
      readonly reason: string;
      readonly hint: string | null;
    };

export interface Look {
  readonly url: string;
  readonly version: string | null;
  readonly kinds: readonly KindLook[];
  /** As this server can have it. */
  readonly wanted: Wanted;
}

export function chosenKinds(invocation: Invocation): readonly GrafanaKind[] {
  const only = invocation.texts('only');
  return only.length === 0 ? GRAFANA_KINDS : GRAFANA_KINDS.filter((kind) => only.includes(kind));
}

const LACKING = 'grafana version lacks this';
/** What says as much about every other kind. */
const SAID_FOR_ALL = new Set(['grafana token refused', 'remote redirects', 'remote answer unexpected']);

export async function lookAtGrafana(
  ctx: Pick<Context, 'progress' | 'signal'>,
  grafana: Grafana,
  files: Wanted,
  kinds: readonly GrafanaKind[],
  lookUp: LookUp,
): Promise<Look> {
  let wanted = files;
  const looks: KindLook[] = [];
  const count = (kind: GrafanaKind): number => wanted.objects.get(kind)?.length ?? 0;
  let whyNone: { reason: string; hint: string | null } | null = null;
  let version: string | null = null;
  try {
    version = await grafana.version();
    wanted = isFlat(version) ? withoutNesting(files) : files;
  } catch (error) {
    if (ctx.signal.aborted) throw error;
    whyNone = whyOf(error);
  }
  for (const kind of kinds) {
    if (whyNone !== null) {
      looks.push({ state: 'could not look', kind, wanted: count(kind), ...whyNone });
      continue;
    }
    ctx.progress.update(`looking at ${KIND_NAMES[kind][1]} of ${grafana.url}`);
    try {
      const seen = await lookAtKind(grafana, wanted, kind, lookUp);
      const isFlattened = kind === 'folder' && wanted !== files;
      looks.push(
        isFlattened
          ? { ...seen, blind: [...seen.blind, `Grafana ${version} has no folders in folders: all lie at its top`] }
          : seen,
      );
    } catch (error) {
      if (ctx.signal.aborted || !isFault(error)) throw error;
      const why = whyOf(error);
      const state = error.code === LACKING ? 'not on this version' : 'could not look';
      looks.push({ state, kind, wanted: count(kind), ...why });
      if (SAID_FOR_ALL.has(error.code) || error.code.startsWith('http ')) whyNone = why;
    }
  }
  return { url: grafana.url, version, kinds: looks, wanted };
}

type Seen = Extract<KindLook, { state: 'looked' }>;

async function lookAtKind(grafana: Grafana, wanted: Wanted, kind: GrafanaKind, lookUp: LookUp): Promise<Seen> {
  const objects = wanted.objects.get(kind) ?? [];
  const { objects: held, blind } = await grafana.of(kind).look(
    objects.map(({ id }) => id),
    (seen) => wanted.isWhole && isOurs(kind, seen, wanted.own),
  );
  return { state: 'looked', kind, wanted: objects.length, held, drift: findDrift(objects, held, lookUp), blind };
}

function whyOf(error: unknown): { reason: string; hint: string | null } {
  return { reason: describeError(error), hint: isFault(error) ? (error.hint ?? null) : null };
}

/** Folders lie in folders since 10 at the earliest. */
function isFlat(version: string | null): boolean {
  return version !== null && Number.parseInt(version, 10) < 10;
}

function withoutNesting(wanted: Wanted): Wanted {
  const folders = wanted.objects.get('folder') ?? [];
  if (folders.every(({ spec }) => spec['parentUid'] === '')) return wanted;
  const flat = folders.map((folder) => ({ ...folder, spec: { ...folder.spec, parentUid: '' } }));
  return { ...wanted, objects: new Map([...wanted.objects, ['folder', flat]]) };
}
