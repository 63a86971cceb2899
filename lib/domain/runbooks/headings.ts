// Anchors of a Markdown page's headings, as GitHub and most viewers build them.

export interface Heading {
  readonly level: number;
  readonly title: string;
  readonly anchor: string;
  readonly line: number;
}

export function readHeadings(markdown: string): Heading[] {
  const seen = new Map<string, number>();
  const headings: Heading[] = [];
  let fence: string | null = null;
  for (const [index, line] of markdown.split('\n').entries()) {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (mark !== undefined) fence = fence === null ? mark : mark.startsWith(fence) ? null : fence;
    const heading = fence === null ? /^(#{1,6})\s+(.*?)\s*#*\s*$/.exec(line) : null;
    if (heading === null) continue;
    const base = anchorOf(heading[2]!);
    const count = seen.get(base) ?? 0;
    seen.set(base, count + 1);
    headings.push({
      level: heading[1]!.length,
      title: heading[2]!,
      anchor: count === 0 ? base : `${base}-${count}`,
      line: index + 1,
    });
  }
  return headings;
}

export function anchorOf(title: string): string {
  return title
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]/g, '')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}
