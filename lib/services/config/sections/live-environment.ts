// The environment as data: components and how to start, stop and probe them, the two feed routes, the sessions.

import {
  address,
  attributes,
  boolean,
  choice,
  duration,
  group,
  integer,
  number,
  path,
  table,
  text,
  timeOfDay,
  timeRanges,
  url,
  variants,
  words,
} from '../schema.ts';

const WEB = ['http', 'https'] as const;
const NAME = /^[A-Za-z0-9][A-Za-z0-9@._:\\-]{0,199}$/;

export const probe = variants(
  'How readiness is proven',
  'kind',
  {
    intervalMs: duration('Pause between probes', { default: '100ms', min: 10, max: 60_000 }),
    timeoutMs: duration('Deadline of one probe', { default: '2s', min: 10, max: 60_000 }),
  },
  {
    http: {
      url: url('Ready when it answers', { required: true, schemes: WEB }),
      status: integer('Wanted status', { default: 200, min: 100, max: 599 }),
      body: text('Text the answer must contain; {state_dir} and the like are filled in'),
    },
    tcp: { address: address('Ready when it accepts', { required: true }) },
    nats: { address: address('Ready when it greets as a NATS server', { required: true }) },
    command: { command: words('Ready when it exits 0', { required: true, min: 1 }) },
    metric: {
      url: url('Page of metrics', { required: true, schemes: WEB }),
      metric: text('Metric name', { required: true, pattern: /^[a-zA-Z_:][a-zA-Z0-9_:]*$/, wanted: 'a metric name' }),
      labels: attributes('Labels the series must have', { default: {} }),
      atLeast: number('Ready when the value reaches this', { required: true }),
    },
  },
);

export const components = table(
  'What the environment consists of',
  variants(
    'One component',
    'driver',
    {
      after: words('Components that must be ready first', { default: [] }),
      ready: probe,
      startTimeoutMs: duration('Ready by then, or failed', { default: '30s', min: 10, max: 3_600_000 }),
      stopTimeoutMs: duration('Gone by then, or failed', { default: '15s', min: 10, max: 3_600_000 }),
      live: boolean('Needs the exchange: left out by --skip-live', { default: false }),
      env: attributes('Environment of its processes, beside the clean default', { default: {} }),
      envFrom: words('Variables passed on: names, or a prefix with * at its end', { default: [] }),
      workDir: path('Working directory'),
    },
    {
      process: { start: words('Program and arguments; stays in the foreground', { required: true, min: 1 }) },
      systemd: {
        unit: text('Unit name', { required: true, pattern: NAME, wanted: 'a unit name such as "market-data.service"' }),
        scope: choice('Which manager', ['system', 'user'], { default: 'system' }),
      },
      compose: {
        file: path('Compose file', { required: true }),
        service: text('Service in it', { required: true, pattern: NAME, wanted: 'a service name' }),
        project: text('Project name', { pattern: NAME, wanted: 'a project name' }),
      },
      kubernetes: {
        workload: text('Kind and name', {
          required: true,
          pattern: /^(deployment|statefulset)\/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
          wanted: 'a workload such as "deployment/market-data-service"',
        }),
        namespace: text('Namespace', { default: 'default', pattern: NAME, wanted: 'a namespace' }),
        context: text('kubectl context', { pattern: /^[^-\s]\S*$/, wanted: 'a context name' }),
        replicas: integer('Replicas when started', { default: 1, min: 1, max: 1_000 }),
      },
      command: {
        // Nothing that a step leaves behind outlives it: a start command that forks its own daemon starts nothing.
        start: words('Tells some other manager to start it; what it leaves running itself is ended', {
          required: true,
          min: 1,
        }),
        stop: words('Tells that manager to stop it, also when it may be stopped already', { required: true, min: 1 }),
      },
    },
  ),
);

function route(name: string) {
  return group(`The ${name} route`, {
    label: text('Metric label feed', { default: name }),
    account: text('Metric label account', { default: 'default' }),
    credentials: text('Prefix of its variables', {
      default: `CTP_${name.toUpperCase()}`,
      pattern: /^[A-Z][A-Z0-9_]*$/,
      wanted: `a prefix of capitals such as "CTP_${name.toUpperCase()}"`,
    }),
    controlPlane: url('Its control plane, where the routes have their own', {
      schemes: ['nats', 'tls', 'ws', 'wss', 'http', 'https'],
    }),
    metricsUrl: url('Its metrics page', { schemes: WEB }),
    components: words('Components that make up this route', { default: [] }),
  });
}

export const feeds = group('The two feed routes', {
  active: choice('Route that a start brings up', ['primary', 'backup'], {
    default: 'primary',
    env: 'ACTIVE_FEED',
    flag: 'config-route',
  }),
  control: choice('How routes are moved: they speak md.route.*, or commands move them', ['subjects', 'commands'], {
    default: 'subjects',
  }),
  commands: group('With control: commands. {route}, {epoch}, {expected_epoch}; exit 77 refuses an older epoch', {
    look: words('Exit 0: the route is up, 3: it is off', { default: [] }),
    bringUp: words('Brings the route up', { default: [] }),
    stop: words('Stops the route', { default: [] }),
    promote: words('Lets consumers follow it; unset: a route that is up publishes', { default: [] }),
    demote: words('Back to stand-by; unset: it is stopped', { default: [] }),
  }),
  primary: route('primary'),
  backup: route('backup'),
  consumers: table(
    'Downstream consumers whose backlog tells whether a switch was noticed',
    group('One consumer', { metricsUrl: url('Its metrics page', { required: true, schemes: WEB }) }),
  ),
});

export const sessions = group('Trading sessions', {
  window: text('Session label; unset: the one the clock is in', {
    env: 'SESSION_WINDOW',
    flag: 'window',
    pattern: /^[a-z][a-z0-9_-]{0,30}$/,
    wanted: 'the name of a session window such as "day" or "night"',
  }),
  calendar: path('Session calendar (config/calendars/ctp.json): hours by product, holidays', { flag: 'calendar' }),
  checkpointLeadMs: duration('Everything must be ready this long before the open', { default: '5m', min: 0 }),
  windows: table(
    'Named windows, in the time zone above',
    group('One window', {
      open: timeOfDay('First tick', { required: true }),
      close: timeOfDay('Last tick; earlier than open: the next day', { required: true }),
      breaks: timeRanges('Pauses in which silence is expected', { default: [] }),
      days: words('Days the window opens on', { default: ['mon', 'tue', 'wed', 'thu', 'fri'] }),
    }),
  ),
});
