// rule/shadow: a recording under the name of a scraped metric mixes two things in one series.

import { type Check, found } from './check.ts';
import { metricOf } from './metric-lookup.ts';

export const checkShadowedMetric: Check = (rule, facts) => {
  const metric = rule.kind === 'record' ? metricOf(facts, rule.name) : undefined;
  if (metric === undefined) return [];
  return [
    found(
      rule,
      'rule/shadow',
      `records under the name of a metric of ${metric.source}: name it level:metric:operation`,
    ),
  ];
};
