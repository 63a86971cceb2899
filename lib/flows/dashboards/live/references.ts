// Values that provisioning files leave to the machine: read once, used when something is sent, never shown.

import type { GrafanaObject } from '../../../base/grafana-objects.ts';
import { isRecord, type Json, type JsonObject } from '../../../base/json.ts';
import { TAKES_REFERENCES } from '../../../domain/grafana/drift.ts';
import {
  fillReferences,
  findReferences,
  type LookUp,
  type Reference,
  showReference,
} from '../../../domain/grafana/references.ts';
import type { Context } from '../../../run/context.ts';
import type { Wanted } from './wanted.ts';

export interface References {
  readonly lookUp: LookUp;
  /** The text with every such value replaced by the name it has in the files. */
  mask(text: string): string;
}

/** Shorter ones are words, not secrets: masking them would make nonsense of messages. */
const SHORTEST_MASKED = 6;

export async function readReferences(ctx: Pick<Context, 'files' | 'environment'>, wanted: Wanted): Promise<References> {
  const values = new Map<string, string>();
  for (const kind of TAKES_REFERENCES) {
    for (const { spec } of wanted.objects.get(kind) ?? []) {
      for (const reference of textsOf(spec).flatMap(findReferences)) {
        const value = await read(ctx, reference);
        if (value !== undefined) values.set(showReference(reference), value);
      }
    }
  }
  const masked = [...values]
    .filter(([, value]) => value.length >= SHORTEST_MASKED)
    .sort(([, a], [, b]) => b.length - a.length);
  return {
    lookUp: (reference) => values.get(showReference(reference)),
    mask: (text) => masked.reduce((masking, [name, value]) => masking.replaceAll(value, name), text),
  };
}

async function read(
  { files, environment }: Pick<Context, 'files' | 'environment'>,
  { from, name }: Reference,
): Promise<string | undefined> {
  if (from === 'environment' && environment.get(name) !== undefined) return environment.get(name);
  const path = from === 'file' ? name : environment.get(`${name}_FILE`);
  if (path === undefined) return undefined;
  try {
    return (await files.readText(path)).trim();
  } catch {
    // As good as not set: whoever needs it says so by its name.
    return undefined;
  }
}

export interface FilledObject {
  readonly object: GrafanaObject;
  readonly missing: readonly string[];
}

/** The object as it is sent. */
export function fillObject(object: GrafanaObject, lookUp: LookUp): FilledObject {
  if (!TAKES_REFERENCES.has(object.kind)) return { object, missing: [] };
  const missing = new Set<string>();
  const visit = (value: Json): Json => {
    if (typeof value === 'string') {
      const filled = fillReferences(value, lookUp);
      for (const reference of filled.missing) missing.add(showReference(reference));
      return filled.text;
    }
    if (Array.isArray(value)) return (value as readonly Json[]).map(visit);
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value as JsonObject).map(([key, one]) => [key, visit(one ?? null)]));
  };
  return { object: { ...object, spec: visit(object.spec) as JsonObject }, missing: [...missing] };
}

function textsOf(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(textsOf);
  return isRecord(value) ? Object.values(value as JsonObject).flatMap(textsOf) : [];
}
