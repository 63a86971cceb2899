// Where objects lie in the repository, and what uid a folder has when nobody gave it one.

const LONGEST_UID = 40;

export const FOLDER_FILE = 'folder.yml';

/** `03 Data Quality` of `b25` → `b25-03-data-quality`. */
export function folderUid(platform: string, path: readonly string[]): string {
  return slug([platform, ...path].join(' '))
    .slice(0, LONGEST_UID)
    .replace(/-+$/, '');
}

export function slug(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return plain === '' ? 'unnamed' : plain;
}

/** A title as one segment of a path; what cannot be one is replaced. */
export function directoryName(title: string): string {
  const plain = title.replace(/[/\\\u0000-\u001f:*?"<>|]+/g, '-').trim();
  return /^\.*$/.test(plain) ? 'unnamed' : plain;
}

/** `slack-ops`, `url` → `SLACK_OPS_URL`: the variable that stands for a secret nobody can read back. */
export function variableFor(...parts: readonly string[]): string {
  return slug(parts.join(' ')).replaceAll('-', '_').toUpperCase().replace(/^(\d)/, '_$1');
}
