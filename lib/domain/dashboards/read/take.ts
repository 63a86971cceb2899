// Takes fields out of unknown JSON; what is of another kind than the schema says is noted once and read as absent.

import { isRecord, own } from '../../../base/json.ts';
import type { Misfit } from './dashboard.ts';
import { joinPath } from './json-lines.ts';

export interface Take {
  readonly path: string;
  readonly value: Readonly<Record<string, unknown>>;
  text(key: string): string | undefined;
  number(key: string): number | undefined;
  flag(key: string): boolean;
  /** A mapping below it; an empty one when there is none. */
  inner(key: string): Take;
  list(key: string): readonly Take[];
  values(key: string): readonly unknown[];
  has(key: string): boolean;
}

/** More entries than any dashboard has: a bomb is read in part. */
const MOST_ENTRIES = 5_000;

export function takeFrom(value: unknown, path: string, misfits: Misfit[]): Take {
  const record = isRecord(value) ? value : {};
  if (value !== undefined && !isRecord(value)) misfits.push({ path, wanted: 'a mapping', found: kindOf(value) });

  function typed<T>(key: string, isRight: (found: unknown) => found is T, wanted: string): T | undefined {
    const found = own(record, key);
    if (found === undefined || found === null) return undefined;
    if (isRight(found)) return found;
    misfits.push({ path: joinPath(path, key), wanted, found: kindOf(found) });
    return undefined;
  }

  const list = (key: string): readonly unknown[] =>
    (typed(key, (found): found is unknown[] => Array.isArray(found), 'a list') ?? []).slice(0, MOST_ENTRIES);
  return {
    path,
    value: record,
    text: (key) => typed(key, (found): found is string => typeof found === 'string', 'a text'),
    number: (key) => typed(key, (found): found is number => Number.isFinite(found), 'a finite number'),
    flag: (key) => typed(key, (found): found is boolean => typeof found === 'boolean', 'true or false') ?? false,
    inner: (key) => {
      const found = own(record, key);
      return takeFrom(found === null ? undefined : found, joinPath(path, key), misfits);
    },
    list: (key) => list(key).map((entry, index) => takeFrom(entry ?? {}, `${joinPath(path, key)}[${index}]`, misfits)),
    values: list,
    has: (key) => (own(record, key) ?? null) !== null,
  };
}

export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isFinite(value) ? 'a number' : 'a number too large';
  return { string: 'a text', boolean: 'true or false', object: 'a mapping' }[typeof value as 'string'] ?? typeof value;
}
