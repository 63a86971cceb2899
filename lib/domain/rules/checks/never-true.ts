// promql/never: a condition that nothing fulfils is an alert that never fires.

import { childOf, nodesOf, type Promql, type PromqlNode, textOf } from '../promql.ts';
import { type Check, found } from './check.ts';

export const checkNeverTrue: Check = (rule) => {
  const { promql } = rule;
  return nodesOf(promql, 'BinaryExpr').flatMap((node) => {
    const why = countOfNone(promql, node) ?? negativeRate(promql, node) ?? emptyRange(promql, node);
    return why === undefined ? [] : [found(rule, 'promql/never', why, rule.lines.expr)];
  });
};

interface Comparison {
  readonly side: PromqlNode;
  readonly operator: string;
  readonly number: number;
}

function comparisonOf(promql: Promql, node: PromqlNode): Comparison | undefined {
  const operator = node.children.find(({ type }) => /^(?:Gtr|Gte|Lss|Lte|Eql)$/.test(type));
  const [side, limit] = [node.children[0], node.children.at(-1)];
  if (node.type !== 'BinaryExpr' || operator === undefined || side === undefined || limit === undefined)
    return undefined;
  if (childOf(node, 'BoolModifier') !== undefined) return undefined;
  const number = Number(textOf(promql, limit));
  return Number.isFinite(number) ? { side: unwrap(side), operator: operator.type, number } : undefined;
}

/** Of no series there is no count, rather than one of 0. */
function countOfNone(promql: Promql, node: PromqlNode): string | undefined {
  const comparison = comparisonOf(promql, node);
  if (comparison === undefined || comparison.side.type !== 'AggregateExpr') return undefined;
  const { side, operator, number } = comparison;
  if (!/^count$/i.test(textOf(promql, childOf(side, 'AggregateOp') ?? side))) return undefined;
  const isBelowOne = (operator === 'Lss' && number <= 1) || (/^(?:Eql|Lte)$/.test(operator) && number < 1);
  return isBelowOne
    ? 'waits for a count below 1: of no series there is no count; use absent(), or "or vector(0)" before comparing'
    : undefined;
}

function negativeRate(promql: Promql, node: PromqlNode): string | undefined {
  const comparison = comparisonOf(promql, node);
  if (comparison === undefined || comparison.side.type !== 'FunctionCall') return undefined;
  const { side, operator, number } = comparison;
  const name = textOf(promql, childOf(side, 'FunctionIdentifier') ?? side).toLowerCase();
  const isNegative = (operator === 'Lss' && number <= 0) || (/^(?:Eql|Lte)$/.test(operator) && number < 0);
  return isNegative && /^(?:rate|irate|increase|changes|resets)$/.test(name)
    ? `waits for ${name}() below 0, which it never is`
    : undefined;
}

/** `x > 9 and x < 5` */
function emptyRange(promql: Promql, node: PromqlNode): string | undefined {
  if (childOf(node, 'And') === undefined) return undefined;
  const both = [node.children[0], node.children.at(-1)].map((side) =>
    side === undefined ? undefined : comparisonOf(promql, unwrap(side)),
  );
  const [left, right] = both;
  if (left === undefined || right === undefined) return undefined;
  if (plain(promql, left.side) !== plain(promql, right.side)) return undefined;
  const [above, below] = /^Gt/.test(left.operator) ? [left, right] : [right, left];
  if (!/^Gt/.test(above.operator) || !/^Ls|^Lt/.test(below.operator) || above.number <= below.number) return undefined;
  return `wants more than ${above.number} and less than ${below.number} of the same`;
}

function unwrap(node: PromqlNode): PromqlNode {
  return node.type === 'ParenExpr' && node.children.length === 1 ? unwrap(node.children[0]!) : node;
}

function plain(promql: Promql, node: PromqlNode): string {
  return textOf(promql, node).replace(/\s/g, '');
}
