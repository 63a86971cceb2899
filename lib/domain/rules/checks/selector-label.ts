// promql/label: a matcher names a label that its metric has.

import { nearest } from '../../../base/nearest.ts';
import { findSelectors } from '../selectors.ts';
import { type Check, found } from './check.ts';
import { metricOf } from './metric-lookup.ts';

const FROM_SCRAPING = ['job', 'instance', 'environment', 'target'];

export const checkSelectorLabel: Check = (rule, facts) =>
  findSelectors(rule.promql).flatMap(({ metric, matchers }) => {
    const known = metricOf(facts, metric);
    if (known === undefined) return [];
    const labels = [...known.labels, ...FROM_SCRAPING, ...facts.targetLabels];
    return matchers
      .filter(({ label }) => !labels.includes(label))
      .map(({ label }) => {
        const close = nearest(label, labels);
        const hint = close === undefined ? '' : `: did you mean ${close}?`;
        return found(
          rule,
          'promql/label',
          `matches ${metric} by ${label}, a label it does not have${hint}`,
          rule.lines.expr,
        );
      });
  });
