// Rules that keep synthetic series apart: each sees its own series only, as if it were alone in the world.

import { childOf, nodesOf, type ParsePromql, type Promql, type PromqlNode, textOf } from '../rules/promql.ts';
import { findSelectors } from '../rules/selectors.ts';

/** The same expression for each value of the label: sums and matches keep it, whatever else they drop. */
export function keepApart(expr: string, label: string, parse: ParsePromql): string {
  const promql = parse(expr);
  const edits = [
    ...nodesOf(promql, 'AggregateExpr').flatMap((node) => editAggregate(promql, node, label)),
    ...nodesOf(promql, 'BinaryExpr').flatMap((node) => editMatching(promql, node, label)),
  ];
  return edits
    .sort((left, right) => right.at - left.at)
    .reduce((text, { at, insert }) => text.slice(0, at) + insert + text.slice(at), expr);
}

interface Edit {
  readonly at: number;
  readonly insert: string;
}

function editAggregate(promql: Promql, node: PromqlNode, label: string): Edit[] {
  const modifier = childOf(node, 'AggregateModifier');
  if (modifier === undefined) return [{ at: childOf(node, 'AggregateOp')!.to, insert: ` by (${label}) ` }];
  return childOf(modifier, 'By') === undefined ? [] : addLabel(promql, modifier, label);
}

/** A side without any series carries no labels to match by. */
function editMatching(promql: Promql, node: PromqlNode, label: string): Edit[] {
  const clause = childOf(node, 'MatchingModifierClause');
  if (clause === undefined || childOf(clause, 'On') === undefined) return [];
  const sides = [node.children[0]!, node.children.at(-1)!];
  const readsOnBoth = sides.every(({ from, to }) =>
    findSelectors(promql).some((selector) => selector.node.from >= from && selector.node.to <= to),
  );
  return readsOnBoth ? addLabel(promql, clause, label) : [];
}

function addLabel(promql: Promql, owner: PromqlNode, label: string): Edit[] {
  const labels = childOf(owner, 'GroupingLabels');
  if (labels === undefined) return [];
  const isEmpty = !/\w/.test(textOf(promql, labels));
  return [{ at: labels.to - 1, insert: isEmpty ? label : `, ${label}` }];
}
