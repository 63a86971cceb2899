// Alertmanager's label matchers: as written, and whether they match.

export interface RouteMatcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

export type Labels = Readonly<Record<string, string>>;

const MATCHER = /^\s*([a-zA-Z_:][\w:]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^",{}]*?))\s*$/;

/** One text may hold several, `{a="b", c=~"d"}`; null when it is none. */
export function parseMatchers(text: string): RouteMatcher[] | null {
  const inner = text.trim().replace(/^\{(.*)\}$/s, '$1');
  const found: RouteMatcher[] = [];
  for (const part of splitOutsideQuotes(inner)) {
    if (part.trim() === '') continue;
    const match = MATCHER.exec(part);
    if (match === null) return null;
    const value =
      match[3] === undefined
        ? match[4]!
        : match[3].replace(/\\(["\\n])/g, (_all, char) => (char === 'n' ? '\n' : char));
    found.push({ label: match[1]!, op: match[2] as RouteMatcher['op'], value });
  }
  return found;
}

function splitOutsideQuotes(text: string): string[] {
  return text.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? [];
}

/** An absent label is an empty one. */
export function matches({ label, op, value }: RouteMatcher, labels: Labels): boolean {
  const found = Object.hasOwn(labels, label) ? labels[label]! : '';
  if (op === '=') return found === value;
  if (op === '!=') return found !== value;
  return anchored(value).test(found) === (op === '=~');
}

export function matchesAll(matchers: readonly RouteMatcher[], labels: Labels): boolean {
  return matchers.every((matcher) => matches(matcher, labels));
}

export function printMatcher({ label, op, value }: RouteMatcher): string {
  return `${label}${op}"${value.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}

// Go's inline flags stand in front; JavaScript wants them beside. An expression that JavaScript cannot read matches nothing.
function anchored(expression: string): RegExp {
  const flags = /^\(\?([ims]+)\)/.exec(expression);
  try {
    return new RegExp(`^(?:${expression.slice(flags?.[0].length ?? 0)})$`, `u${flags?.[1] ?? ''}s`.replace('ss', 's'));
  } catch {
    return /[^\s\S]/;
  }
}
