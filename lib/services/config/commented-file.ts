// `config/mdops.yaml`: every key with its default and meaning, commented out.

import { ROOT } from './config.ts';
import { envNames, type Field, fileKey, type SchemaNode, type Shape } from './schema.ts';

const HEAD = `# mdops configuration. Every key is optional; what is shown is its default. Remove the "#" of what you change.
# Precedence: flag > environment variable > environments/<profile>.yaml > this file > default.
# "mdops config show" prints each effective value and where it came from; "mdops config check" finds mistakes.
# Durations and sizes carry their unit ("30s", "5m", "7d", "4KiB"). Unknown keys are errors.
# Every secret can also be given as <key>_file, as <VARIABLE>_FILE, or as a systemd credential.
`;

/** Components, feeds and sessions are left to the files in environments/, which show them in use. */
const SHOWN_ELSEWHERE: readonly string[] = ['components', 'feeds', 'sessions'];

export function renderCommentedFile(): string {
  const shape = Object.fromEntries(Object.entries(ROOT.shape).filter(([name]) => !SHOWN_ELSEWHERE.includes(name)));
  return `${HEAD}${renderShape(shape, 0)}`;
}

function renderShape(shape: Shape, depth: number): string {
  return Object.entries(shape)
    .map(([name, node]) => renderNode(fileKey(name, node), node, depth))
    .join('');
}

function renderNode(key: string, node: SchemaNode, depth: number): string {
  const indent = '  '.repeat(depth);
  switch (node.node) {
    case 'field':
      return `${depth === 0 ? '\n' : ''}${indent}#${key}: ${showDefault(node)}  # ${describe(node)}\n`;
    case 'group': {
      // The heads stay, so that removing one "#" is enough.
      const head = `${indent}# ${node.describe}\n${indent}${key}:\n`;
      return head + renderShape(node.shape, depth + 1);
    }
    case 'table':
      return `${indent}#${key}: {}  # ${node.describe}: ${entryKeys(node.entry)}\n`;
    case 'variants':
      return '';
  }
}

function entryKeys(entry: SchemaNode): string {
  if (entry.node !== 'group') return '<name>: …';
  const keys = Object.entries(entry.shape).map(([name, node]) => `${fileKey(name, node)}: …`);
  return `<name>: { ${keys.join(', ')} }`;
}

function showDefault(field: Field<unknown>): string {
  // A path in a file starts from that file, its default from the working directory.
  if (field.default === undefined || field.kind === 'path') return '""';
  return JSON.stringify(field.default);
}

function describe(field: Field<unknown>): string {
  const ways = [...envNames(field), ...(field.flag === undefined ? [] : [`--${field.flag}`])];
  const choices = field.choices === undefined ? '' : ` (${field.choices.join(' | ')})`;
  const unset =
    field.kind === 'secret'
      ? ''
      : field.default === undefined
        ? '; not set by default'
        : field.kind === 'path'
          ? `; by default ${field.default} in the working directory`
          : '';
  return `${field.describe}${choices}${unset}${ways.length === 0 ? '' : ` [${ways.join(', ')}]`}`;
}
