// The schema as a flat list of keys: what `config show`, the table in the docs and the commented file print.

import { ROOT } from './config.ts';
import { credentialName, envNames, type Field, fileKey, type SchemaNode, type Shape } from './schema.ts';

export interface KeyRow {
  /** Dotted; `*` stands for a name of your own. */
  readonly path: string;
  readonly kind: string;
  readonly describe: string;
  readonly default: unknown;
  readonly env: readonly string[];
  readonly flag: string | undefined;
  readonly credential: string | undefined;
}

export function listKeys(): readonly KeyRow[] {
  return [...walk(ROOT, '')];
}

/** What secrets are called in files, wherever they stand. */
export function secretNames(): readonly string[] {
  return listKeys().flatMap(({ kind, path }) => (kind === 'secret' ? [path.slice(path.lastIndexOf('.') + 1)] : []));
}

function* walk(node: SchemaNode, path: string): Generator<KeyRow> {
  switch (node.node) {
    case 'field':
      yield rowOf(node, path);
      return;
    case 'group':
      yield* walkShape(node.shape, path);
      return;
    case 'table':
      yield* walk(node.entry, `${path}.*`);
      return;
    case 'variants': {
      const forms = Object.keys(node.forms);
      const kind = `one of ${forms.join(', ')}`;
      const none = { default: undefined, env: [], flag: undefined, credential: undefined };
      yield { path: `${path}.${node.tag}`, kind, describe: node.describe, ...none };
      yield* walkShape(node.shared, path);
      for (const [form, shape] of Object.entries(node.forms)) {
        for (const row of walkShape(shape, path)) yield { ...row, describe: `${row.describe} (${node.tag}: ${form})` };
      }
    }
  }
}

function* walkShape(shape: Shape, path: string): Generator<KeyRow> {
  for (const [name, node] of Object.entries(shape)) {
    const key = fileKey(name, node);
    yield* walk(node, path === '' ? key : `${path}.${key}`);
  }
}

function rowOf(field: Field<unknown>, path: string): KeyRow {
  return {
    path,
    kind: field.choices === undefined ? field.kind : field.choices.join(' | '),
    describe: field.describe,
    default: field.default,
    env: envNames(field),
    flag: field.flag,
    credential: field.kind === 'secret' ? credentialName(field) : undefined,
  };
}
