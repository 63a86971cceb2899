// Two vectors are joined by their labels: when one has a label that the other lacks, no series ever finds a partner.

import { carriedLabels, groupingOf, isExpression, isNumber } from '../../dashboards/promql/labels.ts';
import { PLACEHOLDER } from '../../dashboards/promql/variables.ts';
import { childOf, type Promql, type PromqlNode, textOf, walk } from '../promql.ts';
import { findSelectors } from '../selectors.ts';
import type { FindMistakes } from './mistake.ts';

export const findNoPartner: FindMistakes = (promql, facts) =>
  [...walk(promql.root)].flatMap(({ node }) => {
    const sides = node.children.filter(({ type }) => isExpression(type));
    const [left, right] = [sides[0], sides.at(-1)];
    if (node.type !== 'BinaryExpr' || left === undefined || right === undefined || left === right) return [];
    // `or` joins nothing, and a number goes with everything.
    if (childOf(node, 'Or') !== undefined || isNumber(promql, left) || isNumber(promql, right)) return [];
    const [ofLeft, ofRight] = [carriedLabels(promql, facts, left), carriedLabels(promql, facts, right)];
    if (ofLeft === null || ofRight === null) return [];
    // What a target may add is not on every series. The job is, but on those that rules record.
    const isJobCertain = findSelectors(promql).every(({ metric }) => !facts.recorded.has(metric));
    const lost = comparedLabels(promql, node, [ofLeft, ofRight])
      .filter((label) => (label === 'job' ? isJobCertain : !facts.scrapeLabels.has(label)))
      .find((label) => ofLeft.has(label) !== ofRight.has(label));
    if (lost === undefined) return [];
    const [owner, other] = ofLeft.has(lost) ? [left, right] : [right, left];
    return [
      `joins "${shown(promql, owner)}", which has the label ${lost}, with "${shown(promql, other)}", which has not: no series finds a partner; say on (…)`,
    ];
  });

/** Those by which Prometheus looks for a partner. */
function comparedLabels(promql: Promql, node: PromqlNode, sides: readonly ReadonlySet<string>[]): string[] {
  const all = [...new Set(sides.flatMap((side) => [...side]))].filter((label) => label !== '__name__');
  const clause = childOf(node, 'MatchingModifierClause');
  if (clause === undefined) return all;
  const isOn = childOf(clause, 'On') !== undefined;
  const named = groupingOf(promql, childOf(clause, 'GroupingLabels'));
  if (named.some((label) => label.includes(PLACEHOLDER))) return [];
  // `group_left (…)` alone has a list too.
  const isIgnoring = childOf(clause, 'Ignoring') !== undefined;
  if (!isOn && !isIgnoring) return all;
  return isOn ? named : all.filter((label) => !named.includes(label));
}

function shown(promql: Promql, node: PromqlNode): string {
  const text = textOf(promql, node).replace(/\s+/g, ' ').trim();
  return text.length > 50 ? `${text.slice(0, 49)}…` : text;
}
