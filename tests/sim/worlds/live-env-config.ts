// The environment of the live-env world: six components on one host, by three drivers, with quick deadlines.

import type { RouteName } from '../../../lib/base/feed-routes.ts';

export type ComponentName = 'bus' | 'store' | 'feed-a' | 'feed-b' | 'strategy' | 'edge';

export interface ComponentFacts {
  readonly driver: 'process' | 'systemd' | 'command';
  readonly after: readonly ComponentName[];
  readonly route: RouteName | null;
}

export const COMPONENTS: Readonly<Record<ComponentName, ComponentFacts>> = {
  bus: { driver: 'process', after: [], route: null },
  store: { driver: 'systemd', after: [], route: null },
  'feed-a': { driver: 'process', after: ['bus'], route: 'primary' },
  'feed-b': { driver: 'systemd', after: ['bus'], route: 'backup' },
  strategy: { driver: 'process', after: ['feed-a', 'feed-b', 'store'], route: null },
  edge: { driver: 'command', after: ['bus', 'strategy'], route: null },
};
export const COMPONENT_NAMES = Object.keys(COMPONENTS) as readonly ComponentName[];

export const START_TIMEOUT_MS = 3_000;
export const STOP_TIMEOUT_MS = 1_000;

const READY = {
  bus: '{ kind: nats, address: "bus.sim:4222", timeout: 300ms }',
  'feed-a': '{ kind: tcp, address: "feed-a.sim:1", timeout: 300ms }',
} as const satisfies Partial<Record<ComponentName, string>>;

function component(name: ComponentName): string {
  const { driver, after } = COMPONENTS[name];
  const ready =
    name === 'bus' || name === 'feed-a'
      ? READY[name]
      : `{ kind: http, url: "http://${name}.sim/health", timeout: 300ms }`;
  const own = {
    process: `start: [run-component, ${name}]`,
    systemd: `unit: ${name}.service`,
    command: `start: [edge-control, up]\n    stop: [edge-control, down]`,
  }[driver];
  return `  ${name}:
    driver: ${driver}
    ${own}
    after: [${after.join(', ')}]
    ready: ${ready}
    start_timeout: ${START_TIMEOUT_MS}ms
    stop_timeout: ${STOP_TIMEOUT_MS}ms
`;
}

const ENVIRONMENT = `
log: { level: error }
components:
${COMPONENT_NAMES.map(component).join('')}
feeds:
  primary: { components: [feed-a] }
  backup: { components: [feed-b] }
`;

export const QUIET_YAML = `${ENVIRONMENT}
run: { skip_metrics: true }
`;

/** Every sink there is; their secrets come by variable. */
export const TOLD_YAML = `${ENVIRONMENT}
remotes:
  pushgateway: { url: "http://push.sim" }
  grafana: { url: "http://grafana.sim" }
  pagerduty: { api_url: "http://pager.sim" }
telemetry:
  otlp: { endpoint: "http://traces.sim" }
`;

export const TOLD_ENV = {
  SLACK_WEBHOOK_URL: 'http://slack.sim/services/T0/B0/simulated',
  GRAFANA_TOKEN: 'simulated-grafana-token',
  PAGERDUTY_ROUTING_KEY: '0123456789abcdef'.repeat(2),
} as const;

export const SINKS = ['push.sim', 'grafana.sim', 'pager.sim', 'traces.sim', 'slack.sim'] as const;
