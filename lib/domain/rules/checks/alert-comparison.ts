// alert/comparison: an alert's expression can be empty; without a condition it fires always.

import { walk } from '../promql.ts';
import { type Check, found } from './check.ts';

const CONDITIONS = new Set(['Gtr', 'Gte', 'Lss', 'Lte', 'Eql', 'Neq', 'Unless', 'And', 'Absent', 'AbsentOverTime']);

export const checkAlertComparison: Check = (rule) => {
  if (rule.kind !== 'alert' || rule.expr.replace(/\s/g, '') === 'vector(1)') return [];
  // "> bool" answers 0 or 1, and both are an answer.
  const hasCondition = [...walk(rule.promql.root)].some(
    ({ node, ancestors }) =>
      CONDITIONS.has(node.type) && !ancestors.at(-1)?.children.some(({ type }) => type === 'BoolModifier'),
  );
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
