// alert/percent: a share is shown as per cent by humanizePercentage, and by nothing else.

import { unitOf } from '../../dashboards/promql/units.ts';
import { type Check, found } from './check.ts';

/** `{{ $value }}%`, and `printf "%.2f%%"`. */
const BARE_PERCENT = /\{\{(?=[^}]*(?:\$value|\.Value))(?:[^}]*\}\}\s*%|[^}]*%%[^}]*\}\})/;
const HUMANIZED =
  /\{\{[^}]*(?:\$value|\.Value)[^}]*humanizePercentage[^}]*\}\}|humanizePercentage\s+(?:\$value|\.Value)/;

export const checkAlertPercent: Check = (rule, { known }) => {
  if (rule.kind !== 'alert') return [];
  const unit = unitOf(rule.promql, known);
  return Object.entries(rule.annotations).flatMap(([name, text]) => {
    const isHumanized = HUMANIZED.test(text);
    if (unit === 'ratio' && BARE_PERCENT.test(text) && !isHumanized)
      return [
        found(rule, 'alert/percent', `${name} writes % behind a share: 0.02 reads as 0.02 %; use humanizePercentage`),
      ];
    if (unit === 'percent' && isHumanized)
      return [
        found(
          rule,
          'alert/percent',
          `${name} takes per cent for a share: 5 reads as 500 %; leave humanizePercentage out`,
        ),
      ];
    return [];
  });
};
