// promql/division: nothing divided by nothing is NaN, and NaN compares false: the alert is silent when it matters.

import { type Promql, type PromqlNode, textOf, walk } from '../promql.ts';
import { type Check, found } from './check.ts';

const COMPARISONS = new Set(['Gtr', 'Gte', 'Lss', 'Neq']);

export const checkDivisionGuard: Check = (rule) => {
  const { promql } = rule;
  return [...walk(promql.root)].flatMap(({ node, ancestors }) => {
    if (node.type !== 'BinaryExpr' || !node.children.some(({ type }) => type === 'Div')) return [];
    const divisor = node.children.at(-1)!;
    if (isConstant(divisor) || isCount(promql, divisor) || isGuarded(promql, divisor, ancestors)) return [];
    const shown = textOf(promql, divisor);
    return [
      found(rule, 'promql/division', `divides by ${shown}, which may be 0: add "> 0", or "and … > 0"`, rule.lines.expr),
    ];
  });
};

function isConstant(node: PromqlNode): boolean {
  return ![...walk(node)].some(({ node: inner }) => inner.type === 'VectorSelector');
}

/** Of no series there is no count, rather than one of 0. */
function isCount(promql: Promql, node: PromqlNode): boolean {
  if (node.type === 'ParenExpr') return node.children.some((child) => isCount(promql, child));
  const operator = node.type === 'AggregateExpr' ? node.children.find(({ type }) => type === 'AggregateOp') : undefined;
  return operator !== undefined && /^(?:count|group)$/i.test(textOf(promql, operator));
}

function isGuarded(promql: Promql, divisor: PromqlNode, ancestors: readonly PromqlNode[]): boolean {
  if (hasGuard(promql, divisor)) return true;
  const metrics = metricsIn(promql, divisor);
  return ancestors.some((ancestor) => {
    const [left, operator] = ancestor.children;
    const right = ancestor.children.at(-1);
    if (ancestor.type !== 'BinaryExpr' || operator?.type !== 'And' || right === undefined || left === undefined)
      return false;
    // The guard stands on the other side of `and` and speaks of the same metric.
    const other = divisor.from >= right.from ? left : right;
    return hasGuard(promql, other) && metricsIn(promql, other).some((metric) => metrics.includes(metric));
  });
}

function hasGuard(promql: Promql, node: PromqlNode): boolean {
  return [...walk(node)].some(({ node: inner }) => {
    if (inner.type === 'BinaryExpr') return inner.children.some(({ type }) => COMPARISONS.has(type));
    return inner.type === 'FunctionIdentifier' && textOf(promql, inner).toLowerCase() === 'clamp_min';
  });
}

function metricsIn(promql: Promql, node: PromqlNode): string[] {
  return [...walk(node)]
    .filter(({ node: inner }) => inner.type === 'Identifier')
    .map(({ node: inner }) => textOf(promql, inner));
}
