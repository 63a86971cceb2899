// promql/counter: a counter means something only as a rate; its plain value falls at each restart.

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
    .map(({ metric }) =>
      found(rule, 'promql/counter', `reads the counter ${metric} without rate() or increase()`, rule.lines.expr),
    );
