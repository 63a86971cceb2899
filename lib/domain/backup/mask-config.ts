// Configuration files in a backup show no secret: what stands behind the name of one is masked, whichever profile it is of.

const MASK = '"<secret>"';

/** `names`: keys of secrets as they are typed in files. Comments are masked as well: old passwords live there. */
export function maskConfig(text: string, names: readonly string[]): string {
  const key = names.map((name) => name.replaceAll(/[^a-z_]/g, '')).join('|');
  const inline = new RegExp(
    `((?:^|[\\s{,#"'])(?:${key})["']?[ \\t]*:[ \\t]*)("(?:[^"\\\\]|\\\\.)*"|'[^']*'|[^\\s,}#][^,}\\n]*)`,
    'gi',
  );
  const block = new RegExp(
    `^([ \\t]*)(?:#[ \\t]*)?["']?(?:${key})["']?[ \\t]*:[ \\t]*(?:[|>][-+0-9]*)?[ \\t]*(?:#.*)?$`,
    'i',
  );
  const masked: string[] = [];
  let deeperThan: number | null = null;
  for (const line of text.split('\n')) {
    const depth = /^[ \t#]*/.exec(line)?.[0].length ?? 0;
    if (deeperThan !== null && (line.trim() === '' || depth > deeperThan)) continue;
    deeperThan = null;
    const begins = block.exec(line);
    if (begins !== null) {
      deeperThan = begins[1]?.length ?? 0;
      masked.push(line.replace(/:[ \t]*.*$/, `: ${MASK}`));
    } else masked.push(line.replace(inline, (_whole, before: string) => `${before}${MASK}`));
  }
  return masked.join('\n');
}
