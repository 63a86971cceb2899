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
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/i.test(target)) continue;
      const [path = '', anchor] = target.split('#', 2);
      const file = path === '' ? page : posix.join(posix.dirname(page), path);
      found.push({ line: index + 1, file, anchor: anchor ?? null });
    }
  }
  return found;
}
