// Who and where: profile, time zone, directories, logs, limits of a run.

import { boolean, bytes, choice, duration, group, integer, path, text, timezone } from '../schema.ts';

export const profile = text('Environment to work on: config/environments/<profile>.yaml', {
  default: 'sim',
  env: 'MDOPS_PROFILE',
  flag: 'profile',
  pattern: /^[a-z0-9][a-z0-9-]{0,62}$/,
  wanted: 'a name of lower-case letters, digits and dashes, such as "live"',
});

export const platform = text('Platform whose rules, routes and scraping a stack runs: config/platforms/<platform>', {
  default: 'market-data',
  env: 'MDOPS_PLATFORM',
  flag: 'platform',
  pattern: /^[a-z0-9][a-z0-9-]{0,62}$/,
  wanted: 'a name of lower-case letters, digits and dashes, such as "market-data"',
});

export const zone = timezone('Time zone of logs, sessions and schedules', {
  default: 'Asia/Shanghai',
  env: 'MDOPS_TIMEZONE',
});

export const tenant = text('Tenant written into every log record', { env: 'MDOPS_TENANT' });

export const paths = group('Directories', {
  stateDir: path('Journals, locks, budgets, spool; owned by the service user, never shared by two hosts', {
    default: '.mdops',
    // systemd sets STATE_DIRECTORY for a unit with StateDirectory=.
    env: ['MDOPS_STATE_DIR', 'STATE_DIRECTORY'],
  }),
  logDir: path('Run logs', {
    default: 'logs/runbooks',
    env: ['MDOPS_LOG_DIR', 'LOGS_DIRECTORY'],
    flag: 'log-dir',
  }),
});

export const backup = group('Backups', {
  dir: path('Where they lie; better on another disk than the state directory', {
    default: '.mdops-backups',
    env: 'MDOPS_BACKUP_DIR',
    flag: 'dir',
  }),
  tsdbDir: path("Prometheus's data directory, when its snapshots can be read from this host", {
    env: 'MDOPS_TSDB_DIR',
  }),
});

export const log = group('Logs', {
  level: choice('Least severe record written', ['debug', 'info', 'warn', 'error'], {
    default: 'info',
    env: 'MDOPS_LOG_LEVEL',
    flag: 'log-level',
  }),
  maxPayloadBytes: bytes('Longer payloads are cut, with the byte count', { default: '4KiB', min: 256, max: 1_048_576 }),
});

export const run = group('Limits of every run', {
  timeoutMs: duration('Deadline of the whole run', { flag: 'timeout', env: 'MDOPS_TIMEOUT', min: 100 }),
  graceMs: duration('Time between SIGTERM and SIGKILL of a step', { default: '2s', max: 60_000 }),
  skipMetrics: boolean('Push and spool no metrics', { default: false, flag: 'skip-metrics' }),
});

export const retention = group(
  'How long ended runs are kept; `runs prune` removes the rest, never what is still needed',
  {
    runs: group('Journals of runs, per target or command', {
      // Thirteen months: a year's audit, and a month to do it.
      maxAgeMs: duration('Older ones go', { default: '400d', min: 3_600_000 }),
      // A start looks at the names of its target's runs: 2,000 cost it two milliseconds.
      most: integer('More than this many go, oldest first', { default: 2_000, min: 1, max: 1_000_000 }),
      least: integer('The newest stay, however old', { default: 50, min: 1, max: 1_000_000 }),
    }),
    logs: group('Run logs and reports in the log directory', {
      maxAgeMs: duration('Older ones go', { default: '90d', min: 3_600_000 }),
      most: integer('More than this many go, oldest first', { default: 10_000, min: 1, max: 1_000_000 }),
      least: integer('The newest stay, however old', { default: 200, min: 0, max: 1_000_000 }),
    }),
  },
);
