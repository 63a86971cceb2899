// A generated file says so in its first line, and where to change it.

export interface GeneratedFile {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
}

const MARK = 'Generated from';

export function headLine(source: string): string {
  return `# ${MARK} ${source}; change that, not this.\n`;
}

export function isGenerated(text: string): boolean {
  const [first = ''] = text.split('\n', 1);
  return first.includes(`${MARK} `);
}

/** Words in lines that fit beside their indentation. */
export function wrapWords(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].filter((one) => one !== '').join('\n');
}
