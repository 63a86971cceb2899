// What a list is written in, as far as its name and its first bytes tell.

export const CATALOGUE_FORMATS = ['auto', 'json', 'csv'] as const;
export type CatalogueFormat = (typeof CATALOGUE_FORMATS)[number];
export type ActiveFormat = 'json' | 'ndjson';

/** By its first character, for no name begins with a bracket: a list by the wrong ending is read, or refused as JSON. */
export function formatOf(path: string, head: Uint8Array): 'json' | 'csv' {
  const first = firstCharacter(head);
  return first === '[' || first === '{' || /\.json$/i.test(path) ? 'json' : 'csv';
}

/** By the file's ending, else by its first line: an object with a symbol of its own, or a bare string, is an entry. */
export function activeFormatOf(path: string, head: Uint8Array): ActiveFormat {
  if (/\.(ndjson|jsonl)$/i.test(path)) return 'ndjson';
  const first = firstCharacter(head);
  if (first === '"') return 'ndjson';
  return first === '{' && isEntry(firstLine(head)) ? 'ndjson' : 'json';
}

function isEntry(line: string): boolean {
  try {
    const value = JSON.parse(line) as object;
    return Object.hasOwn(value, 'symbol') && !Object.hasOwn(value, 'subscriptions') && !Object.hasOwn(value, 'items');
  } catch {
    return false;
  }
}

function firstLine(head: Uint8Array): string {
  const text = new TextDecoder().decode(head).trimStart();
  return text.split('\n', 1)[0] ?? '';
}

/** Behind a byte order mark: the readers say that it is too much. */
function firstCharacter(head: Uint8Array): string {
  const isMarked = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
  const at = head.findIndex((byte, i) => byte > 0x20 && !(isMarked && i < 3));
  return at < 0 ? '' : String.fromCharCode(head[at]!);
}
