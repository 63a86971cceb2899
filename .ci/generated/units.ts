// The systemd units: one table, so that each differs from the others only where its work does.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: systemd fills them in.

import { HARDENING } from './hardening.ts';

interface Service {
  readonly name: string;
  readonly about: string;
  readonly heading: string;
  /** Words after `node`. */
  readonly command: string;
  readonly startLimit: string;
  /** Credentials it may read, by their name in /etc/credstore; those that do not exist there are left out. */
  readonly credentials: readonly string[];
  readonly timer?: { readonly about: string; readonly lines: readonly string[] };
  readonly extra?: readonly string[];
}

const CREDENTIALS = {
  people: ['slack-webhook-url', 'slack-bot-token', 'pagerduty-routing-key', 'telegram-bot-token'],
  telemetry: ['pushgateway-password', 'pushgateway-token', 'grafana-token', 'otel-exporter-otlp-headers'],
  controlPlane: ['nats-password', 'nats-token', 'nats-creds'],
  alerting: ['prometheus-password', 'prometheus-token', 'alertmanager-password', 'alertmanager-token'],
} as const;

const SERVICES: readonly Service[] = [
  {
    name: 'check-feed-health',
    about: 'Feed health: coverage and freshness of every subscription',
    heading: '5-routine-health',
    command: '/opt/mdops/dist/check-feed-health.js --mode enforce --no-input',
    startLimit: '10min',
    credentials: [...CREDENTIALS.people, ...CREDENTIALS.telemetry, ...CREDENTIALS.controlPlane],
    // Monotonic: a step of the wall clock neither skips a check nor piles them up.
    timer: { about: 'Feed health, hourly', lines: ['OnBootSec=5min', 'OnUnitActiveSec=1h', 'AccuracySec=1s'] },
  },
  {
    name: 'alert-smoke',
    about: 'Alert smoke: every alert from metric to receiver',
    heading: '',
    command: '/opt/mdops/dist/alert-smoke.js --all --yes --no-input',
    startLimit: '45min',
    credentials: [...CREDENTIALS.people, ...CREDENTIALS.telemetry, ...CREDENTIALS.alerting],
    timer: {
      about: 'Alert smoke, before the day session',
      lines: ['OnCalendar=Mon..Fri 08:15:00 Asia/Shanghai', 'AccuracySec=1s', 'Persistent=true'],
    },
  },
  {
    name: 'failover-drill',
    about: 'Failover drill: to the backup feed and back',
    heading: '4-failover-and-drill',
    command: '/opt/mdops/dist/failover.js drill --automatic --yes --no-input',
    startLimit: '30min',
    credentials: [...CREDENTIALS.people, ...CREDENTIALS.telemetry, ...CREDENTIALS.controlPlane],
    timer: {
      about: 'Failover drill, weekly, outside every session',
      // Not Persistent: a drill missed on Saturday must not be caught up at the next boot, which may be in a session.
      lines: ['OnCalendar=Sat 10:00:00 Asia/Shanghai', 'AccuracySec=1s', 'Persistent=false'],
    },
  },
  {
    name: 'backup',
    about: 'Backup: state directory, configuration, dashboards, metrics',
    heading: '9-backup-and-restore',
    command: '/opt/mdops/dist/backup.js create --keep 14 --yes --no-input',
    startLimit: '2h',
    credentials: [...CREDENTIALS.people, ...CREDENTIALS.telemetry, ...CREDENTIALS.alerting],
    extra: [
      '# Put another disk there: a backup beside what it is of is lost with it.',
      'Environment=MDOPS_BACKUP_DIR=/var/backups/mdops',
      'ReadWritePaths=-/var/backups/mdops',
    ],
    timer: {
      // Between the night session and the day session.
      about: 'Backup, daily, outside every session',
      lines: ['OnCalendar=*-*-* 05:30:00 Asia/Shanghai', 'AccuracySec=1min', 'Persistent=true'],
    },
  },
  {
    name: 'probe',
    about: 'Probe: every configured target as a user would ask it, against its objectives',
    heading: '5-routine-health',
    command: '/opt/mdops/dist/probe.js --no-input',
    startLimit: '30min',
    credentials: [...CREDENTIALS.people, ...CREDENTIALS.telemetry, ...CREDENTIALS.controlPlane],
    // Not in the same minutes as the health check: they would measure each other.
    timer: { about: 'Probe, hourly', lines: ['OnBootSec=20min', 'OnUnitActiveSec=1h', 'AccuracySec=1s'] },
  },
  {
    name: 'spool-flush',
    about: 'Spool flush: pages, metrics, annotations and messages that could not be sent',
    heading: '',
    command: '/opt/mdops/dist/spool.js flush --no-input',
    startLimit: '4min',
    credentials: [...CREDENTIALS.people, ...CREDENTIALS.telemetry],
    timer: {
      // A page that is due must be accepted within a minute of PagerDuty's return.
      about: 'Spool flush, every forty seconds',
      lines: ['OnBootSec=30s', 'OnUnitActiveSec=40s', 'AccuracySec=1s'],
    },
  },
  {
    name: 'runs-prune',
    about: 'Retention: journals and logs of runs whose time is over',
    heading: '8-audit',
    command: '/opt/mdops/dist/runs.js prune --no-input',
    startLimit: '15min',
    credentials: [...CREDENTIALS.people, ...CREDENTIALS.telemetry],
    timer: {
      about: 'Retention, daily, between the night session and the day session',
      lines: ['OnCalendar=*-*-* 04:30:00 Asia/Shanghai', 'AccuracySec=1s', 'Persistent=true'],
    },
  },
  {
    name: 'job-watch@',
    about: 'Watched job %i',
    heading: '7-failure-matrix',
    // SCHEDULE, TIMEZONE, DEADLINE and COMMAND come from the job's own file; $COMMAND is split into its words.
    command:
      '/opt/mdops/dist/job-watch.js run --no-input --name %i --schedule ${SCHEDULE} --timezone ${TIMEZONE} --deadline ${DEADLINE} -- $COMMAND',
    startLimit: '4h',
    credentials: [...CREDENTIALS.people, ...CREDENTIALS.telemetry],
    extra: ['EnvironmentFile=/etc/mdops/jobs/%i.env', 'StateDirectory=mdops mdops/jobs/%i'],
  },
];

