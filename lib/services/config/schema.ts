// The vocabulary of the configuration: fields, groups, tables and variants, and the type each one reads as.

import type { Secret } from '../../base/secret.ts';

export type Kind =
  | 'text'
  | 'choice'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'duration'
  | 'bytes'
  | 'url'
  | 'urls'
  | 'address'
  | 'path'
  | 'timezone'
  | 'time of day'
  | 'time ranges'
  | 'secret'
  | 'words'
  | 'attributes';

export interface Rules {
  /** As one would type it in the YAML file. Absent: the key may stay unset. */
  readonly default?: unknown;
  /** Unset is an error. */
  readonly required?: true;
  /** Environment variables, the first one set wins. */
  readonly env?: string | readonly string[];
  /** Command-line flag without its dashes. */
  readonly flag?: string;
  /** What a bare number means on the command line and in the environment; the YAML file always wants a unit. */
  readonly bareUnit?: 's' | 'ms';
  /** Limits of integers, numbers, durations (milliseconds) and sizes (bytes); for lists the number of entries. */
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
  readonly schemes?: readonly string[];
  readonly pattern?: RegExp;
  /** What `pattern` means, for people. */
  readonly wanted?: string;
  /** A secret of several lines, such as a credentials file. */
  readonly multiline?: true;
  /** A secret without which the work itself cannot be done: an unreadable file is an error, not a warning. */
  readonly needed?: true;
}

export interface Field<T> extends Rules {
  readonly node: 'field';
  readonly kind: Kind;
  readonly describe: string;
  /** Never set: carries the type. */
  readonly type?: T;
}

export type Shape = Readonly<Record<string, SchemaNode>>;

export interface Group<S extends Shape> {
  readonly node: 'group';
  readonly describe: string;
  readonly shape: S;
}

/** Named entries of one form; names are chosen by the person who writes the file. */
export interface Table<V extends SchemaNode> {
  readonly node: 'table';
  readonly describe: string;
  readonly entry: V;
}

/** A group whose further keys depend on the value of `tag`. */
export interface Variants<T extends string, C extends Shape, V extends Readonly<Record<string, Shape>>> {
  readonly node: 'variants';
  readonly describe: string;
  readonly tag: T;
  readonly shared: C;
  readonly forms: V;
}

export type SchemaNode =
  | Field<unknown>
  | Group<Shape>
  | { readonly node: 'table'; readonly describe: string; readonly entry: SchemaNode }
  | Variants<string, Shape, Readonly<Record<string, Shape>>>;

export type Infer<N> =
  N extends Field<infer T>
    ? T
    : N extends Group<infer S>
      ? InferShape<S>
      : N extends Table<infer V>
        ? ReadonlyMap<string, Infer<V>>
        : N extends Variants<infer T, infer C, infer V>
          ? { [K in keyof V & string]: { readonly [P in T]: K } & InferShape<C> & InferShape<V[K]> }[keyof V & string]
          : never;
type InferShape<S> = { readonly [K in keyof S]: Infer<S[K]> };

type Given<T, R> = R extends { default: unknown } | { required: true } ? T : T | undefined;
export interface TimeRange {
  /** Minutes after midnight; `end` is below `start` when the range runs over midnight. */
  readonly startMinute: number;
  readonly endMinute: number;
}

export function group<const S extends Shape>(describe: string, shape: S): Group<S> {
  return { node: 'group', describe, shape };
}

export function table<V extends SchemaNode>(describe: string, entry: V): Table<V> {
  return { node: 'table', describe, entry };
}

export function variants<
  const T extends string,
  const C extends Shape,
  const V extends Readonly<Record<string, Shape>>,
>(describe: string, tag: T, shared: C, forms: V): Variants<T, C, V> {
  return { node: 'variants', describe, tag, shared, forms };
}

export function choice<const C extends readonly string[], const R extends Rules>(
  describe: string,
  choices: C,
  rules?: R,
): Field<Given<C[number], R>> {
  return { node: 'field', kind: 'choice', describe, ...rules, choices };
}

export const text = fieldOf<string>('text');
export const integer = fieldOf<number>('integer');
export const number = fieldOf<number>('number');
export const boolean = fieldOf<boolean>('boolean');
/** Milliseconds. The key in code ends in `Ms`; the key in the file does not. */
export const duration = fieldOf<number>('duration');
/** Bytes. The key in code ends in `Bytes`; the key in the file does not. */
export const bytes = fieldOf<number>('bytes');
export const url = fieldOf<string>('url');
export const urls = fieldOf<readonly string[]>('urls');
/** `host:port`. */
export const address = fieldOf<string>('address');
/** Absolute in code; in a file relative to that file, elsewhere to the working directory. */
export const path = fieldOf<string>('path');
export const timezone = fieldOf<string>('timezone');
/** Minutes after midnight. */
export const timeOfDay = fieldOf<number>('time of day');
export const timeRanges = fieldOf<readonly TimeRange[]>('time ranges');
export const secret = fieldOf<Secret>('secret');
/** A list of texts: names, or the arguments of a command. */
export const words = fieldOf<readonly string[]>('words');
export const attributes = fieldOf<ReadonlyMap<string, string>>('attributes');

function fieldOf<T>(kind: Kind) {
  return <const R extends Rules>(describe: string, rules?: R): Field<Given<T, R>> => ({
    node: 'field',
    kind,
    describe,
    ...rules,
  });
}

/** `lagWarningMs` → `lag_warning`: the key as typed in a file. */
export function fileKey(name: string, node: SchemaNode): string {
  const kind = node.node === 'field' ? node.kind : undefined;
  const cut = kind === 'duration' && name.endsWith('Ms') ? 2 : kind === 'bytes' && name.endsWith('Bytes') ? 5 : 0;
  // Most names have no capital, and every start asks for all of them.
  if (cut === 0 && name === name.toLowerCase()) return name;
  let key = '';
  for (const letter of name.slice(0, name.length - cut)) {
    key += letter >= 'A' && letter <= 'Z' ? `_${letter.toLowerCase()}` : letter;
  }
  return key;
}

export function envNames(field: Field<unknown>): readonly string[] {
  if (field.env === undefined) return [];
  return typeof field.env === 'string' ? [field.env] : field.env;
}

/** The systemd credential of a secret: `SLACK_WEBHOOK_URL` → `slack-webhook-url`. */
export function credentialName(field: Field<unknown>): string | undefined {
  return envNames(field)[0]?.toLowerCase().replaceAll('_', '-');
}
