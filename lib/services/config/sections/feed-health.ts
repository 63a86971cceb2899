// Feed health: thresholds, rate limits, files and labels of check-feed-health and full-feed-subscription.

import { COMMAND_LINE } from '../../../base/argument-list.ts';
import { choice, duration, group, integer, number, path, table, text, url } from '../schema.ts';

export const health = group('check-feed-health', {
  mode: choice('What a check may do', ['dry-run', 'enforce', 'audit'], { default: 'dry-run', flag: 'mode' }),
  coverageThreshold: number('Coverage below this is critical', {
    default: 0.995,
    min: 0,
    max: 1,
    flag: 'coverage-threshold',
  }),
  lagWarningMs: duration('Tick age that is a warning', {
    default: '120s',
    min: 1,
    flag: 'lag-warning',
    bareUnit: 's',
  }),
  lagCriticalMs: duration('Tick age that is critical', {
    default: '300s',
    min: 1,
    flag: 'lag-critical',
    bareUnit: 's',
  }),
  futureToleranceMs: duration('Tick times further ahead than this are broken', { default: '5s' }),
  lag: table(
    'Thresholds of one exchange (SHFE) or product (rb.SHFE)',
    group('Thresholds', {
      warningMs: duration('Tick age that is a warning', { required: true, min: 1 }),
      criticalMs: duration('Tick age that is critical', { required: true, min: 1 }),
    }),
  ),
  catalogue: path('Contracts that should be subscribed; unset: ask the control plane', { flag: 'catalogue' }),
  activeFile: path('Snapshot of active subscriptions; unset: ask the control plane', { flag: 'active-file' }),
  feedLabel: text('Metric label feed', { default: 'primary', env: 'FEED_LABEL', flag: 'feed-label' }),
  accountLabel: text('Metric label account', { default: 'default', env: 'ACCOUNT_LABEL', flag: 'account-label' }),
  outDir: path('Artifacts; unset: the log directory', { flag: 'out-dir' }),
  logPrefix: text('First part of log and artifact names', {
    default: 'check_feed_health',
    flag: 'log-prefix',
    pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    wanted: 'letters, digits, dots, dashes and underscores',
  }),
  limitList: integer('Longest list printed for a person', { default: 10, min: 0, max: 100_000, flag: 'limit-list' }),
  remediation: group('Resubscription in enforce mode', {
    maxAttempts: integer('Attempts before escalation', {
      default: 3,
      min: 0,
      max: 20,
      flag: 'max-remediation-attempts',
    }),
    batchSize: integer('Contracts in one request', { default: 100, min: 1, max: 10_000 }),
    settleMs: duration('Pause before looking again', { default: '2s', max: 600_000 }),
    rateLimitMax: integer('Contracts in one window', { default: 500, min: 1, max: 1_000_000 }),
    rateLimitWindowMs: duration('Length of the window', { default: '1s', min: 10 }),
  }),
  escalation: group('When remediation does not help', {
    marker: text('Name of the escalation, in logs and pages', {
      default: 'feed-health',
      flag: 'escalation-marker',
      // The command would take it for an option and is not run then: too late to find out.
      pattern: /^[^-]/,
      wanted: 'a name that does not begin with a dash',
    }),
    command: text('Command with {marker} and {exit_code}, split into arguments; no shell', {
      flag: 'escalation-command',
      pattern: COMMAND_LINE,
      wanted: 'a command whose quotes are all closed',
    }),
    timeoutMs: duration('Deadline of the command', { default: '30s', min: 100 }),
  }),
});

export const subscription = group('full-feed-subscription', {
  batchSize: integer('Contracts in one request', { default: 100, min: 1, max: 10_000, flag: 'batch-size' }),
  rateLimitMax: integer('Contracts in one window', { default: 500, min: 1, max: 1_000_000, flag: 'rate-limit-max' }),
  rateLimitWindowMs: duration('Length of the window', {
    default: '1s',
    min: 10,
    flag: 'rate-limit-window',
    bareUnit: 's',
  }),
  maxRetries: integer('Retries of one contract', { default: 3, min: 0, max: 100, flag: 'max-retries' }),
  requestTimeoutMs: duration('Deadline of one request', { default: '5s', min: 10 }),
  metricsHost: text('Interface of the exporter', { default: '127.0.0.1', flag: 'metrics-host' }),
  metricsPort: integer('Port of the exporter; unset: none', { min: 0, max: 65_535, flag: 'metrics-port' }),
  outputDir: path('Summary and batch artifacts; unset: the log directory', { flag: 'output-dir' }),
  metricsUrl: url('Where the worker shows its metrics', { schemes: ['http', 'https'] }),
});
