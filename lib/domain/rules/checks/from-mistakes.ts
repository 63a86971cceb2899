// promql/match, promql/percentile, promql/pattern, promql/rate-of-sum, promql/units: what is wrong in a panel is wrong here.

import { findNoPartner } from '../mistakes/matching.ts';
import type { FindMistakes } from '../mistakes/mistake.ts';
import { findMixedUnits } from '../mistakes/mixed-units.ts';
import { findPatternAsText } from '../mistakes/pattern.ts';
import { findMeanOfPercentile } from '../mistakes/percentile.ts';
import { findQuantileLevel } from '../mistakes/quantile-level.ts';
import { findRateOfSum } from '../mistakes/rate-of-sum.ts';
import { type Check, found } from './check.ts';

export const MISTAKE_CHECKS = {
  'promql/match': checkOf('promql/match', findNoPartner),
  'promql/pattern': checkOf('promql/pattern', findPatternAsText),
  'promql/percentile': checkOf('promql/percentile', findMeanOfPercentile),
  'promql/quantile-level': checkOf('promql/quantile-level', findQuantileLevel),
  'promql/rate-of-sum': checkOf('promql/rate-of-sum', findRateOfSum),
  'promql/units': checkOf('promql/units', findMixedUnits),
} satisfies Record<string, Check>;

function checkOf(name: string, find: FindMistakes): Check {
  return (rule, { known }) => find(rule.promql, known).map((message) => found(rule, name, message, rule.lines.expr));
}
