// The `mdops …` lines of a page: in code blocks, and in backticks within a sentence.

export interface CommandLine {
  readonly line: number;
  /** Without the leading `mdops`. */
  readonly words: readonly string[];
  readonly text: string;
}

export function findCommands(markdown: string): CommandLine[] {
  const found: CommandLine[] = [];
  let isCode = false;
  /** What a line that ends in a backslash has begun. */
  let begun: { readonly text: string; readonly line: number } | null = null;
  for (const [index, text] of markdown.split('\n').entries()) {
    if (/^\s*(```|~~~)/.test(text)) {
      isCode = !isCode;
      begun = null;
    } else if (isCode) {
      const line: number = begun?.line ?? index + 1;
      const all: string = `${begun?.text ?? ''}${text.trim()}`;
      begun = all.endsWith('\\') ? { text: all.slice(0, -1), line } : null;
      if (begun === null) found.push(...commandsIn(all.replace(/^\$\s+/, ''), line));
    } else for (const [, inline] of text.matchAll(/`([^`]+)`/g)) found.push(...commandsIn(inline!, index + 1));
  }
  return found;
}

/** Between these the shell runs one program after, or beside, another. */
const BETWEEN = /^(?:\|\|?|&&?|;)$/;
const REDIRECTION = /^\d?(?:>>?|<)(?:&\d)?$/;

function commandsIn(line: string, number: number): CommandLine[] {
  const commands: string[][] = [[]];
  let isTarget = false;
  for (const written of line.replace(/\s#\s.*$/, '').match(WORDS) ?? []) {
    const word = written.replace(/;$/, '');
    if (BETWEEN.test(written)) commands.push([]);
    else if (REDIRECTION.test(word)) isTarget = !word.includes('&');
    else if (isTarget) isTarget = false;
    else if (!/^\d?>>?[^>]/.test(word)) commands.at(-1)!.push(word);
    if (word !== written) commands.push([]);
  }
  return commands.flatMap((words) => asCommand(words, number));
}

function asCommand(all: readonly string[], line: number): CommandLine[] {
  const from = all.findIndex((word) => !/^[A-Z_][A-Z0-9_]*=/.test(word) && word !== 'sudo');
  const [program, ...words] = from === -1 ? [] : all.slice(from);
  // `mdops …` in a sentence stands for any command.
  if (program !== 'mdops' || !/^[a-z]/.test(words[0] ?? '')) return [];
  return [{ line, words: words.map(unquote), text: ['mdops', ...words].join(' ') }];
}

/** As a shell would, for the plain quoting that runbooks use. */
const WORDS = /(?:[^\s"']+|"[^"]*"|'[^']*')+/g;

function unquote(word: string): string {
  return word.replace(/"([^"]*)"|'([^']*)'/g, (_all, double, single) => double ?? single);
}
