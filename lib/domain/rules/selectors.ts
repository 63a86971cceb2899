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

export function unquote(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1);
  if (!/^["']/.test(text)) return text;
  return text
    .slice(1, -1)
    .replace(/\\(.)/g, (_all, char: string) => (char === 'n' ? '\n' : char === 't' ? '\t' : char));
}
