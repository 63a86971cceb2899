// promql/quantile: histogram_quantile() needs buckets, with their bounds, and no other sum of them.

import { childOf, nodesOf, type Promql, type PromqlNode, textOf, walk } from '../promql.ts';
import { findSelectors } from '../selectors.ts';
import { type Check, found } from './check.ts';

export const checkQuantileBuckets: Check = (rule, { isComplete }) => {
  const { promql } = rule;
  return nodesOf(promql, 'FunctionCall').flatMap((call) => {
    const name = childOf(call, 'FunctionIdentifier');
    if (name === undefined || textOf(promql, name) !== 'histogram_quantile') return [];
    const say = (message: string): ReturnType<Check> => [found(rule, 'promql/quantile', message, rule.lines.expr)];
    const inside = findSelectors(promql).filter(({ node }) => node.from >= call.from && node.to <= call.to);
    // A native histogram has no bounds among its labels, and no suffix.
    if (!isComplete && !inside.some(({ metric }) => /_(?:bucket|count|sum|total)$/.test(metric))) return [];
    const loser = losesBounds(promql, call);
    if (loser !== undefined)
      return say(`takes a quantile of "${textOf(promql, loser)}", which has lost the bounds: keep le, sum by (…, le)`);
    const plain = inside.find(({ metric }) => metric.endsWith('_bucket') === false && !metric.includes(':'));
    if (plain !== undefined)
      return say(`takes a quantile of ${plain.metric}, which is no bucket: use ${plain.metric}_bucket`);
    // Without a rate promql/counter has said it all.
    const whole = inside.find(
      ({ metric, inside: around }) =>
        !metric.includes(':') &&
        around.some((one) => /^(rate|irate|increase)$/.test(one)) &&
        !around.some((one) => /^(sum|avg|max|min)$/.test(one)),
    );
    if (whole !== undefined) return say(`takes a quantile of every instance by itself: sum by (…, le) first`);
    return [];
  });
};

function losesBounds(promql: Promql, call: PromqlNode): PromqlNode | undefined {
  return [...walk(call)]
    .map(({ node }) => node)
    .find((node) => {
      if (node.type !== 'AggregateExpr') return false;
      const modifier = childOf(node, 'AggregateModifier');
      const names = modifier === undefined ? [] : (childOf(modifier, 'GroupingLabels')?.children ?? []);
      const hasBound = names.some((label) => textOf(promql, label) === 'le');
      const isBy = modifier === undefined || modifier.children.some(({ type }) => type === 'By');
      return isBy !== hasBound;
    });
}
