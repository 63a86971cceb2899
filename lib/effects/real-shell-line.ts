// A shell line that a user configured, with outside values quoted into it by zx. zx never runs it.

import { EXIT } from '../base/exit-codes.ts';
import { Fault } from '../base/fault.ts';
import { oneLine } from '../base/sanitize.ts';
import { refuseUnsafeText } from './safe-text.ts';

// zx's own strict mode, given here because ZX_PREFIX could replace it.
const STRICT = 'set -euo pipefail;';
const PLACEHOLDER = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
// Where these stand, bash reads quoted text once more (here-documents, arithmetic, nested scripts), or our reading of
// its quotes would need bash's whole grammar.
const REREAD = /\n|(?<!<)<<(?!<)|\(\(|\[\[|\w\[|`|\$\{|\$["']|\b(?:eval|let|declare|typeset)\b/;

/** The argument vector that runs the line under bash. Throws a Fault where a value could become more than one word. */
export async function buildShellArgv(
  line: string,
  values: Readonly<Record<string, string>>,
): Promise<[string, ...string[]]> {
  refuseUnsafeText('bash', 'the value', Object.values(values));
  const parts = splitAtPlaceholders(line.trim(), values);
  if (parts.names.length > 0) refuseUnsafePlaces(line.trim(), parts, values);
  // zx is asked for its quoting only: halted, the command is built and never run, so that ZX_SHELL, ZX_PREFIX or
  // ZX_TIMEOUT in the environment decide nothing, and its time limit, kill and echo of stderr stay out.
  const { $, quote } = await import('zx/core');
  const pieces = Object.assign([...parts.pieces], { raw: parts.pieces });
  const { cmd } = $({ halt: true, quote })(pieces, ...parts.names.map((name) => values[name]));
  return ['bash', '-c', `${STRICT} ${cmd}`];
}

interface Parts {
  /** One more than names: text before, between and after them. */
  readonly pieces: readonly string[];
  readonly names: readonly string[];
}

function splitAtPlaceholders(line: string, values: Readonly<Record<string, string>>): Parts {
  const pieces: string[] = [];
  const names: string[] = [];
  let from = 0;
  for (const match of line.matchAll(PLACEHOLDER)) {
    const name = match[1] as string;
    if (!Object.hasOwn(values, name) || line[match.index - 1] === '$') continue;
    pieces.push(line.slice(from, match.index));
    names.push(name);
    from = match.index + match[0].length;
  }
  pieces.push(line.slice(from));
  return { pieces, names };
}

function refuseUnsafePlaces(line: string, { pieces, names }: Parts, values: Readonly<Record<string, string>>): void {
  if (REREAD.test(line)) {
    refuse(
      line,
      'it is more than plain commands and has placeholders',
      'put it into a script of its own and give that the placeholders as arguments',
    );
  }
  let before = '';
  for (const [index, name] of names.entries()) {
    before += pieces[index];
    const quote = openQuote(before);
    if (quote !== null) {
      refuse(line, `{${name}} stands inside ${quote}`, 'write the placeholder without quotes: it is quoted for you');
    }
    if (values[name]?.startsWith('-') && !/(^|\s)--\s/.test(before)) {
      refuse(
        line,
        `the value of {${name}} starts with "-" and would be read as an option`,
        'put -- before the placeholders in the line',
      );
    }
  }
}

/** What the text leaves open, or null. */
function openQuote(text: string): string | null {
  let open: '"' | "'" | null = null;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\' && open !== "'") {
      at += 1;
      if (at >= text.length) return 'an escape';
    } else if (open === null && (character === '"' || character === "'")) open = character;
    else if (character === open) open = null;
  }
  return open === null ? null : 'quotes';
}

function refuse(line: string, state: string, hint: string): never {
  throw new Fault('shell line not safe', `Cannot run the shell line "${oneLine(line, 120)}": ${state}`, {
    exit: EXIT.config,
    hint: `${hint[0]?.toUpperCase()}${hint.slice(1)}.`,
  });
}
