// Indicators as people write them → queries with a place for the window, and series by which a test can feed them.

import { printDecimal, type Rational } from './rational.ts';
import { type Indicator, type Samples, WINDOW } from './slo.ts';

export type IndicatorReading =
  | { readonly ok: true; readonly indicator: Indicator }
  | { readonly ok: false; readonly problem: string };

const SELECTOR = /^[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{[^{}]*\})?$/;
const PLACEHOLDER = /\{\{\s*\.window\s*\}\}|\$window\b/g;
const ONE_RATE = /^sum\(\s*rate\(\s*([a-zA-Z_:][a-zA-Z0-9_:]*(?:\{[^{}]*\})?)\s*\[\{\{\.window\}\}\]\s*\)\s*\)$/;
const MATCHER = /\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/y;

/** `(1 - (bad / total))` or `good / total`; a term is a query with `$window`, a counter, or a name from `events`. */
export function readRatio(text: string, events: Readonly<Record<string, string>>): IndicatorReading {
  const inner = unwrap(text);
  const rest = /^1\s*-\s*(.+)$/s.exec(inner)?.[1];
  const terms = splitAtSlash(unwrap(rest ?? inner));
  if (terms === null) return refuse(`"${text}" is neither (1 - (bad / total)) nor good / total`);
  const [above, below] = [toQuery(terms[0], events), toQuery(terms[1], events)];
  for (const query of [above, below]) if (!query.ok) return refuse(query.problem);
  if (!above.ok || !below.ok) return refuse('');
  return rest === undefined
    ? eventsIndicator(`(${below.query}) - (${above.query})`, below.query)
    : eventsIndicator(above.query, below.query);
}

/** Bad is what took longer than `atMost`: the bucket must exist. */
export function readLatency(histogram: string, matchers: string, atMost: Rational): IndicatorReading {
  const limit = printDecimal(atMost);
  // Clients write a whole bound with and without its `.0`.
  const bound = limit.includes('.') ? `le="${limit}"` : `le=~"${limit}([.]0)?"`;
  const list = matchers
    .trim()
    .replace(/^\{|\}$/g, '')
    .trim();
  const all = `${histogram}_count${list === '' ? '' : `{${list}}`}`;
  const good = `${histogram}_bucket{${list === '' ? '' : `${list}, `}${bound}}`;
  if (!SELECTOR.test(all)) return refuse(`"${histogram}" with {${list}} is no histogram's selector`);
  const total = rateOf(all);
  const samples = joinSamples([sample(all, 'all'), sample(good.replace(bound, `le="${limit}"`), 'good')]);
  return { ok: true, indicator: { kind: 'events', bad: `${total} - ${rateOf(good)}`, total, samples } };
}

export function eventsIndicator(bad: string, total: string): IndicatorReading {
  const [badQuery, totalQuery] = [normalize(bad), normalize(total)];
  for (const [what, query] of [
    ['bad', badQuery],
    ['total', totalQuery],
  ] as const)
    if (!query.includes(WINDOW)) return refuse(`the query of ${what} events has no ${WINDOW} where its range goes`);
  return {
    ok: true,
    indicator: { kind: 'events', bad: badQuery, total: totalQuery, samples: samplesOf(badQuery, totalQuery) },
  };
}

export function ratioIndicator(ratio: string): IndicatorReading {
  const query = normalize(ratio);
  if (!query.includes(WINDOW)) return refuse(`the ratio's query has no ${WINDOW} where its range goes`);
  return { ok: true, indicator: { kind: 'ratio', ratio: query } };
}

function refuse(problem: string): IndicatorReading & { readonly ok: false } {
  return { ok: false, problem };
}

function normalize(query: string): string {
  return query.trim().replace(PLACEHOLDER, WINDOW);
}

function rateOf(selector: string): string {
  return `sum(rate(${selector}[${WINDOW}]))`;
}

type QueryReading = { readonly ok: true; readonly query: string } | { readonly ok: false; readonly problem: string };

function toQuery(term: string, events: Readonly<Record<string, string>>): QueryReading {
  const name = unwrap(term);
  const text = Object.hasOwn(events, name) ? (events[name] ?? '') : name;
  const query = normalize(text);
  if (query.includes(WINDOW)) return { ok: true, query };
  if (SELECTOR.test(query)) return { ok: true, query: rateOf(query) };
  const problem = /^\d/.test(query)
    ? `"${query}" begins with a digit and is no metric: say under events what it stands for`
    : `"${query}" is neither a counter nor a query with $window`;
  return { ok: false, problem };
}