export interface Unit {
  readonly path: string;
  readonly text: string;
}

export function renderUnits(): Unit[] {
  const services = SERVICES.map((service) => ({
    path: `systemd/${service.name}.service`,
    text: renderService(service),
  }));
  const timers = SERVICES.flatMap((service) =>
    service.timer === undefined ? [] : [{ path: `systemd/${service.name}.timer`, text: renderTimer(service.timer) }],
  );
  return [...services, ...timers, NOTIFIER];
}

function renderService(service: Service): string {
  return unit(
    `The work of \`${service.name}\`.`,
    [
      `Description=${service.about}`,
      `Documentation=file:///opt/mdops/runbooks/production-runbook.md${service.heading === '' ? '' : `#${service.heading}`}`,
      'After=network-online.target',
      'Wants=network-online.target',
      'OnFailure=mdops-notify@%n.service',
    ],
    [
      'Type=oneshot',
      `ExecStart=node ${service.command}`,
      '# A warning, a busy target and a stop in order (128 + SIGTERM) are answers; a start that times out still fails.',
      'SuccessExitStatus=1 75 143',
      `TimeoutStartSec=${service.startLimit}`,
      ...identity(),
      ...(service.extra ?? []),
      ...service.credentials.map((name) => `LoadCredential=${name}`),
      ...HARDENING,
    ],
  );
}

function renderTimer(timer: NonNullable<Service['timer']>): string {
  const head = `# ${timer.about}. Generated from .ci/generated/units.ts.\n\n[Unit]\nDescription=${timer.about}\n`;
  return `${head}\n[Timer]\n${timer.lines.join('\n')}\n\n[Install]\nWantedBy=timers.target\n`;
}

const NOTIFIER: Unit = {
  path: 'systemd/mdops-notify@.service',
  text: unit(
    'Tells people that the unit %i failed.',
    ['Description=Tell people that %i failed', 'After=network-online.target'],
    [
      'Type=oneshot',
      '# Without node or anything of mdops: what failed may be just that.',
      'ExecStart=/bin/bash /opt/mdops/systemd/notify-failure %i',
      'TimeoutStartSec=60s',
      ...identity(),
      'LoadCredential=slack-webhook-url',
      'LoadCredential=pagerduty-routing-key',
      ...HARDENING,
    ],
  ),
};

function identity(): string[] {
  return [
    'User=mdops',
    'Group=mdops',
    'WorkingDirectory=/opt/mdops',
    'Environment=MDOPS_PROFILE=live',
    'EnvironmentFile=-/etc/mdops/environment',
    'StateDirectory=mdops',
    'StateDirectoryMode=0700',
    'LogsDirectory=mdops',
    'LogsDirectoryMode=0750',
  ];
}

function unit(owns: string, about: readonly string[], service: readonly string[]): string {
  return `# ${owns} Generated from .ci/generated/units.ts.\n\n[Unit]\n${about.join('\n')}\n\n[Service]\n${service.join('\n')}\n`;
}
