// A stack as a Compose file: everything on the host's network, paths inside the same as outside.

import { type Extra, grafanaSettings, IMAGES } from './extras.ts';

export interface ComposePlan {
  readonly project: string;
  /** `uid:gid` of whoever runs it: configuration may hold a token, and only its owner may read it. */
  readonly user: string;
  /** Configuration and data. */
  readonly directory: string;
  /** Read only, at their own paths. */
  readonly readable: readonly string[];
  /** config/platforms/NAME/grafana */
  readonly grafana: string;
  readonly platform: string;
  readonly logs: string;
  readonly extras: ReadonlySet<Extra>;
  readonly arguments: Readonly<Record<'pushgateway' | 'prometheus' | 'alertmanager', readonly string[]>>;
  /** Name → `host:port`. */
  readonly addresses: Readonly<Record<string, string>>;
}

type Service = Readonly<Record<string, unknown>>;

export function composeFile(plan: ComposePlan): Readonly<Record<string, unknown>> {
  const services = {
    pushgateway: core(plan, 'pushgateway'),
    alertmanager: core(plan, 'alertmanager'),
    prometheus: core(plan, 'prometheus'),
    ...(plan.extras.has('ui') ? { grafana: grafana(plan) } : {}),
    ...(plan.extras.has('logs') ? { loki: loki(plan), promtail: promtail(plan) } : {}),
    ...(plan.extras.has('traces') ? { jaeger: jaeger(plan) } : {}),
  };
  return escaped({ name: plan.project, services }) as Readonly<Record<string, unknown>>;
}

function base({ user }: ComposePlan, image: string): Service {
  return {
    image,
    user,
    network_mode: 'host',
    init: true,
    restart: 'unless-stopped',
    read_only: true,
    tmpfs: ['/tmp'],
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    logging: { driver: 'json-file', options: { 'max-size': '20m', 'max-file': '5' } },
  };
}

function core(plan: ComposePlan, name: 'pushgateway' | 'prometheus' | 'alertmanager'): Service {
  return {
    ...base(plan, IMAGES[name]),
    command: plan.arguments[name],
    volumes: [bind(plan.directory), ...plan.readable.map((path) => bind(path, path, true))],
    healthcheck: healthy(`http://${plan.addresses[name]}/-/ready`),
  };
}

function grafana(plan: ComposePlan): Service {
  const { addresses, directory, platform } = plan;
  const [host, port] = addresses['grafana']!.split(':');
  const url = (name: string): string => `http://${addresses[name]}`;
  return {
    ...base(plan, IMAGES.grafana),
    environment: {
      ...grafanaSettings({
        prometheus: url('prometheus'),
        alertmanager: url('alertmanager'),
        loki: plan.extras.has('logs') ? url('loki') : null,
      }),
      GF_SERVER_HTTP_ADDR: host,
      GF_SERVER_HTTP_PORT: port,
    },
    volumes: [
      bind(`${directory}/grafana`, '/var/lib/grafana'),
      bind(`${plan.grafana}/dashboards`, `/var/lib/grafana/dashboards/${platform}`, true),
      // Not its alert rules: Prometheus evaluates, and nobody is to be told twice.
      bind(`${plan.grafana}/provisioning/dashboards`, '/etc/grafana/provisioning/dashboards', true),
      bind(`${plan.grafana}/provisioning/datasources`, '/etc/grafana/provisioning/datasources', true),
    ],
    healthcheck: healthy(`${url('grafana')}/api/health`),
  };
}

function loki(plan: ComposePlan): Service {
  return {
    ...base(plan, IMAGES.loki),
    command: [`-config.file=${plan.directory}/loki.yml`],
    volumes: [bind(plan.directory)],
    healthcheck: healthy(`http://${plan.addresses['loki']}/ready`),
  };
}

function promtail(plan: ComposePlan): Service {
  return {
    ...base(plan, IMAGES.promtail),
    command: [`-config.file=${plan.directory}/promtail.yml`],
    volumes: [bind(plan.directory), bind(plan.logs, plan.logs, true)],
    depends_on: { loki: { condition: 'service_healthy' } },
  };
}

function jaeger(plan: ComposePlan): Service {
  const { addresses } = plan;
  return {
    ...base(plan, IMAGES.jaeger),
    environment: { COLLECTOR_OTLP_ENABLED: 'true' },
    command: [
      `--query.http-server.host-port=${addresses['jaeger']}`,
      `--collector.otlp.http.host-port=${addresses['otlp']}`,
    ],
  };
}

function bind(source: string, target = source, isReadOnly = false): Service {
  return { type: 'bind', source, target, ...(isReadOnly ? { read_only: true } : {}) };
}

/** Every image that has a check brings busybox's wget. */
function healthy(url: string): Service {
  return { test: ['CMD', 'wget', '-q', '-O', '/dev/null', url], interval: '2s', timeout: '2s', retries: 15 };
}

/** Compose replaces what follows a `$`; ours mean themselves. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, escaped(inner)]));
}
