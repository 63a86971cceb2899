// Drift in words and as a document: kind, object, path, and both values.

import { type GrafanaKind, KIND_NAMES } from '../../../base/grafana-objects.ts';
import type { Json, JsonObject } from '../../../base/json.ts';
import type { Paint } from '../../../base/paint.ts';
import { oneLine } from '../../../base/sanitize.ts';
import type { Difference } from '../../../domain/grafana/compare.ts';
import type { Finding, UnknownValue } from '../../../domain/grafana/drift.ts';
import type { KindLook, Look } from './look.ts';

/** Longer values are cut for people; the document has them whole. */
const LONGEST_VALUE = 100;
const MOST_PATHS = 12;

export function driftDocument({ url, version, kinds }: Look): JsonObject {
  return { url, grafana_version: version, kinds: kinds.map(kindDocument) };
}

function kindDocument(look: KindLook): JsonObject {
  const { kind, state, wanted } = look;
  if (look.state !== 'looked') return { kind, state, wanted, reason: look.reason };
  const { findings, unknown } = look.drift;
  return {
    kind,
    state,
    wanted,
    found: look.held.length,
    findings: findings.map(findingDocument),
    unknown: unknown.map((one) => ({ ...one })),
    ...(look.blind.length === 0 ? {} : { blind: look.blind }),
  };
}

export function findingDocument({ id, title, state, differences, held }: Finding): JsonObject {
  return {
    id,
    title,
    state,
    differences: differences.map(({ path, here, there }) => ({ path, here: here ?? null, there: there ?? null })),
    ...(held === null || held.lockedBy === null ? {} : { locked_by: held.lockedBy }),
  };
}

export function driftLines({ kinds }: Look, paint: Paint): string[] {
  return kinds.flatMap((look, at) =>
    look.state === 'looked' ? seenLines(look, paint) : unseenLines(kinds, at, paint),
  );
}

/** One line for all that follow each other with the same reason. */
function unseenLines(kinds: readonly KindLook[], at: number, paint: Paint): string[] {
  const look = kinds[at];
  if (look === undefined || look.state === 'looked') return [];
  const isSame = (other: KindLook | undefined): boolean =>
    other !== undefined && other.state === look.state && other.reason === look.reason;
  if (isSame(kinds[at - 1])) return [];
  const end = kinds.findIndex((other, index) => index > at && !isSame(other));
  const same = kinds.slice(at, end < 0 ? kinds.length : end);
  const names = same.map(({ kind }) => KIND_NAMES[kind][1]).join(', ');
  // Kinds that nothing is wanted of and that the server has not: no loss, but no proof either.
  const isHarmless = look.state === 'not on this version' && same.every(({ wanted }) => wanted === 0);
  const hint = look.hint === null ? [] : [paint.faint(`    ${look.hint}`)];
  return [
    `${isHarmless ? paint.faint('–') : paint.bad('?')} ${names}: ${look.state}: ${oneLine(look.reason, 300)}`,
    ...hint,
  ];
}

function seenLines(look: Extract<KindLook, { state: 'looked' }>, paint: Paint): string[] {
  const many = KIND_NAMES[look.kind][1];
  const { findings, unknown } = look.drift;
  const blind = look.blind.map((line) => `${paint.warn('!')} ${many}: ${line}`);
  const unset = unknown.map((one) => unknownLine(look.kind, one, paint));
  if (findings.length === 0) {
    if (look.wanted === 0 && look.held.length === 0)
      return [`${paint.faint('–')} ${many}: none in the files`, ...blind];
    const same = unknown.length === 0 ? [`${paint.good('✓')} ${many}: ${look.wanted} as in the files`] : [];
    return [...same, ...unset, ...blind];
  }
  return [...findings.flatMap((finding) => findingLines(finding, paint)), ...unset, ...blind];
}

export function findingLines(finding: Finding, paint: Paint): string[] {
  const { kind, title, state, differences, held } = finding;
  const name = `${nameOf(kind, title)}${finding.id === title || kind === 'policy' ? '' : paint.faint(` (${finding.id})`)}`;
  const marks = { missing: paint.bad('−'), extra: paint.warn('+'), changed: paint.warn('~') };
  const words = {
    missing: 'missing in Grafana',
    extra: 'not in the files',
    changed: `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}`,
  };
  const locked = held?.lockedBy === null || held === null ? [] : [paint.faint(`    ${held.lockedBy}`)];
  return [`${marks[state]} ${name}: ${words[state]}`, ...differenceLines(differences, paint), ...locked];
}

export function differenceLines(differences: readonly Difference[], paint: Paint): string[] {
  const shown = differences
    .slice(0, MOST_PATHS)
    .flatMap(({ path, here, there }) => [
      `    ${paint.strong(path)}`,
      `      files    ${showValue(here)}`,
      `      Grafana  ${showValue(there)}`,
    ]);
  const more = differences.length - MOST_PATHS;
  return more > 0 ? [...shown, paint.faint(`    … and ${more} more: --json has all`)] : shown;
}

export function unknownLine(kind: GrafanaKind, { title, path, why }: UnknownValue, paint: Paint): string {
  return `${paint.bad('?')} ${nameOf(kind, title)}: ${path}: ${why}`;
}

/** Each on one line, for the story. */
export function differenceWords({ path, here, there }: Difference): string {
  return `${path}: files ${showValue(here)}, Grafana ${showValue(there)}`;
}

export function nameOf(kind: GrafanaKind, title: string): string {
  return kind === 'policy' ? KIND_NAMES.policy[0] : `${KIND_NAMES[kind][0]} ${oneLine(title, 80)}`;
}

function showValue(value: Json | undefined): string {
  return value === undefined ? 'not set' : oneLine(JSON.stringify(value), LONGEST_VALUE);
}
