// The remote systems: addresses, credentials, and how long each may take.

import { COMMAND_LINE } from '../../../base/argument-list.ts';
import { attributes, boolean, choice, duration, group, integer, path, secret, text, url, urls } from '../schema.ts';

const WEB = ['http', 'https'] as const;

function timeout(fallback: string) {
  return duration('Absolute deadline of one request, body included', { default: fallback, min: 10, max: 300_000 });
}

function login(name: string) {
  return {
    username: text('Basic-auth user', { env: `${name}_USERNAME` }),
    password: secret('Basic-auth password', { env: `${name}_PASSWORD` }),
    token: secret('Bearer token', { env: `${name}_TOKEN` }),
  } as const;
}

export const remotes = group('Remote systems', {
  pushgateway: group('Where run metrics are pushed; unset: none are', {
    url: url('Base URL', { env: 'PUSHGATEWAY_URL', flag: 'pushgateway-url', schemes: WEB }),
    ...login('PUSHGATEWAY'),
    timeoutMs: timeout('2s'),
  }),
  prometheus: group('Where metrics and alerts are read', {
    url: url('Base URL', { env: 'PROMETHEUS_URL', flag: 'prometheus-url', schemes: WEB }),
    ...login('PROMETHEUS'),
  }),
  alertmanager: group('Alert routing', {
    urls: urls('Every replica: API posts go to all of them', {
      default: [],
      env: 'ALERTMANAGER_URL',
      flag: 'alertmanager-url',
      schemes: WEB,
    }),
    ...login('ALERTMANAGER'),
  }),
  grafana: group('Dashboards, their annotations, and Grafana-managed alerts', {
    url: url('Base URL', { env: 'GRAFANA_URL', flag: 'url', schemes: WEB }),
    username: text('Basic-auth user', { env: 'GRAFANA_USERNAME' }),
    password: secret('Basic-auth password', { env: 'GRAFANA_PASSWORD' }),
    token: secret('Service-account token', { env: 'GRAFANA_TOKEN' }),
    dashboardUid: text('Dashboard that gets the annotations; unset: the organisation', {
      env: 'GRAFANA_DASHBOARD_UID',
    }),
    panelId: integer('Panel that gets the annotations', { min: 0 }),
    timeoutMs: timeout('2s'),
    apiTimeoutMs: duration('Absolute deadline of one request of the command dashboards, retries included', {
      default: '15s',
      min: 10,
      max: 300_000,
    }),
  }),
  slack: group('Chat messages', {
    webhookUrl: secret('Incoming webhook', { env: 'SLACK_WEBHOOK_URL', schemes: WEB }),
    botToken: secret('Bot token: one message per run, edited in place', { env: 'SLACK_BOT_TOKEN' }),
    channel: text('Channel for the bot token', { default: '#market-data-ops', env: 'SLACK_CHANNEL' }),
    apiUrl: url('Web API', { default: 'https://slack.com/api', env: 'SLACK_API_URL', schemes: WEB }),
    timeoutMs: duration('Absolute deadline of one message, by Telegram and the command below too', {
      default: '2s',
      min: 10,
      max: 300_000,
    }),
  }),
  pagerduty: group('Pages', {
    routingKey: secret('Events v2 integration key', { env: 'PAGERDUTY_ROUTING_KEY' }),
    apiUrl: url('Events API', { default: 'https://events.pagerduty.com', env: 'PAGERDUTY_API_URL', schemes: WEB }),
    timeoutMs: timeout('3s'),
  }),
  telegram: group('Alternative chat', {
    botToken: secret('Bot token', { env: 'TELEGRAM_BOT_TOKEN' }),
    chatId: text('Chat that gets the messages', { env: 'TELEGRAM_CHAT_ID' }),
    apiUrl: url('Bot API', { default: 'https://api.telegram.org', env: 'TELEGRAM_API_URL', schemes: WEB }),
  }),
  hook: group('A command of yours that gets each notification as JSON on stdin', {
    command: text('Command line, split into arguments; no shell', {
      env: 'MDOPS_NOTIFY_COMMAND',
      pattern: COMMAND_LINE,
      wanted: 'a command whose quotes are all closed',
    }),
  }),
  nats: group('Message bus of the live environment', {
    url: url('Server', { env: 'NATS_URL', schemes: ['nats', 'tls', 'ws', 'wss'] }),
    user: text('User', { env: 'NATS_USER' }),
    password: secret('Password', { env: 'NATS_PASSWORD', needed: true }),
    token: secret('Token', { env: 'NATS_TOKEN', needed: true }),
    creds: secret('Content of a .creds file', { env: 'NATS_CREDS', needed: true, multiline: true }),
    tls: group('TLS', {
      required: boolean('Refuse a plain connection', { default: false, env: 'NATS_TLS_REQUIRED' }),
      caFile: path('Certificate authority', { env: 'NATS_TLS_CA' }),
      certFile: path('Client certificate', { env: 'NATS_TLS_CERT' }),
      keyFile: path('Key of the client certificate', { env: 'NATS_TLS_KEY' }),
    }),
  }),
  controlPlane: group('The request/reply interface of the live environment', {
    url: url('nats:// or http:// address; unset: the NATS server', {
      env: 'CONTROL_PLANE_URL',
      flag: 'control-plane',
      schemes: ['nats', 'tls', 'ws', 'wss', 'http', 'https'],
    }),
    timeoutMs: timeout('5s'),
  }),
  breaker: group('Circuit breaker of every remote, remembered across runs', {
    failures: integer('Failures in a row that open it', { default: 3, min: 1, max: 100 }),
    openMs: duration('How long it stays open', { default: '60s', min: 100 }),
  }),
  retry: group('Retries within a request budget', {
    attempts: integer('Attempts in all', { default: 3, min: 1, max: 10 }),
    baseMs: duration('First pause; doubles, with jitter', { default: '200ms', min: 1 }),
    maxMs: duration('Longest pause', { default: '5s', min: 1 }),
  }),
});

export const telemetry = group('What a run tells the outside about itself', {
  enabled: boolean('Metrics, annotations, spans and messages; logs and journal are always written', {
    default: true,
    env: 'ENABLE_OBSERVABILITY',
  }),
  budgetMs: duration('Time all sinks together may add to a run', { default: '4s', max: 60_000 }),
  spool: group('What could not be delivered waits on disk', {
    maxAgeMs: duration('Older records are dropped and counted', { default: '7d', min: 1_000 }),
    maxRecords: integer('More records are dropped, oldest first, and counted', {
      default: 10_000,
      min: 1,
      max: 1_000_000,
    }),
  }),
  otlp: group('Spans over OTLP/HTTP', {
    endpoint: url('Collector; unset: no spans', { env: 'OTEL_EXPORTER_OTLP_ENDPOINT', schemes: WEB }),
    headers: secret('Headers as name=value, separated by commas', { env: 'OTEL_EXPORTER_OTLP_HEADERS' }),
    protocol: choice('Encoding', ['http/json'], { default: 'http/json' }),
    timeoutMs: timeout('2s'),
  }),
  resourceAttributes: attributes('Attributes of the resource that every span is of', {
    default: {},
    env: 'OTEL_RESOURCE_ATTRIBUTES',
  }),
});
