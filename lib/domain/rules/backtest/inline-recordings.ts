// An expression with its recording rules written out, so that it can be asked of a history that never recorded them.

import type { ParsePromql, Promql, PromqlNode } from '../promql.ts';
import { textOf, walk } from '../promql.ts';
import type { Rule } from '../rule.ts';
import { findSelectors, type Matcher, modifiersOf, type Selector } from '../selectors.ts';

export interface Inlined {
  readonly expr: string;
  /** Recording rules whose expressions took the place of their series. */
  readonly inlined: readonly string[];
  /** Recorded series that are read from the history, and why. */
  readonly read: readonly { readonly name: string; readonly why: string }[];
}

export interface InlineOptions {
  readonly parse: ParsePromql;
  /** Recording rules of the set, by the name they record. */
  readonly recordings: ReadonlyMap<string, readonly Rule[]>;
  /** Step of subqueries that take the place of ranges over recorded series. */
  readonly intervalMs: number;
  /** Recorded series that the history has. */
  readonly fromHistory: ReadonlySet<string>;
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export function inlineRecordings(expr: string, options: InlineOptions): Inlined {
  const inlined = new Set<string>();
  const read = new Map<string, string>();
  const text = rewrite(expr, []);
  return { expr: text, inlined: [...inlined], read: [...read].map(([name, why]) => ({ name, why })) };

  function rewrite(source: string, above: readonly string[]): string {
    const promql = options.parse(source);
    const parents = parentsOf(promql);
    const edits: Edit[] = [];
    for (const selector of findSelectors(promql)) {
      const rules = options.recordings.get(selector.metric);
      if (rules === undefined) continue;
      const edit = writeOut(promql, selector, rules, { parents, above });
      if (edit !== null) edits.push(edit);
    }
    return edits
      .sort((left, right) => right.from - left.from)
      .reduce((whole, { from, to, text: inner }) => whole.slice(0, from) + inner + whole.slice(to), source);
  }

  function writeOut(
    promql: Promql,
    selector: Selector,
    rules: readonly Rule[],
    { parents, above }: { parents: ReadonlyMap<PromqlNode, PromqlNode>; above: readonly string[] },
  ): Edit | null {
    const { metric: name } = selector;
    const place = placeOf(promql, selector.node, parents);
    const why = options.fromHistory.has(name)
      ? 'the history has it'
      : above.includes(name)
        ? 'it reads its own past'
        : place.isPinned
          ? 'it is read at a fixed time (@)'
          : null;
    if (why !== null) {
      read.set(name, why);
      return null;
    }
    inlined.add(name);
    const branches = rules.map((rule) => withLabels(`(${rewrite(rule.expr, [...above, name])})`, rule.labels));
    const value = selector.matchers.reduce(withMatcher, branches.join(' or '));
    const { from, to } = place;
    return { from, to, text: place.wrap(`(${value})`, options.intervalMs) };
  }
}

interface Place {
  readonly from: number;
  readonly to: number;
  readonly isPinned: boolean;
  readonly wrap: (value: string, stepMs: number) => string;
}

/** The text that has to be replaced: a range becomes a subquery, and only a subquery takes an offset. */
function placeOf(promql: Promql, node: PromqlNode, parents: ReadonlyMap<PromqlNode, PromqlNode>): Place {
  const { from } = node;
  const parent = parents.get(node);
  if (parent?.type === 'MatrixSelector') {
    const length = textOf(promql, parent)
      .slice(node.to - parent.from)
      .replace(/^\s*\[\s*|\s*\]\s*$/g, '');
    const { isPinned } = modifiersOf(promql, parent);
    return { from, to: parent.to, isPinned, wrap: (value, stepMs) => `${value}[${length}:${stepMs}ms]` };
  }
  const { offset, isPinned, to } = modifiersOf(promql, node);
  if (offset === '') return { from, to, isPinned, wrap: (value) => value };
  // What was recorded last by then: a window that holds exactly one of the instants of evaluation.
  const wrap = (value: string, stepMs: number): string =>
    `last_over_time(${value}[${Math.max(1, stepMs - 1)}ms:${stepMs}ms] ${offset})`;
  return { from, to, isPinned, wrap };
}

function parentsOf(promql: Promql): Map<PromqlNode, PromqlNode> {
  const parents = new Map<PromqlNode, PromqlNode>();
  for (const { node, ancestors } of walk(promql.root)) {
    const parent = ancestors.at(-1);
    if (parent !== undefined) parents.set(node, parent);
  }
  return parents;
}

function withLabels(expr: string, labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels).reduce(
    (inner, [label, value]) => `label_replace(${inner}, ${quote(label)}, ${constant(value)}, "", "")`,
    expr,
  );
}

/** PromQL has no filter by label on computed vectors: a vector of one element that carries the label stands in. */
function withMatcher(expr: string, { label, op, value }: Matcher): string {
  const holds = `label_replace(vector(1), ${quote(label)}, ${constant(value)}, "", "")`;
  if (op === '=') return `((${expr}) and on (${label}) ${holds})`;
  if (op === '!=') return `((${expr}) unless on (${label}) ${holds})`;
  const marked = `label_replace((${expr}), "__matched", "1", ${quote(label)}, ${quote(value)})`;
  const matching = `(${marked} and on (__matched) label_replace(vector(1), "__matched", "1", "", ""))`;
  return `((${expr}) ${op === '=~' ? 'and' : 'unless'} ignoring (__matched) ${matching})`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

/** As a replacement, where `$` would refer to a group. */
function constant(text: string): string {
  return quote(text.replaceAll('$', '$$$$'));
}

/** Names of recorded series that the expression reads, through other recordings too. */
export function recordingsBelow(
  expr: string,
  recordings: ReadonlyMap<string, readonly Rule[]>,
  parse: ParsePromql,
): string[] {
  const found = new Set<string>();
  const collect = (text: string): void => {
    for (const { metric } of findSelectors(parse(text))) {
      if (found.has(metric) || !recordings.has(metric)) continue;
      found.add(metric);
      for (const rule of recordings.get(metric)!) collect(rule.expr);
    }
  };
  collect(expr);
  return [...found];
}
