// promql/ratio: a part divided by its whole finds no partner when the part is chosen by a label that both still have.

import { childOf, nodesOf, type PromqlNode } from '../promql.ts';
import { findSelectors, type Selector } from '../selectors.ts';
import { type Check, found } from './check.ts';

const AGGREGATIONS = /^(sum|avg|min|max|count|group|stddev|stdvar|quantile|topk|bottomk)$/;

export const checkRatioLabels: Check = (rule) => {
  const { promql } = rule;
  const selectors = findSelectors(promql);
  const within = (node: PromqlNode): Selector[] =>
    selectors.filter(({ node: at }) => at.from >= node.from && at.to <= node.to);
  return nodesOf(promql, 'BinaryExpr').flatMap((node) => {
    if (!node.children.some(({ type }) => type === 'Div')) return [];
    if (childOf(node, 'MatchingModifierClause') !== undefined) return [];
    const [part] = within(node.children[0]!);
    const [whole] = within(node.children.at(-1)!);
    if (part === undefined || whole === undefined || part.metric !== whole.metric) return [];
    if ([...part.inside, ...whole.inside].some((name) => AGGREGATIONS.test(name))) return [];
    const chosen = part.matchers.find(({ label }) => !whole.matchers.some((other) => other.label === label));
    if (chosen === undefined) return [];
    return [
      found(
        rule,
        'promql/ratio',
        `divides ${part.metric} with one ${chosen.label} by all of them, series by series: only those of the same ${chosen.label} match, and the ratio is 1; sum both sides first`,
        rule.lines.expr,
      ),
    ];
  });
};
