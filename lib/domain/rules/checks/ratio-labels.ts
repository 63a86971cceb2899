// promql/ratio: a part divided by its whole finds no partner when the part is chosen by a label that both still have.

import { childOf, nodesOf, type Promql, type PromqlNode, textOf } from '../promql.ts';
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
    const windows = differentWindows(promql, node);
    if (windows !== undefined)
      return [
        found(rule, 'promql/ratio', `divides ${windows[0]} by ${windows[1]}: one window for both`, rule.lines.expr),
      ];
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

/** The same metric over two windows is a comparison with its own past; of two metrics it is a slip. */
function differentWindows(promql: Promql, node: PromqlNode): [above: string, below: string] | undefined {
  const [above, below] = [node.children[0]!, node.children.at(-1)!].map((side) => ratesIn(promql, side));
  const [one, other] = [above?.[0], below?.[0]];
  if (above?.length !== 1 || below?.length !== 1 || one === undefined || other === undefined) return undefined;
  if (one.metric.replace(PART, '') === other.metric.replace(PART, '') || one.window === other.window) return undefined;
  return [`${one.name}() over ${one.window}`, `${other.name}() over ${other.window}`];
}

const PART = /_(?:bucket|sum|count|total)$/;

function ratesIn(promql: Promql, side: PromqlNode): { name: string; metric: string; window: string }[] {
  return nodesOf({ ...promql, root: side }, 'FunctionCall').flatMap((call) => {
    const name = textOf(promql, childOf(call, 'FunctionIdentifier') ?? call).toLowerCase();
    const [, metric, window] = /\(\s*([\w:]+)(?:\{[^}]*\})?\s*\[\s*(\w+)\s*\]\s*\)$/.exec(textOf(promql, call)) ?? [];
    const isRate = /^(?:rate|irate|increase)$/.test(name) && metric !== undefined && window !== undefined;
    return isRate ? [{ name, metric, window }] : [];
  });
}
