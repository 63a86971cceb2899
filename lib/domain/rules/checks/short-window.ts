// promql/window: a rate needs two samples; a window of less than two scrapes is empty most of the time.

import { parsePromDuration, printPromDuration } from '../prom-duration.ts';
import { nodesOf, textOf } from '../promql.ts';
import { findSelectors } from '../selectors.ts';
import { type Check, found } from './check.ts';

export const checkShortWindow: Check = (rule, { known }) => {
  const { promql } = rule;
  const selectors = findSelectors(promql);
  return nodesOf(promql, 'MatrixSelector').flatMap((node) => {
    const selector = selectors.find(({ node: at }) => at.from >= node.from && at.to <= node.to);
    const window = /\[\s*(\w+)\s*\]$/.exec(textOf(promql, node))?.[1] ?? '';
    const windowMs = parsePromDuration(window);
    // What is recorded comes as often as its group is evaluated.
    if (selector === undefined || windowMs === null || known.recorded.has(selector.metric)) return [];
    const scrapeMs = known.scrapeMsOf(selector.metric) ?? known.shortestScrapeMs;
    if (scrapeMs === null || selector.metric.includes(':') || windowMs >= 2 * scrapeMs) return [];
    const message = `looks back ${window} at ${selector.metric}, which is scraped every ${printPromDuration(scrapeMs)}`;
    return [found(rule, 'promql/window', message, rule.lines.expr)];
  });
};
