// Drift of one kind: what the files want against what a server has.

import type { GrafanaKind, GrafanaObject, LiveObject } from '../../base/grafana-objects.ts';
import { type Compared, compareSpecs, type Difference } from './compare.ts';
import { withoutExportedVariables } from './datasource-variables.ts';
import { normalizeSpec } from './normalize.ts';
import type { LookUp } from './references.ts';

export interface Finding {
  readonly kind: GrafanaKind;
  readonly id: string;
  readonly title: string;
  readonly state: 'missing' | 'extra' | 'changed';
  readonly differences: readonly Difference[];
  readonly wanted: GrafanaObject | null;
  readonly held: LiveObject | null;
}

export interface UnknownValue {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  readonly why: string;
}

export interface Drift {
  readonly findings: readonly Finding[];
  readonly unknown: readonly UnknownValue[];
}

export function findDrift(wanted: readonly GrafanaObject[], held: readonly LiveObject[], lookUp: LookUp): Drift {
  const findings: Finding[] = [];
  const unknown: UnknownValue[] = [];
  const there = new Map(held.map((object) => [object.id, object]));
  for (const object of wanted) {
    const { kind, id, title } = object;
    const live = there.get(id);
    there.delete(id);
    if (live === undefined) {
      findings.push({ kind, id, title, state: 'missing', differences: [], wanted: object, held: null });
      continue;
    }
    const compared = compareObjects(object, live, lookUp);
    unknown.push(...compared.unknown.map((one) => ({ id, title, ...one })));
    const { differences } = compared;
    if (differences.length > 0)
      findings.push({ kind, id, title, state: 'changed', differences, wanted: object, held: live });
  }
  for (const live of there.values()) {
    const { kind, id, title } = live;
    findings.push({ kind, id, title, state: 'extra', differences: [], wanted: null, held: live });
  }
  return { findings, unknown };
}

/** As Grafana reads its provisioning files: in these a `$` begins a reference, and `$$` is one. */
export const TAKES_REFERENCES: ReadonlySet<GrafanaKind> = new Set(['datasource', 'contact-point', 'alert-rule']);

export function compareObjects(wanted: GrafanaObject, held: LiveObject, lookUp: LookUp): Compared {
  const { kind } = wanted;
  const here = kind === 'dashboard' ? withoutExportedVariables(wanted.spec, held.spec) : wanted.spec;
  return compareSpecs(
    normalizeSpec(kind, here),
    normalizeSpec(kind, held.spec),
    TAKES_REFERENCES.has(kind) ? lookUp : null,
  );
}
