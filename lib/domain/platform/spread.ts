// How observations spread over the buckets of a histogram: given outright, or such that a quantile has a value.

import type { Spread } from './series-value.ts';

/** Observations a second in each bucket, in the order of the bounds; or why there can be none such. */
export function findHistogramRates(spread: Spread, bounds: readonly number[]): readonly number[] | string {
  if (spread.kind === 'quantile') return ratesForQuantile(spread, bounds);
  const unknown = [...spread.rates.keys()].find((bound) => !bounds.includes(bound));
  if (unknown !== undefined) return `has no bucket ${unknown}: its bounds are ${bounds.join(', ')}`;
  return bounds.map((bound) => spread.rates.get(bound) ?? 0);
}

/**
 * histogram_quantile() goes straight from the lower bound of a bucket to its upper one. One part of the observations
 * lies in the bucket of the value, the rest just below or just above, so that the rank falls where it should.
 */
function ratesForQuantile(
  { quantile, value, rate }: Extract<Spread, { kind: 'quantile' }>,
  bounds: readonly number[],
): readonly number[] | string {
  const index = bounds.findIndex((bound) => bound >= value);
  const [low, high] = [bounds[index - 1] ?? 0, bounds[index]];
  if (high === undefined || high === Number.POSITIVE_INFINITY) return `has no finite bucket that holds ${value}`;
  const share = (value - low) / (high - low);
  const below = share >= quantile ? 0 : (quantile - share) / (1 - quantile);
  const above = share >= quantile ? share / quantile - 1 : 0;
  if (below > 0 && index === 0)
    return `cannot have a ${quantile} quantile of ${value}: its first bucket ends at ${high}`;
  const scale = rate / (below + 1 + above);
  return bounds.map((_bound, at) => {
    if (at === index) return scale;
    if (at === index - 1) return below * scale;
    return at === index + 1 ? above * scale : 0;
  });
}
