// Mistakes in an expression that are the same in a rule and in a panel: what is given, and what is answered.

import type { MetricFacts } from '../../dashboards/promql/facts.ts';
import type { Promql } from '../promql.ts';

/** One sentence for each. */
export type FindMistakes = (promql: Promql, facts: MetricFacts) => string[];
