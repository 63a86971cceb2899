// Reads TypeScript just well enough to judge it: comments and literals are blanked, offsets stay as they were.

const REGEX_MAY_FOLLOW = /(?:^|[=([{,;:!&|?+\-*%<>~^}]|\b(?:return|typeof|case|of|in|await|yield|throw|else|do))\s*$/;

/** The same text with comments and the insides of strings, templates and regular expressions as spaces. */
export function blank(text: string): string {
  const out = text.split('');
  /** Depth of `{` inside each open template substitution. */
  const substitutions: number[] = [];
  let at = 0;

  const erase = (from: number, to: number): void => {
    for (let index = from; index < to; index += 1) if (out[index] !== '\n') out[index] = ' ';
  };
  const templateFrom = (from: number): number => {
    let end = from;
    while (end < text.length && text[end] !== '`' && !text.startsWith('${', end)) end += text[end] === '\\' ? 2 : 1;
    erase(from, Math.min(end, text.length));
    if (text[end] === '`') return end + 1;
    substitutions.push(0);
    return end + 2;
  };

  while (at < text.length) {
    const char = text[at];
    if (text.startsWith('//', at) || text.startsWith('#!', at)) {
      const end = endOf(text, '\n', at);
      erase(at, end);
      at = end;
    } else if (text.startsWith('/*', at)) {
      const end = endOf(text, '*/', at + 2) + 2;
      erase(at, Math.min(end, text.length));
      at = end;
    } else if (char === "'" || char === '"') {
      const end = quoteEnd(text, at);
      erase(at + 1, end);
      at = end + 1;
    } else if (char === '`') {
      at = templateFrom(at + 1);
    } else if (char === '/' && REGEX_MAY_FOLLOW.test(out.slice(Math.max(0, at - 40), at).join(''))) {
      const end = regexEnd(text, at);
      erase(at + 1, end);
      at = end + 1;
    } else if (char === '{' && substitutions.length > 0) {
      substitutions.push((substitutions.pop() ?? 0) + 1);
      at += 1;
    } else if (char === '}' && substitutions.length > 0) {
      const depth = substitutions.pop() ?? 0;
      at += 1;
      if (depth === 0) at = templateFrom(at);
      else substitutions.push(depth - 1);
    } else {
      at += 1;
    }
  }
  return out.join('');
}

function endOf(text: string, what: string, from: number): number {
  const found = text.indexOf(what, from);
  return found === -1 ? text.length : found;
}

function quoteEnd(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== text[from] && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1;
  return Math.min(at, text.length);
}

function regexEnd(text: string, from: number): number {
  let at = from + 1;
  let isInClass = false;
  while (at < text.length && text[at] !== '\n' && (isInClass || text[at] !== '/')) {
    if (text[at] === '[') isInClass = true;
    if (text[at] === ']') isInClass = false;
    at += text[at] === '\\' ? 2 : 1;
  }
  return Math.min(at, text.length);
}
