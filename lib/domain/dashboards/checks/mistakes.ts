// Checks of queries that are those of rules: what is wrong there is wrong here.

import { findNoPartner } from '../../rules/mistakes/matching.ts';
import type { FindMistakes } from '../../rules/mistakes/mistake.ts';
import { findMixedUnits } from '../../rules/mistakes/mixed-units.ts';
import { findPatternAsText } from '../../rules/mistakes/pattern.ts';
import { findMeanOfPercentile } from '../../rules/mistakes/percentile.ts';
import { findRateOfSum } from '../../rules/mistakes/rate-of-sum.ts';
import { type Check, inQuery } from './check.ts';

function fromMistakes(find: FindMistakes): Check {
  return (_dashboard, { sound, facts }) =>
    sound.flatMap((query) => find(query.promql, facts).map((message) => inQuery(query, message)));
}

export const checkMatching = fromMistakes(findNoPartner);
export const checkPercentile = fromMistakes(findMeanOfPercentile);
export const checkPattern = fromMistakes(findPatternAsText);
export const checkRateOfSum = fromMistakes(findRateOfSum);
export const checkMixedUnits = fromMistakes(findMixedUnits);

/** `$__interval` is the width of a point on the screen: zoomed in, it holds one sample or none. A count may want just that. */
const RATE_OF_INTERVAL = /\b(rate|irate)\s*\((?:[^()]|\([^()]*\))*\[\s*\$\{?__interval\}?\s*\]/;

export const checkInterval: Check = (_dashboard, { sound }) =>
  sound.flatMap((query) => {
    const [, name] = RATE_OF_INTERVAL.exec(query.text) ?? [];
    return name === undefined
      ? []
      : [inQuery(query, `takes ${name}() over $__interval, which may hold one sample or none: use $__rate_interval`)];
  });
