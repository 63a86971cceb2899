// Links between pages.

import { posix } from 'node:path';

export interface PageLink {
  readonly line: number;
  /** Path from the repository's root; the page itself for `#anchor`. */
  readonly file: string;
  readonly anchor: string | null;
}

/** Links to other places of the repository; addresses of the web are somebody else's. */
export function findLinks(page: string, markdown: string): PageLink[] {
  const found: PageLink[] = [];
  let isCode = false;
  for (const [index, text] of markdown.split('\n').entries()) {
    if (/^\s*(```|~~~)/.test(text)) isCode = !isCode;
    if (isCode) continue;
    for (const target of targetsIn(text)) {
      if (/^[a-z]+:/i.test(target)) continue;
      const [path = '', anchor] = target.split('#', 2);
      const file = path === '' ? page : posix.join(posix.dirname(page), decoded(path));
      found.push({ line: index + 1, file, anchor: anchor ?? null });
    }
  }
  return found;
}

/** `[text](target)`, `[text](target "title")`, `[name]: target`; what stands in backticks is no link. */
function targetsIn(line: string): string[] {
  const text = line.replace(/`[^`]*`/g, '');
  const inline = [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+["'][^"']*["'])?\s*\)/g)].map(([, target]) => target!);
  const defined = /^\s{0,3}\[[^\]]+\]:\s+<?([^\s>]+)/.exec(text)?.[1];
  return defined === undefined ? inline : [...inline, defined];
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
