// Links between documents lead somewhere: files exist, headings exist.

import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSources } from '../architecture/read-sources.ts';

const DOCUMENTS = readSources(/\.md$/);

describe('links', () => {
  test('in documents lead to files and headings that exist', () => {
    const broken = [...DOCUMENTS].flatMap(([path, text]) => findBrokenLinks(path, text));
    expect(broken).toEqual([]);
  });

  test('to a missing file, a missing heading and a missing own heading are found', () => {
    const text =
      '# Here\n[a](missing.md) [b](package.json) [c](#here) [d](#there) `[e](code.md)` [f](https://a.example)';
    expect(findBrokenLinks('planted.md', text)).toEqual(['planted.md → missing.md', 'planted.md → #there']);
  });

  test('to headings follow the usual naming', () => {
    expect([...headingsOf('## §5 Routine: `health`, twice\n```\n# not one\n```\n## A\n## A\n')]).toEqual([
      '5-routine-health-twice',
      'a',
      'a-1',
    ]);
  });
});

function findBrokenLinks(path: string, text: string): string[] {
  const links = [...withoutCode(text).matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return links
    .filter((link) => !/^[a-z]+:/.test(link) && !leadsSomewhere(path, text, link))
    .map((link) => `${path} → ${link}`);
}

function leadsSomewhere(path: string, text: string, link: string): boolean {
  const [file = '', heading] = link.split('#');
  const target = file === '' ? path : join(dirname(path), decodeURIComponent(file));
  if (file !== '' && !existsSync(target)) return false;
  if (heading === undefined) return true;
  if (file !== '' && statSync(target).isDirectory()) return false;
  return headingsOf(file === '' ? text : (DOCUMENTS.get(target) ?? '')).has(heading);
}

/** Anchors as forges make them: lower case, punctuation dropped, spaces to hyphens, repeats numbered. */
function headingsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  const withoutFences = text.replace(/^```[\s\S]*?^```/gm, '');
  for (const [, title = ''] of withoutFences.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const base = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    let anchor = base;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${base}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}
