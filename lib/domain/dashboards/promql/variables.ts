// Grafana's variables and macros in texts and queries.

export interface VariableUse {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** `$name`, `${name}`, `${name:format}`, `${name.field}`, `[[name]]`, `[[name:format]]`; `$1` belongs to label_replace. */
const USE =
  /\$([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)(?:\.[^:}]*)?(?::[^}]*)?\}|\[\[([A-Za-z_]\w*)(?:\.[^:\]]*)?(?::[^\]]*)?\]\]/g;

export function findUses(text: string): VariableUse[] {
  if (!text.includes('$') && !text.includes('[[')) return [];
  return [...text.matchAll(USE)].map((match) => ({
    name: match[1] ?? match[2] ?? match[3] ?? '',
    from: match.index,
    to: match.index + match[0].length,
  }));
}

/** What Grafana itself provides: never declared. */
export function isBuiltIn(name: string): boolean {
  return name.startsWith('__') || name === 'timeFilter' || name === 'timezone';
}

/** Stands where a variable stood; no metric or label of anybody is called so. */
export const PLACEHOLDER = 'grafana_variable_';
/** As long as what people choose, and as $__rate_interval mostly is. */
export const SPAN = '5m';

/** The query as Prometheus might get it: parses when the query is right for some value of each variable. */
export function fillIn(query: string): string {
  let filled = '';
  let at = 0;
  const context = { quote: '', brackets: 0, braces: 0 };
  for (const use of findUses(query)) {
    follow(context, query.slice(at, use.from));
    filled += query.slice(at, use.from) + stand(use, context, query);
    at = use.to;
  }
  return filled + query.slice(at);
}

interface TextContext {
  quote: string;
  brackets: number;
  braces: number;
}

function follow(context: TextContext, text: string): void {
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]!;
    if (context.quote !== '') {
      if (char === '\\' && context.quote !== '`') at += 1;
      else if (char === context.quote) context.quote = '';
    } else if (char === '"' || char === "'" || char === '`') context.quote = char;
    else if (char === '[') context.brackets += 1;
    else if (char === ']') context.brackets = Math.max(0, context.brackets - 1);
    else if (char === '{') context.braces += 1;
    else if (char === '}') context.braces = Math.max(0, context.braces - 1);
  }
}

function stand({ name, from, to }: VariableUse, context: TextContext, query: string): string {
  const before = query.slice(Math.max(0, from - 40), from);
  const after = query.slice(to, to + 40);
  const placeholder = `${PLACEHOLDER}${name}`;
  if (context.quote !== '') return placeholder;
  if (context.brackets > 0 || /\boffset\s+-?\s*$/.test(before)) return /^(?:ms|[smhdwy])\b/.test(after) ? '300' : SPAN;
  if (/^__(?:interval_ms|range_s|range_ms|from|to|rate_interval_ms)$/.test(name)) return '300';
  if (/^__(?:interval|rate_interval|range)$/.test(name)) return SPAN;
  // A whole matcher: `{$filter}`, `{a="b", $filter}`.
  if (context.braces > 0 && /[{,]\s*$/.test(before) && /^\s*[,}]/.test(after)) return `${placeholder}="x"`;
  // A number that is compared or counted with parses as a series too.
  return placeholder;
}
