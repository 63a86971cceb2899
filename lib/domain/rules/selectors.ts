// The series an expression reads: metric, label matchers, and the functions around them.

import { childOf, type Promql, type PromqlNode, textOf, walk } from './promql.ts';

export interface Matcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

export interface Selector {
  readonly node: PromqlNode;
  /** Empty for `{…}` without a name. */
  readonly metric: string;
  readonly matchers: readonly Matcher[];
  /** Names of the functions and aggregations around it, nearest first. */
  readonly inside: readonly string[];
  readonly isRange: boolean;
}

export function findSelectors(promql: Promql): Selector[] {
  const found: Selector[] = [];
  for (const { node, ancestors } of walk(promql.root)) {
    if (node.type !== 'VectorSelector') continue;
    const matchers = readMatchers(promql, node);
    const name = childOf(node, 'Identifier');
    found.push({
      node,
      metric: name === undefined ? nameFromMatchers(matchers) : textOf(promql, name),
      matchers: matchers.filter(({ label }) => label !== '__name__'),
      inside: callsAround(promql, ancestors),
      isRange: ancestors.some(({ type }) => type === 'MatrixSelector'),
    });
  }
  return found;
}

function readMatchers(promql: Promql, selector: PromqlNode): Matcher[] {
  const list = childOf(selector, 'LabelMatchers');
  return (list?.children ?? []).flatMap((matcher): Matcher[] => {
    const [label, op, value] = matcher.children;
    if (label === undefined || op === undefined || value === undefined) return [];
    return [
      {
        label: unquote(textOf(promql, label)),
        op: textOf(promql, op) as Matcher['op'],
        value: unquote(textOf(promql, value)),
      },
    ];
  });
}

function nameFromMatchers(matchers: readonly Matcher[]): string {
  const name = matchers.find(({ label, op }) => label === '__name__' && op === '=');
  return name?.value ?? '';
}

function callsAround(promql: Promql, ancestors: readonly PromqlNode[]): string[] {
  return ancestors
    .flatMap((ancestor) => {
      const name = childOf(ancestor, 'FunctionIdentifier') ?? childOf(ancestor, 'AggregateOp');
      return name === undefined ? [] : [textOf(promql, name).toLowerCase()];
    })
    .reverse();
}

/**
 * What follows a selector or its range: `offset 1h` (empty without one), whether `@` pins it, and where it all ends.
 * Read from the text: the grammar's tree lets `a - b offset 1h` end in an offset of the whole, Prometheus does not.
 */
export function modifiersOf(promql: Promql, node: PromqlNode): { offset: string; isPinned: boolean; to: number } {
  const [all, first, pin, second] = MODIFIERS.exec(promql.text.slice(node.to)) ?? ['', '', '', ''];
  return { offset: (first || second || '').trim(), isPinned: (pin ?? '') !== '', to: node.to + all.length };
}

const OFFSET = '(\\s*\\boffset\\s+-?\\s*[0-9][0-9a-z.]*)?';
const MODIFIERS = new RegExp(`^${OFFSET}(\\s*@\\s*(?:start\\s*\\(\\s*\\)|end\\s*\\(\\s*\\)|-?[0-9.]+))?${OFFSET}`, 'i');

export function unquote(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1);
  if (!/^["']/.test(text)) return text;
  return text
    .slice(1, -1)
    .replace(/\\(.)/g, (_all, char: string) => (char === 'n' ? '\n' : char === 't' ? '\t' : char));
}
