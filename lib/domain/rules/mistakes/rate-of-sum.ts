// A sum of counters falls when one of them restarts, and the rate of it takes that for a restart of all.

import { argumentsOf } from '../../dashboards/promql/labels.ts';
import { childOf, type PromqlNode, textOf, walk } from '../promql.ts';
import { findSelectors } from '../selectors.ts';
import type { FindMistakes } from './mistake.ts';

const RATE = /^(?:rate|irate|increase)$/;

export const findRateOfSum: FindMistakes = (promql) =>
  [...walk(promql.root)].flatMap(({ node }) => {
    const name =
      node.type === 'FunctionCall' ? textOf(promql, childOf(node, 'FunctionIdentifier') ?? node).toLowerCase() : '';
    const over = RATE.test(name) ? argumentsOf(node).find(({ type }) => type === 'SubqueryExpr') : undefined;
    const sum = over === undefined ? undefined : aggregationIn(over);
    if (sum === undefined) return [];
    // The maximum of a rate, or of a gauge, is nothing that restarts.
    const isOfCounters = findSelectors(promql).some(
      ({ node: at, inside }) =>
        at.from >= sum.from && at.to <= sum.to && inside.filter((one) => RATE.test(one)).length === 1,
    );
    if (!isOfCounters) return [];
    return [`takes ${name}() of a sum: when one counter restarts, all seem to; ${name}() first, then sum`];
  });

function aggregationIn(node: PromqlNode): PromqlNode | undefined {
  for (const child of node.children) {
    if (child.type === 'AggregateExpr') return child;
    const inner = child.type === 'ParenExpr' ? aggregationIn(child) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}
