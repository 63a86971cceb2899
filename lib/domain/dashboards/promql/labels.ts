// The labels that the result of an expression can carry, as Prometheus computes them.

import { childOf, type Promql, type PromqlNode, textOf } from '../../rules/promql.ts';
import { unquote } from '../../rules/selectors.ts';
import { PLACEHOLDER } from './variables.ts';

export interface LabelFacts {
  readonly labelsOf: (metric: string) => ReadonlySet<string> | null;
  readonly scrapeLabels: ReadonlySet<string>;
}

type Labels = ReadonlySet<string> | null;

/** Null: anything is possible. Offsets, ranges and signs change nothing, so they are looked through. */
export function carriedLabels(promql: Promql, facts: LabelFacts, node: PromqlNode = promql.root): Labels {
  switch (node.type) {
    case 'VectorSelector':
      return ofSelector(promql, facts, node);
    case 'AggregateExpr':
      return ofAggregation(promql, facts, node);
    case 'FunctionCall':
      return ofCall(promql, facts, node);
    case 'BinaryExpr':
      return ofBinary(promql, facts, node);
    case 'UnaryExpr':
      return withoutName(carriedLabels(promql, facts, node.children.at(-1) ?? node));
    case 'NumberDurationLiteral':
    case 'StringLiteral':
      return new Set();
    default: {
      const inner = node.children.find(({ type }) => isExpression(type));
      return inner === undefined ? new Set() : carriedLabels(promql, facts, inner);
    }
  }
}

export function isExpression(type: string): boolean {
  return /Expr$|Selector$|^FunctionCall$|Literal$/.test(type) && !/^(?:Offset)?DurationExpr$/.test(type);
}

export function metricName(promql: Promql, selector: PromqlNode): string {
  const name = childOf(selector, 'Identifier');
  return name === undefined ? '' : textOf(promql, name);
}

export function argumentsOf(node: PromqlNode): readonly PromqlNode[] {
  return (childOf(node, 'FunctionCallBody')?.children ?? []).filter(({ type }) => isExpression(type));
}

/** The names in `by (…)`, `on (…)`, `group_left (…)`. */
export function groupingOf(promql: Promql, node: PromqlNode | undefined): string[] {
  return (node?.children ?? []).map((label) => unquote(textOf(promql, label)));
}

function ofSelector(promql: Promql, facts: LabelFacts, node: PromqlNode): Labels {
  const name = metricName(promql, node);
  if (name === '' || name.includes(PLACEHOLDER)) return null;
  const own = facts.labelsOf(name);
  return own === null ? null : new Set([...own, ...facts.scrapeLabels, '__name__']);
}

function ofAggregation(promql: Promql, facts: LabelFacts, node: PromqlNode): Labels {
  const operator = textOf(promql, childOf(node, 'AggregateOp') ?? node).toLowerCase();
  const inner = lastOf(promql, facts, argumentsOf(node));
  const modifier = childOf(node, 'AggregateModifier');
  // These choose series and leave their labels alone.
  if (/^(?:topk|bottomk|limitk|limit_ratio)$/.test(operator)) return inner;
  const grouping = groupingOf(promql, modifier === undefined ? undefined : childOf(modifier, 'GroupingLabels'));
  const added = operator === 'count_values' ? [unquote(textOf(promql, argumentsOf(node)[0] ?? node))] : [];
  if (grouping.some((label) => label.includes(PLACEHOLDER))) return null;
  if (modifier !== undefined && childOf(modifier, 'Without') !== undefined)
    return inner === null ? null : without(new Set([...inner, ...added]), [...grouping, '__name__']);
  return new Set([...grouping, ...added]);
}

