// A configured command line as arguments: split by us, never by a shell, placeholders filled after splitting.

/** What `splitArguments` can split, for whoever has to know without splitting: at least a word, and every quote closed. */
export const COMMAND_LINE = /^\s*(?=\S)(?:[^'"\\]|\\.|\\$|'[^']*'|"(?:[^"\\]|\\.)*")+$/s;

/** Quotes and backslashes as people expect them; null when a quote is left open or nothing is there. */
export function splitArguments(line: string): string[] | null {
  const found: string[] = [];
  let current: string | null = null;
  let quote: string | null = null;
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at]!;
    if (quote !== "'" && letter === '\\' && at + 1 < line.length) {
      at += 1;
      current = (current ?? '') + line[at]!;
    } else if (quote !== null) {
      if (letter === quote) quote = null;
      else current = (current ?? '') + letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      current ??= '';
    } else if (/\s/.test(letter)) {
      if (current !== null) found.push(current);
      current = null;
    } else {
      current = (current ?? '') + letter;
    }
  }
  if (quote !== null) return null;
  if (current !== null) found.push(current);
  return found.length === 0 ? null : found;
}

/**
 * Fills `{name}` in each argument; a value stays inside its argument whatever it holds. Unknown names stay as they are.
 * Null when a value would begin an argument with a dash: the program would take it for an option.
 */
export function fillPlaceholders(
  template: readonly string[],
  values: Readonly<Record<string, string>>,
): string[] | null {
  const filled = template.map((argument) =>
    argument.replace(/\{([a-z_]+)\}/g, (whole, name: string) =>
      Object.hasOwn(values, name) ? (values[name] ?? '') : whole,
    ),
  );
  const looksLikeOption = filled.some((argument, at) => argument.startsWith('-') && !template[at]!.startsWith('-'));
  // The kernel ends an argument at NUL.
  return looksLikeOption || filled.some((argument) => argument.includes('\0')) ? null : filled;
}
