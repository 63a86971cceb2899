// rule/interval: what happens between two evaluations is seen by a window that reaches from one to the next.

import { parsePromDuration } from '../prom-duration.ts';
import { nodesOf, textOf } from '../promql.ts';
import { findSelectors } from '../selectors.ts';
import { type Check, found } from './check.ts';

/** Count events; a rate or a mean is a sample, whenever it is taken. */
const COUNTS = /^(?:increase|changes|resets)$/;

export const checkMissedEvents: Check = (rule, { evaluationMs }) => {
  if (rule.kind !== 'alert') return [];
  const everyMs = rule.interval === undefined ? evaluationMs : parsePromDuration(rule.interval);
  if (everyMs === null) return [];
  const { promql } = rule;
  return nodesOf(promql, 'MatrixSelector').flatMap((node) => {
    const selector = findSelectors(promql).find(({ node: at }) => at.from >= node.from && at.to <= node.to);
    const window = /\[\s*(\w+)\s*\]$/.exec(textOf(promql, node))?.[1] ?? '';
    const windowMs = parsePromDuration(window);
    if (!COUNTS.test(selector?.inside[0] ?? '') || windowMs === null || windowMs >= everyMs) return [];
    const message = `looks back ${window} every ${everyMs / 1_000}s: what happens in between is never seen`;
    return [found(rule, 'rule/interval', message, rule.lines.expr)];
  });
};
