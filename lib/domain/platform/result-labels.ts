// Which labels of its input an expression keeps: tests say what they feed, and need not repeat what comes out.

import { childOf, type Promql, type PromqlNode, textOf } from '../rules/promql.ts';

type Labels = Readonly<Record<string, string>>;

/** Recording rules by the name they record under: what reads one gets what its expression keeps. */
export type Recorded = ReadonlyMap<string, Promql>;

/** The labels of the result for a series with these labels; null where only a person can tell. */
export function resultLabels(promql: Promql, given: Labels, recorded: Recorded = new Map()): Labels | null {
  const top = promql.root.children[0];
  return top === undefined ? null : keep({ ...promql, recorded }, top, given);
}

interface Reading extends Promql {
  readonly recorded: Recorded;
}

function keep(promql: Reading, node: PromqlNode, given: Labels): Labels | null {
  switch (node.type) {
    case 'ParenExpr':
    case 'UnaryExpr':
    case 'StepInvariantExpr':
    case 'OffsetExpr':
    case 'SubqueryExpr':
    case 'MatrixSelector':
      return keepInner(promql, node, given);
    case 'VectorSelector':
      return keepRecorded(promql, node, given);
    case 'AggregateExpr':
      return keepGroup(promql, node, given);
    case 'FunctionCall':
      return keepCall(promql, node, given);
    case 'BinaryExpr':
      return keepSide(promql, node, given);
    default:
      return null;
  }
}

function keepRecorded({ recorded, ...promql }: Reading, node: PromqlNode, given: Labels): Labels | null {
  const name = childOf(node, 'Identifier');
  const source = name === undefined ? undefined : recorded.get(textOf(promql, name));
  return source === undefined ? given : resultLabels(source, given, recorded);
}

function keepInner(promql: Reading, node: PromqlNode, given: Labels): Labels | null {
  const inner = node.children.find((child) => isExpression(child));
  return inner === undefined ? null : keep(promql, inner, given);
}

function keepGroup(promql: Reading, node: PromqlNode, given: Labels): Labels | null {
  const body = childOf(node, 'FunctionCallBody');
  const operator = childOf(node, 'AggregateOp');
  const inner = body?.children.findLast((child) => isExpression(child));
  const before = inner === undefined ? null : keep(promql, inner, given);
  if (before === null || operator === undefined) return null;
  if (/^(topk|bottomk)$/i.test(textOf(promql, operator))) return before;
  const modifier = childOf(node, 'AggregateModifier');
  if (modifier === undefined) return {};
  const names = namesIn(promql, modifier);
  const isBy = modifier.children.some(({ type }) => type === 'By');
  return pick(before, (name) => names.includes(name) === isBy);
}

const WITHOUT_LABELS = new Set(['time', 'vector', 'scalar']);

function keepCall(promql: Reading, node: PromqlNode, given: Labels): Labels | null {
  const identifier = childOf(node, 'FunctionIdentifier');
  const name = identifier === undefined ? '' : textOf(promql, identifier).toLowerCase();
  if (name === 'absent' || name === 'absent_over_time' || name.startsWith('label_')) return null;
  if (WITHOUT_LABELS.has(name)) return {};
  const body = childOf(node, 'FunctionCallBody');
  const inner = body?.children.findLast((child) => isExpression(child) && !isScalar(promql, child));
  const before = inner === undefined ? null : keep(promql, inner, given);
  return name === 'histogram_quantile' && before !== null ? pick(before, (label) => label !== 'le') : before;
}

/** A set operator, a filter and a scalar leave the left side; matching on labels leaves those labels. */
function keepSide(promql: Reading, node: PromqlNode, given: Labels): Labels | null {
  const left = node.children[0]!;
  const right = node.children.at(-1)!;
  const operator = node.children.find(({ type }) => /^(And|Or|Unless)$/.test(type));
  const side = isScalar(promql, left) ? right : left;
  const before = keep(promql, side, given);
  if (before === null || operator !== undefined || isScalar(promql, left) || isScalar(promql, right)) return before;
  const clause = childOf(node, 'MatchingModifierClause');
  if (clause === undefined) return before;
  if (clause.children.some(({ type }) => /Group(Left|Right)/.test(type))) return null;
  const names = namesIn(promql, clause);
  const isOn = clause.children.some(({ type }) => type === 'On');
  return pick(before, (name) => names.includes(name) === isOn);
}

function isScalar(promql: Promql, node: PromqlNode): boolean {
  if (/^(NumberDurationLiteral|StringLiteral)$/.test(node.type)) return true;
  if (node.type === 'ParenExpr' || node.type === 'UnaryExpr')
    return node.children.filter(isExpression).every((child) => isScalar(promql, child));
  if (node.type === 'BinaryExpr') return isScalar(promql, node.children[0]!) && isScalar(promql, node.children.at(-1)!);
  const identifier = childOf(node, 'FunctionIdentifier');
  return identifier !== undefined && /^(time|pi|scalar)$/i.test(textOf(promql, identifier));
}

function isExpression({ type }: PromqlNode): boolean {
  return /Expr$|^VectorSelector$|^MatrixSelector$|^FunctionCall$|Literal$/.test(type);
}

function namesIn(promql: Promql, node: PromqlNode): string[] {
  return (childOf(node, 'GroupingLabels')?.children ?? []).map((child) => textOf(promql, child));
}

function pick(labels: Labels, isKept: (name: string) => boolean): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => isKept(name)));
}
