// promql/counter: a counter means something only as a rate; its plain value falls at each restart.

import { type Promql, type PromqlNode, walk } from '../promql.ts';
import { findSelectors } from '../selectors.ts';
import { type Check, found } from './check.ts';
import { typeOf } from './metric-lookup.ts';

const FINE = new Set([
  'rate',
  'irate',
  'increase',
  'resets',
  'changes',
  'absent',
  'absent_over_time',
  'present_over_time',
  'count',
  'count_over_time',
  'timestamp',
  'group',
]);

export const checkCounterRate: Check = (rule, facts) =>
  findSelectors(rule.promql)
    .filter(({ metric, inside }) => typeOf(facts, metric) === 'counter' && !inside.some((name) => FINE.has(name)))
    .filter(({ node }) => !isOnlyAskedFor(rule.promql, node))
    .map(({ metric }) =>
      found(rule, 'promql/counter', `reads the counter ${metric} without rate() or increase()`, rule.lines.expr),
    );

/** Behind `and` and `unless` only the presence of a series counts. */
function isOnlyAskedFor(promql: Promql, selector: PromqlNode): boolean {
  const place = [...walk(promql.root)].find(({ node }) => node === selector);
  let inner = selector;
  for (const ancestor of (place?.ancestors ?? []).toReversed()) {
    if (ancestor.type === 'OffsetExpr' || ancestor.type === 'ParenExpr') {
      inner = ancestor;
      continue;
    }
    return (
      ancestor.children.some(({ type }) => type === 'And' || type === 'Unless') && ancestor.children.at(-1) === inner
    );
  }
  return false;
}
