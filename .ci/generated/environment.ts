// Every environment variable that the configuration reads, from its schema.

import { ROOT } from '../../lib/services/config/config.ts';
import { credentialName, envNames, type Field, fileKey, type SchemaNode } from '../../lib/services/config/schema.ts';

interface Variable {
  readonly name: string;
  readonly key: string;
  readonly about: string;
  readonly credential: string;
}

export function listVariables(): Variable[] {
  return [...walk(ROOT, '')].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function* walk(node: SchemaNode, path: string): Generator<Variable> {
  switch (node.node) {
    case 'field':
      yield* describeField(node, path);
      return;
    case 'group':
      for (const [name, child] of Object.entries(node.shape)) yield* walk(child, join(path, fileKey(name, child)));
      return;
    case 'table':
      yield* walk(node.entry, `${path}.<name>`);
      return;
    case 'variants':
      for (const shape of [node.shared, ...Object.values(node.forms)]) {
        for (const [name, child] of Object.entries(shape)) yield* walk(child, join(path, fileKey(name, child)));
      }
  }
}

function* describeField(field: Field<unknown>, path: string): Generator<Variable> {
  for (const name of envNames(field)) {
    const isSecret = field.kind === 'secret';
    const fallback =
      field.default === undefined ? '' : `; default \`${JSON.stringify(field.default).replaceAll('"', '')}\``;
    yield {
      name: isSecret ? `${name}\`, \`${name}_FILE` : name,
      key: path,
      about: `${field.describe}${fallback}`,
      credential: isSecret ? (credentialName(field) ?? '') : '',
    };
  }
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
