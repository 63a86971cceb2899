// The mean of percentiles is the percentile of nothing.

import { argumentsOf } from '../../dashboards/promql/labels.ts';
import { childOf, type Promql, type PromqlNode, textOf, walk } from '../promql.ts';
import { findSelectors } from '../selectors.ts';
import type { FindMistakes } from './mistake.ts';

const NAMED = /(?:^|[_:])p(?:50|75|90|95|98|99|999)(?:_\w+)?$/;

export const findMeanOfPercentile: FindMistakes = (promql) =>
  [...walk(promql.root)].flatMap(({ node }) => {
    const operator = node.type === 'AggregateExpr' ? textOf(promql, childOf(node, 'AggregateOp') ?? node) : '';
    if (!/^(?:avg|sum)$/i.test(operator)) return [];
    const inner = argumentsOf(node).at(-1);
    if (inner === undefined || !isPercentile(promql, inner)) return [];
    return [
      `takes the ${operator.toLowerCase()} of percentiles, which is the percentile of nothing: sum the buckets first, or show the worst with max`,
    ];
  });

/** Through brackets and shifts only: a number of percentiles that are too high is a sound question. */
function isPercentile(promql: Promql, node: PromqlNode): boolean {
  switch (node.type) {
    case 'ParenExpr':
    case 'OffsetExpr':
    case 'StepInvariantExpr':
      return node.children.some((child) => isPercentile(promql, child));
    case 'FunctionCall':
      return textOf(promql, childOf(node, 'FunctionIdentifier') ?? node).toLowerCase() === 'histogram_quantile';
    case 'VectorSelector': {
      const selector = findSelectors(promql).find((one) => one.node === node);
      const isSummary = selector?.matchers.some(({ label, op }) => label === 'quantile' && op === '=') ?? false;
      return isSummary || NAMED.test(selector?.metric ?? '');
    }
    default:
      return false;
  }
}