function ofCall(promql: Promql, facts: LabelFacts, node: PromqlNode): Labels {
  const name = textOf(promql, childOf(node, 'FunctionIdentifier') ?? node).toLowerCase();
  const args = argumentsOf(node);
  if (/^(?:scalar|vector|time|pi|minute|hour|month|year|day_\w+|days_\w+)$/.test(name) && name !== 'vector')
    return args.length === 0 || name === 'scalar' ? new Set() : lastOf(promql, facts, args);
  if (name === 'vector') return new Set();
  const inner = lastOf(
    promql,
    facts,
    args.filter(({ type }) => type !== 'StringLiteral' && type !== 'NumberDurationLiteral'),
  );
  // Which labels an absence has depends on the equalities it was asked with.
  if (name.startsWith('absent')) return null;
  if (inner === null) return null;
  if (name === 'histogram_quantile' || name === 'histogram_fraction') return without(inner, ['le', '__name__']);
  if (name === 'label_replace' || name === 'label_join')
    return new Set([...inner, unquote(textOf(promql, args[1] ?? node))]);
  const keepsName = /^(?:last_over_time|first_over_time|sort\w*)$/.test(name);
  return keepsName ? inner : without(inner, ['__name__']);
}

function ofBinary(promql: Promql, facts: LabelFacts, node: PromqlNode): Labels {
  const sides = node.children.filter(({ type }) => isExpression(type));
  const [left, right] = [sides[0], sides.at(-1)].map((side) => side ?? node) as [PromqlNode, PromqlNode];
  const isOf = (type: string): boolean => node.children.some((child) => child.type === type);
  const ofLeft = carriedLabels(promql, facts, left);
  const ofRight = carriedLabels(promql, facts, right);
  if (isOf('And') || isOf('Unless')) return ofLeft;
  if (isOf('Or')) return ofLeft === null || ofRight === null ? null : new Set([...ofLeft, ...ofRight]);
  const isFilter = ['Gtr', 'Gte', 'Lss', 'Lte', 'Eql', 'Neq'].some(isOf) && !isOf('BoolModifier');
  if (isNumber(promql, left)) return isFilter ? ofRight : withoutName(ofRight);
  const kept = isFilter ? ofLeft : withoutName(ofLeft);
  if (isNumber(promql, right)) return kept;
  return matched(promql, node, kept, isFilter ? ofRight : withoutName(ofRight));
}

function matched(promql: Promql, node: PromqlNode, left: Labels, right: Labels): Labels {
  const clause = childOf(node, 'MatchingModifierClause');
  if (clause === undefined) return left;
  const side = clause.children.findIndex(({ type }) => type === 'GroupLeft' || type === 'GroupRight');
  const lists = clause.children
    .map((child, index) => ({ child, index }))
    .filter(({ child }) => child.type === 'GroupingLabels');
  const labels = groupingOf(promql, lists.find(({ index }) => side === -1 || index < side)?.child);
  if (side !== -1) {
    const many = clause.children[side]!.type === 'GroupLeft' ? left : right;
    const taken = groupingOf(promql, lists.find(({ index }) => index > side)?.child);
    return many === null ? null : new Set([...many, ...taken]);
  }
  if (childOf(clause, 'On') !== undefined) return new Set(labels);
  return left === null ? null : without(left, labels);
}

/** A number, or something that becomes one for every series: scalar(), time(). */
export function isNumber(promql: Promql, node: PromqlNode): boolean {
  if (node.type === 'NumberDurationLiteral') return true;
  if (node.type === 'FunctionCall')
    return /^(?:scalar|time|pi)$/.test(textOf(promql, childOf(node, 'FunctionIdentifier') ?? node).toLowerCase());
  if (node.type === 'VectorSelector') return metricName(promql, node).startsWith(PLACEHOLDER);
  const inner = node.children.filter(({ type }) => isExpression(type));
  const isPlain = ['ParenExpr', 'UnaryExpr', 'BinaryExpr', 'PromQL'].includes(node.type);
  return isPlain && inner.length > 0 && inner.every((child) => isNumber(promql, child));
}

function lastOf(promql: Promql, facts: LabelFacts, args: readonly PromqlNode[]): Labels {
  const vector = args.find((arg) => !isNumber(promql, arg) && arg.type !== 'StringLiteral') ?? args.at(-1);
  return vector === undefined ? new Set() : carriedLabels(promql, facts, vector);
}

function withoutName(labels: Labels): Labels {
  return labels === null ? null : without(labels, ['__name__']);
}

function without(labels: ReadonlySet<string>, gone: readonly string[]): ReadonlySet<string> {
  return new Set([...labels].filter((label) => !gone.includes(label)));
}
