// Finds what a file imports: static, dynamic, type-only and re-exported.

import { blank } from './source-text.ts';

export interface Import {
  readonly specifier: string;
  /** Only types cross: nothing of it is left at run time. */
  readonly isType: boolean;
  readonly isReexport: boolean;
  /** Names between the braces, as imported. */
  readonly names: readonly string[];
  readonly line: number;
}

const STATIC = /\b(import|export)\s+(type\s+)?((?:[\w$*\s,{}]|"\s*")*?)\bfrom\s*(['"])/g;
const BARE = /(?<![.\w$])import\s*(['"])/g;
const DYNAMIC = /(?<![.\w$])import\s*\(\s*(['"`])/g;
const TYPE_BEFORE = /\btypeof\s*$/;
const TYPE_AFTER = /^\s*\)\s*\.\s*(?!then\b|catch\b|finally\b)[A-Z]/;

export function findImports(text: string): Import[] {
  const code = blank(text);
  const found: Import[] = [];
  const add = (quoteAt: number, facts: Omit<Import, 'specifier' | 'line'>): void => {
    const end = code.indexOf(code[quoteAt] ?? '', quoteAt + 1);
    found.push({ specifier: text.slice(quoteAt + 1, end), line: lineAt(text, quoteAt), ...facts });
  };
  for (const match of code.matchAll(STATIC)) {
    const clause = match[3] ?? '';
    const isType = match[2] !== undefined || hasOnlyTypes(clause);
    add(match.index + match[0].length - 1, { isType, isReexport: match[1] === 'export', names: namesIn(clause) });
  }
  for (const match of code.matchAll(BARE)) {
    add(match.index + match[0].length - 1, { isType: false, isReexport: false, names: [] });
  }
  for (const match of code.matchAll(DYNAMIC)) {
    const quoteAt = match.index + match[0].length - 1;
    const after = code.slice(code.indexOf(code[quoteAt] ?? '', quoteAt + 1) + 1);
    const isType = TYPE_BEFORE.test(code.slice(0, match.index)) || TYPE_AFTER.test(after);
    add(quoteAt, { isType, isReexport: false, names: [] });
  }
  return found;
}

function hasOnlyTypes(clause: string): boolean {
  const inner = /^\s*\{([^}]*)\}\s*$/.exec(clause)?.[1];
  if (inner === undefined) return false;
  const parts = inner.split(',').filter((part) => part.trim() !== '');
  return parts.length > 0 && parts.every((part) => /^\s*type\s/.test(part));
}

function namesIn(clause: string): string[] {
  const inner = /\{([^}]*)\}/.exec(clause)?.[1] ?? '';
  return inner
    .split(',')
    .map((part) =>
      part
        .trim()
        .replace(/^type\s+/, '')
        .replace(/\s+as\s.*$/, ''),
    )
    .filter((name) => name !== '');
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
