// Where two values of an object differ: by path, lists by what identifies their entries, references by their values.

import { REDACTED } from '../../base/grafana-objects.ts';
import { isRecord, type Json, type JsonObject } from '../../base/json.ts';
import { fillReferences, findReferences, type LookUp, showReference } from './references.ts';

export interface Difference {
  /** `panels[Throughput].targets[A].expr` */
  readonly path: string;
  /** Undefined: not there. */
  readonly here: Json | undefined;
  readonly there: Json | undefined;
}

export interface Compared {
  readonly differences: readonly Difference[];
  /** Paths whose value in the files is not known on this machine. */
  readonly unknown: readonly { readonly path: string; readonly why: string }[];
}

const IDENTITIES = ['uid', 'refId', 'id', 'name', 'title'] as const;

export function compareSpecs(here: JsonObject, there: JsonObject, lookUp: LookUp | null): Compared {
  const differences: Difference[] = [];
  const unknown: { path: string; why: string }[] = [];
  compare(here, there, '', { differences, unknown, lookUp });
  return { differences, unknown };
}

interface Comparing {
  readonly differences: Difference[];
  readonly unknown: { path: string; why: string }[];
  /** Null: a `$` is a `$` in such objects. */
  readonly lookUp: LookUp | null;
}

function compare(here: Json | undefined, there: Json | undefined, path: string, to: Comparing): void {
  if (here === there) return;
  // What a server does not show cannot be compared; that it is there can.
  if (there === REDACTED && here !== undefined) return;
  if (isRecord(here) && isRecord(there)) {
    compareRecords(here as JsonObject, there as JsonObject, path, to);
    return;
  }
  if (Array.isArray(here) && Array.isArray(there)) {
    compareLists(here as Json[], there as Json[], path, to);
    return;
  }
  if (
    typeof here === 'string' &&
    there !== undefined &&
    to.lookUp !== null &&
    compareFilled(here, there, path, to, to.lookUp)
  )
    return;
  to.differences.push({ path, here, there });
}

/** Answers whether it has settled the matter. */
function compareFilled(here: string, there: Json, path: string, to: Comparing, lookUp: LookUp): boolean {
  const { text, missing } = fillReferences(here, lookUp);
  if (missing[0] !== undefined) {
    to.unknown.push({ path, why: `${showReference(missing[0])} is not set here` });
    return true;
  }
  if (text === String(there)) return true;
  if (findReferences(here).length === 0) return false;
  // It may be a secret that a server of this version shows.
  to.differences.push({ path, here, there: '(another value)' });
  return true;
}

function compareRecords(here: JsonObject, there: JsonObject, path: string, to: Comparing): void {
  for (const key of [...new Set([...Object.keys(here), ...Object.keys(there)])].sort()) {
    const inner = /^[A-Za-z_][\w-]*$/.test(key) ? key : JSON.stringify(key);
    compare(fieldOf(here, key), fieldOf(there, key), path === '' ? inner : `${path}.${inner}`, to);
  }
}

function compareLists(here: readonly Json[], there: readonly Json[], path: string, to: Comparing): void {
  const isPlain = ![...here, ...there].some((entry) => typeof entry === 'object' && entry !== null);
  // A list of words is one value to whoever reads about it.
  if (isPlain) {
    if (JSON.stringify(here) !== JSON.stringify(there)) to.differences.push({ path, here, there });
    return;
  }
  const identity = IDENTITIES.find((name) => identifies(name, here) && identifies(name, there));
  if (identity === undefined) {
    for (let at = 0; at < Math.max(here.length, there.length); at += 1)
      compare(here[at], there[at], `${path}[${at}]`, to);
    return;
  }
  const byKey = (list: readonly Json[]): Map<string, JsonObject> =>
    new Map(list.map((entry) => [String((entry as JsonObject)[identity]), entry as JsonObject]));
  const [left, right] = [byKey(here), byKey(there)];
  const all = [...here, ...there] as JsonObject[];
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const entry = left.get(key) ?? right.get(key);
    compare(left.get(key), right.get(key), `${path}[${nameOf(entry, key, all)}]`, to);
  }
}

function identifies(name: string, list: readonly Json[]): boolean {
  const keys = list.map((entry) => (isRecord(entry) ? entry[name] : undefined));
  const isPlain = keys.every((key) => (typeof key === 'string' && key !== '') || typeof key === 'number');
  return isPlain && new Set(keys.map(String)).size === list.length;
}

/** A title says more than a number, where it says which one. */
function nameOf(entry: JsonObject | undefined, key: string, all: readonly JsonObject[]): string {
  const title = entry?.['title'];
  if (typeof title !== 'string' || title === '') return key;
  const others = all.filter((one) => one['title'] === title && one['id'] !== entry?.['id']);
  return others.length === 0 ? title : `${title} #${key}`;
}

function fieldOf(record: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
