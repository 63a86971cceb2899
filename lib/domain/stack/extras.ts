// What a stack may have beside Prometheus, Pushgateway and Alertmanager, and what these parts are configured with.

/** `ui`: Grafana. `logs`: Loki and what ships logs/runbooks to it. `traces`: Jaeger, which takes OTLP. */
export type Extra = 'ui' | 'logs' | 'traces';
export const EXTRAS: readonly Extra[] = ['ui', 'logs', 'traces'];

/** Pinned: an engine fetches exactly these. Those of Grafana and Jaeger are the ones the platforms were described with. */
export const IMAGES = {
  pushgateway: 'prom/pushgateway:v1.6.2',
  prometheus: 'prom/prometheus:v2.48.0',
  alertmanager: 'prom/alertmanager:v0.26.0',
  grafana: 'grafana/grafana:10.1.0',
  loki: 'grafana/loki:2.9.2',
  promtail: 'grafana/promtail:2.9.2',
  jaeger: 'jaegertracing/all-in-one:1.50',
} as const;

/** One process, files on disk: enough for the runbook logs of one host. */
export function lokiConfig(listen: { readonly address: string; readonly port: number }, directory: string): object {
  return {
    auth_enabled: false,
    server: { http_listen_address: listen.address, http_listen_port: listen.port, grpc_listen_port: 0 },
    common: {
      path_prefix: directory,
      replication_factor: 1,
      ring: { instance_addr: '127.0.0.1', kvstore: { store: 'inmemory' } },
      storage: { filesystem: { chunks_directory: `${directory}/chunks`, rules_directory: `${directory}/rules` } },
    },
    schema_config: {
      configs: [
        {
          from: '2024-01-01',
          store: 'tsdb',
          object_store: 'filesystem',
          schema: 'v12',
          index: { prefix: 'index_', period: '24h' },
        },
      ],
    },
    analytics: { reporting_enabled: false },
  };
}

/** The runs' NDJSON: level, event and command become labels, of which there are few; the rest stays in the line. */
export function promtailConfig(
  listen: { readonly address: string; readonly port: number },
  { loki, positions, logs }: { readonly loki: string; readonly positions: string; readonly logs: string },
): object {
  return {
    server: { http_listen_address: listen.address, http_listen_port: listen.port, grpc_listen_port: 0 },
    clients: [{ url: `${loki}/loki/api/v1/push` }],
    positions: { filename: positions },
    scrape_configs: [
      {
        job_name: 'runbooks',
        static_configs: [{ targets: ['localhost'], labels: { job: 'runbooks', __path__: `${logs}/*.log` } }],
        pipeline_stages: [
          { json: { expressions: { ts: 'ts', level: 'level', event: 'event', command: 'command' } } },
          { labels: { level: '', event: '', command: '' } },
          { timestamp: { source: 'ts', format: 'RFC3339Nano' } },
        ],
      },
    ],
  };
}

/** Looking is free on loopback; changing goes through files and `mdops dashboards push`. */
export function grafanaSettings(urls: {
  readonly prometheus: string;
  readonly alertmanager: string;
  readonly loki: string | null;
}): Record<string, string> {
  return {
    GF_AUTH_ANONYMOUS_ENABLED: 'true',
    GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
    GF_AUTH_DISABLE_LOGIN_FORM: 'true',
    // Its own files are read-only.
    GF_LOG_MODE: 'console',
    GF_ANALYTICS_REPORTING_ENABLED: 'false',
    GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
    PROMETHEUS_URL: urls.prometheus,
    ALERTMANAGER_URL: urls.alertmanager,
    LOKI_URL: urls.loki ?? '',
  };
}
