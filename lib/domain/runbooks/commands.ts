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
  for (const [index, text] of markdown.split('\n').entries()) {
    if (/^\s*(```|~~~)/.test(text)) isCode = !isCode;
    else if (isCode) found.push(...asCommand(text.trim().replace(/^\$\s+/, ''), index + 1));
    else for (const [, inline] of text.matchAll(/`([^`]+)`/g)) found.push(...asCommand(inline!, index + 1));
  }
  return found;
}

function asCommand(text: string, line: number): CommandLine[] {
  const command = text.replace(/\s#\s.*$/, '').trim();
  // `mdops …` in a sentence stands for any command.
  if (!/^mdops\s+[a-z]/.test(command)) return [];
  return [{ line, words: splitWords(command).slice(1), text: command }];
}

/** As a shell would, for the plain quoting that runbooks use. */
export function splitWords(text: string): string[] {
  const words = text.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, (_all, double, single) => double ?? single));
}
