// Shell-like patterns for instrument names: `*`, `?`, `[a-c]`, `[!0-9]`, and `\` to mean a character itself.

export type Glob =
  | { readonly ok: true; readonly pattern: string; matches(text: string): boolean }
  | { readonly ok: false; readonly pattern: string; readonly problem: string };

type Token =
  | { readonly kind: 'any run' }
  | { readonly kind: 'any one' }
  | { readonly kind: 'one'; readonly character: string }
  | { readonly kind: 'class'; readonly isNegated: boolean; readonly ranges: readonly (readonly [string, string])[] };

export function parseGlob(pattern: string): Glob {
  if (pattern === '')
    return { ok: false, pattern, problem: 'an empty pattern selects nothing; write * for everything' };
  const characters = [...pattern];
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; ) {
    const character = characters[at]!;
    if (character === '[') {
      const read = readClass(characters, at + 1);
      if (read === null)
        return { ok: false, pattern, problem: `"[" at character ${at + 1} has no end, or nothing in it` };
      tokens.push(read.token);
      at = read.next;
    } else if (character === '\\') {
      const escaped = characters[at + 1];
      if (escaped === undefined) return { ok: false, pattern, problem: 'it ends in "\\"' };
      tokens.push({ kind: 'one', character: escaped });
      at += 2;
    } else {
      tokens.push(toToken(character));
      at += 1;
    }
  }
  return { ok: true, pattern, matches: (text) => isMatch(tokens, text) };
}

function toToken(character: string): Token {
  if (character === '*') return { kind: 'any run' };
  return character === '?' ? { kind: 'any one' } : { kind: 'one', character };
}

function readClass(characters: readonly string[], start: number): { token: Token; next: number } | null {
  const isNegated = characters[start] === '!' || characters[start] === '^';
  const first = isNegated ? start + 1 : start;
  const ranges: [string, string][] = [];
  let at = first;
  // A bracket in the first place means itself.
  while (at < characters.length && (characters[at] !== ']' || at === first)) {
    const low = characters[at]!;
    const high = characters[at + 2];
    const isRange = characters[at + 1] === '-' && high !== undefined && high !== ']';
    if (isRange && high < low) return null;
    ranges.push(isRange ? [low, high] : [low, low]);
    at += isRange ? 3 : 1;
  }
  if (at >= characters.length || ranges.length === 0) return null;
  return { token: { kind: 'class', isNegated, ranges }, next: at + 1 };
}

/** Only the latest `*` is ever widened: time grows with the lengths' product, not with the number of stars. */
function isMatch(tokens: readonly Token[], text: string): boolean {
  const characters = [...text];
  let token = 0;
  let at = 0;
  let star = -1;
  let resumeAt = 0;
  while (at < characters.length) {
    const current = tokens[token];
    if (current?.kind === 'any run') {
      star = token;
      resumeAt = at;
      token += 1;
    } else if (current !== undefined && isOne(current, characters[at]!)) {
      token += 1;
      at += 1;
    } else if (star >= 0) {
      resumeAt += 1;
      at = resumeAt;
      token = star + 1;
    } else {
      return false;
    }
  }
  while (tokens[token]?.kind === 'any run') token += 1;
  return token === tokens.length;
}

function isOne(token: Token, character: string): boolean {
  switch (token.kind) {
    case 'any one':
      return true;
    case 'one':
      return token.character === character;
    case 'class':
      return token.ranges.some(([low, high]) => low <= character && character <= high) !== token.isNegated;
    case 'any run':
      return false;
  }
}
