// A platform's Grafana files with one object of every kind at least, and a stand-in to hold them against.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of dashboards.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { type GrafanaOptions, type GrafanaStandIn, startGrafana } from '../../lib/sim/stand-ins/grafana.ts';
import { mdops, type Ran } from './mdops.ts';
import { temporaryDirectories } from './temporary.ts';

export const TOKEN = 'glsa_c4n4ry0123456789';
export const HEADER = 'c4n4ry-header-value';
export const WEBHOOK = 'https://hooks.slack.example/services/c4n4ry-webhook';
export const ROOT = 'config/platforms/ctp/grafana';

export const OPS = {
  uid: 'ctp-ops',
  title: 'Market Data Ops',
  tags: ['mdops', 'ctp'],
  schemaVersion: 39,
  templating: {
    list: [
      { name: 'datasource', type: 'datasource', query: 'prometheus' },
      { name: 'feed', type: 'custom', query: 'primary,backup', current: { text: 'primary', value: 'primary' } },
    ],
  },
  panels: [
    {
      id: 1,
      type: 'timeseries',
      title: 'Throughput',
      gridPos: { h: 8, w: 12, x: 0, y: 0 },
      datasource: { type: 'prometheus', uid: '${datasource}' },
      fieldConfig: { defaults: { unit: 'short' }, overrides: [] },
      targets: [{ refId: 'A', expr: 'md_throughput_mps{feed="$feed"}' }],
    },
    { id: 2, type: 'stat', title: 'Coverage', targets: [{ refId: 'A', expr: 'md_subscription_coverage_ratio' }] },
  ],
};

const FILES: Readonly<Record<string, string>> = {
  'dashboards/Operations/ops.json': JSON.stringify(OPS),
  'dashboards/Operations/Feeds/feed.json': '{"dashboard":{"uid":"ctp-feed","title":"Feed","id":77,"version":9}}',
  'provisioning/datasources/ctp.yml': `
apiVersion: 1
datasources:
  - uid: ctp-prometheus
    name: Prometheus (ctp)
    type: prometheus
    access: proxy
    url: $PROMETHEUS_URL
    isDefault: true
    jsonData: { timeInterval: 15s, httpHeaderName1: X-Scope }
    secureJsonData: { httpHeaderValue1: $PROM_HEADER }
`,
  'provisioning/alerting/ctp.yml': `
apiVersion: 1
contactPoints:
  - name: ctp-ops
    receivers:
      - { uid: ctp-slack, type: slack, settings: { url: $SLACK_WEBHOOK, recipient: '#md-ops' } }
policies:
  - receiver: ctp-ops
    group_by: [alertname, feed]
    routes:
      - { receiver: ctp-ops, matchers: ['severity = critical'], group_wait: 10s, repeat_interval: 1h }
groups:
  - name: throughput
    folder: Operations
    interval: 30s
    rules:
      - uid: ctp-throughput-low
        title: MD_Throughput_Below_Target
        condition: B
        for: 5m
        labels: { severity: critical, platform: ctp }
        annotations: { summary: 'throughput {{ $$values.A }}' }
        data:
          - refId: A
            relativeTimeRange: { from: 600, to: 0 }
            datasourceUid: ctp-prometheus
            model: { expr: md_throughput_mps, instant: true }
          - { refId: B, datasourceUid: __expr__, model: { type: threshold, expression: A } }
`,
};

/** What a push of these files writes, in order, on a recent server. */
export const WRITES = [
  'POST /api/folders',
  'POST /api/folders',
  'POST /api/datasources',
  'POST /api/dashboards/db',
  'POST /api/dashboards/db',
  'POST /api/v1/provisioning/contact-points',
  'PUT /api/v1/provisioning/policies',
  'POST /api/v1/provisioning/alert-rules',
  'PUT /api/v1/provisioning/folder/ctp-operations/rule-groups/throughput',
];

export interface Report {
  readonly kinds: readonly {
    readonly kind: string;
    readonly state: string;
    readonly wanted: number;
    readonly findings?: readonly {
      readonly id: string;
      readonly state: string;
      readonly differences: readonly { path: string; here: unknown; there: unknown }[];
    }[];
  }[];
  readonly actions: readonly { verb: string; kind: string; id: string; result: string; error?: { message: string } }[];
  readonly blocked: readonly { id: string; reason: string }[];
  readonly left: readonly { id: string }[];
  readonly files: readonly { path: string; state: string }[];
  readonly run?: { plan_hash: string };
}

export function reportOf(ran: Ran): Report {
  return JSON.parse(ran.stdout) as Report;
}

export interface GrafanaWorld {
  grafana: GrafanaStandIn;
  cwd: string;
  /** Another server than the usual one, for the rest of the test. */
  serve(options?: GrafanaOptions): Promise<GrafanaStandIn>;
  write(path: string, text: string): void;
  dashboards(...words: string[]): Promise<Ran>;
  env: Record<string, string>;
  /** Of requests that may change something, so far. */
  writes(): string[];
  /** A push that goes well. */
  pushed(...words: string[]): Promise<Ran>;
  /** `kind id state path` of everything found. */
  drift(...words: string[]): Promise<string[]>;
  /** Somebody saves a dashboard by hand. */
  change(uid: string, change: (model: Record<string, unknown>) => Record<string, unknown>): void;
}

/** Call once at the top of a test file: server and files are new for each test. */
export function grafanaWorld(name: string): GrafanaWorld {
  const directory = temporaryDirectories(name);
  const world = {} as GrafanaWorld;
  const open: GrafanaStandIn[] = [];
  world.serve = async (options = {}) => {
    world.grafana = await startGrafana({ token: TOKEN, ...options });
    open.push(world.grafana);
    world.env['GRAFANA_URL'] = world.grafana.url;
    return world.grafana;
  };
  world.write = (path, text) => {
    mkdirSync(dirname(join(world.cwd, path)), { recursive: true });
    writeFileSync(join(world.cwd, path), text);
  };
  world.dashboards = (...words) => mdops(['dashboards', ...words], { cwd: world.cwd, env: world.env });
  world.writes = () =>
    world.grafana.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
  world.pushed = async (...words) => {
    const ran = await world.dashboards('push', '--yes', ...words);
    expect(ran.exit, ran.stdout + ran.stderr).toBe(0);
    return ran;
  };
  world.drift = async (...words) => linesOf(reportOf(await world.dashboards('diff', '--json', ...words)));
  world.change = (uid, change) => {
    const held = world.grafana.state.dashboards.get(uid)!;
    const model = change(JSON.parse(JSON.stringify(held.model)) as Record<string, unknown>);
    world.grafana.state.dashboards.set(uid, { ...held, version: held.version + 1, model });
  };
  beforeEach(async () => {
    world.cwd = directory();
    world.env = {
      GRAFANA_TOKEN: TOKEN,
      PROMETHEUS_URL: 'http://prometheus.example:9090',
      PROM_HEADER: HEADER,
      SLACK_WEBHOOK: WEBHOOK,
    };
    for (const [path, text] of Object.entries(FILES)) world.write(`${ROOT}/${path}`, text);
    await world.serve();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((server) => server.close()));
  });
  return world;
}

function linesOf({ kinds }: Report): string[] {
  return kinds.flatMap(({ kind, findings = [] }) =>
    findings.flatMap(({ id, state, differences }) =>
      differences.length === 0
        ? [`${kind} ${id} ${state}`]
        : differences.map(({ path }) => `${kind} ${id} ${state} ${path}`),
    ),
  );
}
