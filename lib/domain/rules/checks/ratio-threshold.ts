// promql/threshold: what lies between 0 and 1 is never above 5, and always below 99.5.

import { argumentsOf, isExpression } from '../../dashboards/promql/labels.ts';
import { unitOf } from '../../dashboards/promql/units.ts';
import { childOf, nodesOf, type Promql, type PromqlNode, textOf } from '../promql.ts';
import { type Check, type CheckFacts, found } from './check.ts';

const COMPARISONS = new Set(['Gtr', 'Gte', 'Lss', 'Lte', 'Eql', 'Neq']);
/** Ratios by name that have no upper end. */
const UNBOUNDED = /burn|sharpe|compression|amplification|leverage/i;

export const checkRatioThreshold: Check = (rule, facts) => {
  const { promql } = rule;
  return nodesOf(promql, 'BinaryExpr').flatMap((node) => {
    if (!node.children.some(({ type }) => COMPARISONS.has(type))) return [];
    const sides = node.children.filter(({ type }) => isExpression(type));
    const [side, limit] = [sides[0], sides.at(-1)];
    const number = limit === undefined ? Number.NaN : Number(textOf(promql, limit));
    if (side === undefined || !(number > 1) || !isShare(promql, facts, side)) return [];
    return [
      found(
        rule,
        'promql/threshold',
        `compares a ratio from 0 to 1 with ${number}: write ${number / 100} for ${number} %`,
        rule.lines.expr,
      ),
    ];
  });
};

/** A share, or the largest, least or mean of shares; a quotient may be above 1, and so may a sum. */
function isShare(promql: Promql, facts: CheckFacts, node: PromqlNode): boolean {
  switch (node.type) {
    case 'ParenExpr':
    case 'OffsetExpr':
    case 'StepInvariantExpr':
    case 'MatrixSelector':
      return node.children.some((child) => isShare(promql, facts, child));
    case 'AggregateExpr': {
      const operator = textOf(promql, childOf(node, 'AggregateOp') ?? node).toLowerCase();
      const inner = argumentsOf(node).at(-1);
      return /^(?:min|max|avg)$/.test(operator) && inner !== undefined && isShare(promql, facts, inner);
    }
    case 'FunctionCall': {
      const name = textOf(promql, childOf(node, 'FunctionIdentifier') ?? node).toLowerCase();
      const inner = argumentsOf(node).at(-1);
      return /^(?:min|max|avg|last)_over_time$/.test(name) && inner !== undefined && isShare(promql, facts, inner);
    }
    case 'VectorSelector':
      return unitOf(promql, facts.known, node) === 'ratio' && !UNBOUNDED.test(textOf(promql, node));
    default:
      return false;
  }
}
