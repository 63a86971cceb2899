// alert/absent: one failed scrape is no absence; the alert waits for two of them at least.

import { parsePromDuration, printPromDuration } from '../prom-duration.ts';
import { childOf, textOf, walk } from '../promql.ts';
import { type Check, found } from './check.ts';

/** Around an absent() whose answer is the alert's. */
const PASSED_ON = new Set(['PromQL', 'ParenExpr', 'BinaryExpr']);

export const checkAlertAbsent: Check = (rule, { known }) => {
  if (rule.kind !== 'alert') return [];
  const { promql } = rule;
  const isAsked = [...walk(promql.root)].some(({ node, ancestors }) => {
    if (node.type !== 'FunctionCall' || textOf(promql, childOf(node, 'FunctionIdentifier') ?? node) !== 'absent')
      return false;
    return ancestors.every(
      ({ type, children }) => PASSED_ON.has(type) && !children.some(({ type: one }) => one === 'Unless'),
    );
  });
  const waitsMs = parsePromDuration(rule.for ?? '0s') ?? 0;
  const leastMs = 2 * (known.shortestScrapeMs ?? 0);
  if (!isAsked || (waitsMs > 0 && waitsMs >= leastMs)) return [];
  const wanted = leastMs === 0 ? 'two scrapes' : printPromDuration(leastMs);
  return [
    found(
      rule,
      'alert/absent',
      `asks absent() and waits ${printPromDuration(waitsMs)}: one failed scrape would fire it; wait ${wanted} at least`,
      rule.lines.for,
    ),
  ];
};
