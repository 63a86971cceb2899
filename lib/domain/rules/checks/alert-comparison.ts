// alert/comparison: an alert's expression can be empty; without a condition it fires always.

import { walk } from '../promql.ts';
import { type Check, found } from './check.ts';

const CONDITIONS = new Set(['Gtr', 'Gte', 'Lss', 'Lte', 'Eql', 'Neq', 'Unless', 'And', 'Absent', 'AbsentOverTime']);

export const checkAlertComparison: Check = (rule) => {
  if (rule.kind !== 'alert' || rule.expr.replace(/\s/g, '') === 'vector(1)') return [];
  const hasCondition = [...walk(rule.promql.root)].some(({ node }) => CONDITIONS.has(node.type));
  if (hasCondition) return [];
  return [
    found(
      rule,
      'alert/comparison',
      'expression has no condition: it fires whenever the series exists',
      rule.lines.expr,
    ),
  ];
};