/** Without parentheses around all of it. */
function unwrap(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('(') || closingOf(trimmed) !== trimmed.length - 1) return trimmed;
  return unwrap(trimmed.slice(1, -1));
}

function closingOf(text: string): number {
  let end = -1;
  scan(text, (at, depth) => {
    if (end < 0 && depth === 0) end = at;
  });
  return end;
}

function splitAtSlash(text: string): readonly [string, string] | null {
  const slashes: number[] = [];
  scan(text, (at, depth) => {
    if (depth === 0 && text[at] === '/') slashes.push(at);
  });
  const [only] = slashes;
  return only === undefined || slashes.length > 1 ? null : [text.slice(0, only), text.slice(only + 1)];
}

/** Every character outside quotes, with the depth of brackets after it. */
function scan(text: string, visit: (at: number, depth: number) => void): void {
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (quote !== '') {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
      continue;
    }
    if (character === '"' || character === "'") quote = character;
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
    visit(at, depth);
  }
}

/** Null where the queries are more than one rate each, or a label cannot be made up. */
function samplesOf(bad: string, total: string): Samples | null {
  const [badSelector, totalSelector] = [ONE_RATE.exec(bad)?.[1], ONE_RATE.exec(total)?.[1]];
  if (badSelector === undefined || totalSelector === undefined) return null;
  if (metricOf(badSelector) !== metricOf(totalSelector))
    return joinSamples([sample(badSelector, 'bad'), sample(totalSelector, 'all')]);
  const told = labelsOf(totalSelector);
  const extra = labelsOf(badSelector)?.find(({ label }) => told?.every((matcher) => matcher.label !== label));
  if (told === null || extra === undefined) return null;
  const isBad = new RegExp(`^(?:${extra.value})$`);
  const other = ['200', 'ok', 'none'].find((value) => (extra.op === '=~' ? !isBad.test(value) : value !== extra.value));
  if (other === undefined || (extra.op !== '=' && extra.op !== '=~')) return null;
  const good = `${metricOf(totalSelector)}{${[...told.map(print), `${extra.label}="${other}"`].join(',')}}`;
  return joinSamples([sample(badSelector, 'bad'), sample(good, 'good')]);
}

interface LabelMatcher {
  readonly label: string;
  readonly op: string;
  readonly value: string;
}

function sample(selector: string, counts: 'bad' | 'good' | 'all'): Samples[number] | null {
  const matchers = labelsOf(selector);
  if (matchers === null) return null;
  const labels: string[] = [];
  for (const { label, op, value } of matchers) {
    const made = op === '=' ? value : op === '=~' ? matching(value) : op === '!=' || op === '!~' ? '' : null;
    if (made === null) return null;
    if (made !== '') labels.push(`${label}="${made}"`);
  }
  return { series: `${metricOf(selector)}{${labels.join(',')}}`, counts };
}

function joinSamples(list: readonly (Samples[number] | null)[]): Samples | null {
  const known = list.filter((one) => one !== null);
  return known.length === list.length ? known : null;
}

function metricOf(selector: string): string {
  return selector.split('{', 1)[0] ?? '';
}

function labelsOf(selector: string): readonly LabelMatcher[] | null {
  const inner = /\{(.*)\}$/s.exec(selector)?.[1] ?? '';
  const found: LabelMatcher[] = [];
  let at = 0;
  while (at < inner.trimEnd().length) {
    MATCHER.lastIndex = at;
    const match = MATCHER.exec(inner);
    if (match === null) return null;
    found.push({ label: match[1]!, op: match[2]!, value: match[3]! });
    at = MATCHER.lastIndex;
  }
  return found;
}

function print({ label, op, value }: LabelMatcher): string {
  return `${label}="${op === '=~' ? (matching(value) ?? '') : value}"`;
}

/** A text that a simple expression matches: its first alternative, a digit for each dot. */
function matching(expression: string): string | null {
  const first = expression.replace(/[()]/g, '').split('|', 1)[0] ?? '';
  const made = first
    .replace(/\.[*+]/g, 'x')
    .replace(/\./g, '0')
    .replace(/\\(.)/g, '$1')
    .replace(/\[(.)[^\]]*\]/g, '$1')
    .replace(/[+*?]/g, '');
  try {
    return new RegExp(`^(?:${expression})$`).test(made) ? made : null;
  } catch {
    return null;
  }
}
