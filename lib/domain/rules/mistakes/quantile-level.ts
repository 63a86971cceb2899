// A quantile lies between 0 and 1: beyond, Prometheus answers an infinity.

import { argumentsOf } from '../../dashboards/promql/labels.ts';
import { childOf, nodesOf, textOf } from '../promql.ts';
import type { FindMistakes } from './mistake.ts';

export const findQuantileLevel: FindMistakes = (promql) =>
  nodesOf(promql, 'FunctionCall').flatMap((call) => {
    const name = textOf(promql, childOf(call, 'FunctionIdentifier') ?? call).toLowerCase();
    const [level] = argumentsOf(call);
    if (!/^(?:histogram_quantile|quantile_over_time)$/.test(name) || level === undefined) return [];
    const value = Number(textOf(promql, level));
    return value < 0 || value > 1 ? [`asks for the quantile ${value}: wanted 0 to 1`] : [];
  });
