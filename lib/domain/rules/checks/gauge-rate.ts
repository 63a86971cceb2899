// promql/gauge: rate() and increase() take each fall of a gauge for a restart.

import { findSelectors } from '../selectors.ts';
import { type Check, found } from './check.ts';
import { typeOf } from './metric-lookup.ts';

const FOR_COUNTERS = new Set(['rate', 'irate', 'increase']);

export const checkGaugeRate: Check = (rule, facts) =>
  findSelectors(rule.promql).flatMap(({ metric, inside }) => {
    const used = inside.find((name) => FOR_COUNTERS.has(name));
    if (used === undefined || typeOf(facts, metric) !== 'gauge') return [];
    return [
      found(rule, 'promql/gauge', `applies ${used}() to the gauge ${metric}: use delta() or deriv()`, rule.lines.expr),
    ];
  });
