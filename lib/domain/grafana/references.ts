// `$NAME`, `${NAME}`, `$__env{NAME}` and `$__file{path}` in provisioning files: values that the machine adds.

export interface Reference {
  readonly from: 'environment' | 'file';
  readonly name: string;
}

/** The value of a reference, or undefined where it is not set. */
export type LookUp = (reference: Reference) => string | undefined;

const PATTERN = /\$\$|\$__env\{(\w+)\}|\$__file\{([^}]+)\}|\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)/g;

export function findReferences(text: string): Reference[] {
  const found: Reference[] = [];
  for (const match of text.matchAll(PATTERN)) {
    const reference = referenceOf(match);
    if (reference !== null) found.push(reference);
  }
  return found;
}

export interface Filled {
  readonly text: string;
  /** What is not set; the text is of no use then. */
  readonly missing: readonly Reference[];
}

export function fillReferences(text: string, lookUp: LookUp): Filled {
  const missing: Reference[] = [];
  const filled = text.replace(PATTERN, (...match) => {
    const reference = referenceOf(match as unknown as RegExpMatchArray);
    if (reference === null) return '$';
    const value = lookUp(reference);
    if (value === undefined) missing.push(reference);
    return value ?? '';
  });
  return { text: filled, missing };
}

export function showReference({ from, name }: Reference): string {
  return from === 'environment' ? `$${name}` : `$__file{${name}}`;
}

/** Null for `$$`, which stands for itself. */
function referenceOf(match: RegExpMatchArray): Reference | null {
  const [, env, file, braced, plain] = match;
  if (file !== undefined) return { from: 'file', name: file };
  const name = env ?? braced ?? plain;
  return name === undefined ? null : { from: 'environment', name };
}
