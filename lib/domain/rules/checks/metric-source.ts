// promql/source: every metric an expression reads is emitted by something in the catalogue or the scrape configuration.

import { nearest } from '../../../base/nearest.ts';
import { findSelectors } from '../selectors.ts';
import { type Check, type CheckFacts, found } from './check.ts';
import { metricOf } from './metric-lookup.ts';

const PROMETHEUS_ITSELF = /^(up|ALERTS|ALERTS_FOR_STATE|scrape_\w+|push_time_seconds|push_failure_time_seconds)$/;

/** Prefix of the names an exporter emits → words a job that scrapes it carries in its name. */
const EXPORTERS: readonly (readonly [RegExp, RegExp])[] = [
  [/^node_/, /node/],
  [/^probe_/, /blackbox|probe/],
  [/^prometheus_/, /prometheus/],
  [/^alertmanager_/, /alertmanager/],
  [/^pushgateway_/, /pushgateway/],
  [/^(process_|go_|promhttp_)/, /./],
];

export const checkMetricSource: Check = (rule, facts) =>
  findSelectors(rule.promql).flatMap(({ metric, matchers }) => {
    if (metric === '') return [];
    if (facts.isComplete && !hasSource(facts, metric)) {
      const close = nearest(metric, [...facts.metrics.keys(), ...facts.recorded]);
      const hint = close === undefined ? '' : `: did you mean ${close}?`;
      return [found(rule, 'promql/source', `reads ${metric}, which nothing emits${hint}`, rule.lines.expr)];
    }
    const job = matchers.find(({ label, op }) => label === 'job' && op === '=')?.value;
    if (metric !== 'up' || job === undefined || facts.jobs === null || facts.jobs.has(job)) return [];
    return [
      found(rule, 'promql/source', `reads up of the job "${job}", which no scrape configuration has`, rule.lines.expr),
    ];
  });

export function hasSource(facts: Pick<CheckFacts, 'metrics' | 'recorded' | 'jobs'>, metric: string): boolean {
  if (facts.recorded.has(metric) || PROMETHEUS_ITSELF.test(metric) || metricOf(facts, metric) !== undefined)
    return true;
  const { jobs } = facts;
  return EXPORTERS.some(
    ([names, job]) => names.test(metric) && (jobs === null || [...jobs].some((name) => job.test(name))),
  );
}
