// Every metric name this toolkit emits or reads. Rules, dashboards and tests read the same list.

export const METRIC = {
  throughput: 'md_throughput_mps',
  latencyP99: 'md_latency_ms_p99',
  errorCount: 'md_error_count',
  rateLimitHits: 'md_rate_limit_hits',
  coverageRatio: 'md_subscription_coverage_ratio',
  missingTotal: 'md_subscription_missing_total',
  stalledTotal: 'md_subscription_stalled_total',
  runbookExitCode: 'md_runbook_exit_code',
  runbookDuration: 'md_runbook_duration_seconds',
  runbookLastSuccess: 'md_runbook_last_success_timestamp_seconds',
  runbookLastRefused: 'md_runbook_last_refused_timestamp_seconds',
  failoverLatency: 'md_failover_latency_ms',
  failbackLatency: 'md_failback_latency_ms',
  t5Checkpoint: 'md_t5_checkpoint_status',
  sessionStartupDuration: 'md_session_startup_duration_s',
  activeFeed: 'md_active_feed',
  consumerBacklog: 'consumer_backlog_messages',
  alertDeliveryDuration: 'alert_delivery_duration_seconds',
  alertDeliverySuccess: 'alert_delivery_success_total',
  alertDeliveryFailures: 'alert_delivery_failures_total',
  circuitBreakerState: 'circuit_breaker_state',
  jobDuration: 'job_duration_seconds',
  jobSuccess: 'job_success_total',
  jobFailures: 'job_failures_total',
  jobIsFresh: 'job_is_fresh',
} as const;

export type MetricName = (typeof METRIC)[keyof typeof METRIC];
