// What each metric is: type, help, labels and how long its value stands. Collectors, rules and dashboards read it.

import { METRIC, type MetricName } from './metric-names.ts';

export interface MetricSpec {
  readonly kind: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds in the metric's unit, ascending, without +Inf. Histograms only. */
  readonly buckets?: readonly number[];
  /** Survives a later run that does not set it: timestamps of events, where absence would read as "never". */
  readonly lasting?: true;
  /** One truth for all commands: the newest writer takes it from every other group of the same environment. */
  readonly shared?: true;
}

const FEED = ['feed', 'account'] as const;
const SESSION = ['feed', 'account', 'session_window'] as const;
const RUN = ['command', 'environment'] as const;
const JOB = ['job'] as const;
// Minutes matter for deliveries to people: contract bounds.
const DELIVERY_SECONDS = [1, 5, 10, 30, 60, 120, 300] as const;
// Batch jobs run from seconds to hours.
const JOB_SECONDS = [1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 14_400] as const;

export const METRIC_CATALOGUE = {
  [METRIC.throughput]: { kind: 'gauge', help: 'Market-data messages per second.', labels: FEED },
  [METRIC.latencyP99]: { kind: 'gauge', help: '99th percentile of tick latency in milliseconds.', labels: ['feed'] },
  [METRIC.errorCount]: { kind: 'counter', help: 'Errors by component.', labels: ['component', 'severity'] },
  [METRIC.rateLimitHits]: { kind: 'counter', help: 'Subscriptions refused by a rate limit.', labels: SESSION },
  [METRIC.coverageRatio]: { kind: 'gauge', help: 'Expected contracts that are subscribed, 0 to 1.', labels: SESSION },
  [METRIC.missingTotal]: { kind: 'gauge', help: 'Expected contracts without a subscription.', labels: SESSION },
  [METRIC.stalledTotal]: {
    kind: 'gauge',
    help: 'Subscriptions whose last tick is too old.',
    labels: [...SESSION, 'severity'],
  },
  [METRIC.subscriptionRetries]: { kind: 'counter', help: 'Contracts that were sent once more.', labels: SESSION },
  [METRIC.subscriptionHeartbeat]: {
    kind: 'gauge',
    help: 'When a subscription run last moved.',
    labels: SESSION,
  },
  [METRIC.runbookExitCode]: { kind: 'gauge', help: 'Exit code of the last run that began.', labels: RUN },
  [METRIC.runbookDuration]: { kind: 'gauge', help: 'Duration of the last run that began.', labels: RUN },
  [METRIC.runbookLastSuccess]: { kind: 'gauge', help: 'When a run last ended with 0.', labels: RUN, lasting: true },
  [METRIC.runbookLastRefused]: {
    kind: 'gauge',
    help: 'When a run was last refused before it began.',
    labels: [...RUN, 'reason'],
    lasting: true,
  },
  [METRIC.journalDegraded]: { kind: 'gauge', help: '1 when a journal record could not be made durable.', labels: RUN },
  [METRIC.automationLatched]: {
    kind: 'gauge',
    help: '1 when the remediation budget of a target is spent and waits for an ack.',
    labels: ['target', 'environment'],
    lasting: true,
  },
  [METRIC.failoverLatency]: {
    kind: 'gauge',
    help: 'Duration of the last failover in ms.',
    labels: ['mode'],
    lasting: true,
  },
  [METRIC.failbackLatency]: {
    kind: 'gauge',
    help: 'Duration of the last failback in ms.',
    labels: ['mode'],
    lasting: true,
  },
  [METRIC.t5Checkpoint]: {
    kind: 'gauge',
    help: '1 when ready five minutes before the open.',
    labels: ['session_window'],
  },
  [METRIC.sessionStartupDuration]: {
    kind: 'gauge',
    help: 'Start to readiness in seconds.',
    labels: ['session_window'],
  },
  [METRIC.activeFeed]: { kind: 'gauge', help: '1 on the active route.', labels: ['feed'], lasting: true, shared: true },
  [METRIC.consumerBacklog]: { kind: 'gauge', help: 'Messages waiting.', labels: ['consumer', ...FEED] },
  [METRIC.alertDeliveryDuration]: {
    kind: 'histogram',
    help: 'Alert condition to receipt.',
    labels: ['delivery_method'],
    buckets: DELIVERY_SECONDS,
  },
  [METRIC.alertDeliverySuccess]: {
    kind: 'counter',
    help: 'Notifications accepted by their receiver.',
    labels: ['delivery_method'],
  },
  [METRIC.alertDeliveryFailures]: {
    kind: 'counter',
    help: 'Attempts to notify that failed.',
    labels: ['delivery_method', 'error'],
  },
  [METRIC.circuitBreakerState]: {
    kind: 'gauge',
    help: '0 closed, 1 open, 2 half-open.',
    labels: ['provider'],
    lasting: true,
    shared: true,
  },
  // `job` names the push group: each watched job has one of its own.
  [METRIC.jobDuration]: { kind: 'histogram', help: 'Duration of a job.', labels: JOB, buckets: JOB_SECONDS },
  [METRIC.jobSuccess]: { kind: 'counter', help: 'Jobs that succeeded.', labels: JOB },
  [METRIC.jobFailures]: { kind: 'counter', help: 'Jobs that failed.', labels: JOB },
  [METRIC.jobIsFresh]: { kind: 'gauge', help: '1 when the job met its deadline.', labels: JOB, lasting: true },
  [METRIC.pricingPackBuildDuration]: {
    kind: 'histogram',
    help: 'Duration of a pricing pack build.',
    labels: JOB,
    buckets: JOB_SECONDS,
  },
  [METRIC.pricingPackBuildSuccess]: { kind: 'counter', help: 'Pricing pack builds that succeeded.', labels: JOB },
  [METRIC.pricingPackBuildFailures]: { kind: 'counter', help: 'Pricing pack builds that failed.', labels: JOB },
  [METRIC.pricingPackIsFresh]: {
    kind: 'gauge',
    help: '1 when the pack of the date is fresh.',
    labels: ['job', 'date'],
  },
  [METRIC.probeLatency]: {
    kind: 'gauge',
    help: 'Latency of a probe from its intended start.',
    labels: ['probe', 'quantile'],
  },
  [METRIC.probeErrorRatio]: {
    kind: 'gauge',
    help: 'Arrivals without a good answer, 0 to 1.',
    labels: ['probe'],
  },
  [METRIC.probeObjectiveMet]: {
    kind: 'gauge',
    help: '1 when the objective was met.',
    labels: ['probe', 'objective'],
  },
  [METRIC.probeLastLook]: {
    kind: 'gauge',
    help: 'When the target was last looked at.',
    labels: ['probe'],
    lasting: true,
  },
  [METRIC.backupLastSuccess]: { kind: 'gauge', help: 'When a backup was last whole.', labels: [], lasting: true },
  [METRIC.backupSize]: { kind: 'gauge', help: 'Size of the last backup.', labels: [], lasting: true },
  [METRIC.spoolRecords]: { kind: 'gauge', help: 'Telemetry records waiting for their remote.', labels: ['kind'] },
  [METRIC.spoolDropped]: { kind: 'counter', help: 'Telemetry records given up.', labels: ['kind'] },
} as const satisfies Record<MetricName, MetricSpec>;

type Catalogue = typeof METRIC_CATALOGUE;
export type MetricOfKind<K extends MetricSpec['kind']> = {
  [N in MetricName]: Catalogue[N]['kind'] extends K ? N : never;
}[MetricName];
export type LabelsOf<N extends MetricName> = { readonly [L in Catalogue[N]['labels'][number]]?: string };

/** Undefined for a name that came from outside the type system. */
export function metricSpec(name: string): MetricSpec | undefined {
  return Object.hasOwn(METRIC_CATALOGUE, name) ? METRIC_CATALOGUE[name as MetricName] : undefined;
}
