// A stack as Kubernetes objects: plain manifests, applied as they are.

import { type Extra, grafanaSettings, IMAGES, lokiConfig, promtailConfig } from './extras.ts';
import { CONFINED, type Manifest, object, podOf, selectorOf } from './kubernetes-objects.ts';

export interface KubernetesPlan {
  readonly namespace: string;
  readonly platform: string;
  readonly extras: ReadonlySet<Extra>;
  /** Rendered for addresses inside the cluster: `prometheus:9090`. */
  readonly prometheusYaml: string;
  readonly rules: Readonly<Record<string, string>>;
  readonly alertmanagerYaml: string;
  readonly templates: Readonly<Record<string, string>>;
  /** Folder → file → JSON. */
  readonly dashboards: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly provisioning: { readonly dashboards: Files; readonly datasources: Files };
  /** On the nodes. */
  readonly logs: string;
  /** A short text that differs when what it is made of does. */
  readonly fingerprint: (text: string) => string;
}

type Files = Readonly<Record<string, string>>;

export const KUBERNETES_PORTS = {
  pushgateway: 9_091,
  prometheus: 9_090,
  alertmanager: 9_093,
  grafana: 3_000,
  loki: 3_100,
  jaeger: 16_686,
} as const;
type PartName = keyof typeof KUBERNETES_PORTS;

const ANYWHERE = '0.0.0.0';
const OTLP = 4_318;
const STORAGE = { prometheus: '20Gi', alertmanager: '1Gi', pushgateway: '1Gi', loki: '20Gi' } as const;

interface Part {
  readonly name: PartName;
  readonly args: readonly string[];
  readonly readyPath: string;
  /** Mount path → file → text. */
  readonly configs?: Readonly<Record<string, Files>>;
  readonly data?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Present or not: an operator makes it. */
  readonly secret?: { readonly name: string; readonly at: string };
  readonly ports?: Readonly<Record<string, number>>;
}

export function kubernetesManifests(plan: KubernetesPlan): Manifest[] {
  return [
    ...partsOf(plan).flatMap((part) => manifestsOf(part, plan)),
    ...(plan.extras.has('logs') ? shipper(plan) : []),
  ];
}

/** What is rolled out and looked at. */
export function deploymentNames(extras: ReadonlySet<Extra>): PartName[] {
  return [
    'pushgateway',
    'alertmanager',
    'prometheus',
    ...(extras.has('ui') ? (['grafana'] as const) : []),
    ...(extras.has('logs') ? (['loki'] as const) : []),
    ...(extras.has('traces') ? (['jaeger'] as const) : []),
  ];
}

function partsOf(plan: KubernetesPlan): Part[] {
  const wanted = new Set(deploymentNames(plan.extras));
  const parts: Part[] = [
    {
      name: 'pushgateway',
      args: [`--web.listen-address=:${KUBERNETES_PORTS.pushgateway}`, '--persistence.file=/data/pushgateway.db'],
      readyPath: '/-/ready',
      data: '/data',
    },
    {
      name: 'alertmanager',
      args: ['--config.file=/etc/alertmanager/alertmanager.yml', '--storage.path=/data', '--cluster.listen-address='],
      readyPath: '/-/ready',
      configs: {
        '/etc/alertmanager': { 'alertmanager.yml': plan.alertmanagerYaml },
        '/etc/alertmanager/templates': plan.templates,
      },
      data: '/data',
      secret: { name: 'mdops-secrets', at: '/etc/mdops/secrets' },
    },
    {
      name: 'prometheus',
      args: [
        ...['--config.file=/etc/prometheus/prometheus.yml', '--storage.tsdb.path=/data', '--web.enable-lifecycle'],
        '--storage.tsdb.retention.time=15d',
      ],
      readyPath: '/-/ready',
      configs: {
        '/etc/prometheus': { 'prometheus.yml': plan.prometheusYaml },
        '/etc/prometheus/rules': plan.rules,
      },
      data: '/data',
    },
    {
      name: 'grafana',
      args: [],
      readyPath: '/api/health',
      environment: grafanaSettings({
        prometheus: urlOf('prometheus'),
        alertmanager: urlOf('alertmanager'),
        loki: plan.extras.has('logs') ? urlOf('loki') : null,
      }),
      configs: {
        '/etc/grafana/provisioning/dashboards': plan.provisioning.dashboards,
        '/etc/grafana/provisioning/datasources': plan.provisioning.datasources,
        ...Object.fromEntries(
          Object.entries(plan.dashboards).map(([folder, files]) => [
            `/var/lib/grafana/dashboards/${plan.platform}/${folder}`,
            files,
          ]),
        ),
      },
    },
    {
      name: 'loki',
      args: ['-config.file=/etc/loki/loki.yml'],
      readyPath: '/ready',
      configs: {
        // JSON is YAML.
        '/etc/loki': {
          'loki.yml': JSON.stringify(lokiConfig({ address: ANYWHERE, port: KUBERNETES_PORTS.loki }, '/data')),
        },
      },
      data: '/data',
    },
    {
      name: 'jaeger',
      args: [],
      readyPath: '/',
      environment: { COLLECTOR_OTLP_ENABLED: 'true' },
      ports: { otlp: OTLP },
    },
  ];
  return parts.filter(({ name }) => wanted.has(name));
}

function urlOf(name: PartName): string {
  return `http://${name}:${KUBERNETES_PORTS[name]}`;
}

function manifestsOf(part: Part, plan: KubernetesPlan): Manifest[] {
  const configs = Object.entries(part.configs ?? {}).map(([at, files], index) => ({
    at,
    map: object('v1', 'ConfigMap', `${part.name}-${index}`, part.name, plan, { data: files }),
    volume: `config-${index}`,
    name: `${part.name}-${index}`,
  }));
  const claim =
    part.data === undefined || !(part.name in STORAGE)
      ? []
      : [
          object('v1', 'PersistentVolumeClaim', part.name, part.name, plan, {
            spec: {
              accessModes: ['ReadWriteOnce'],
              resources: { requests: { storage: STORAGE[part.name as keyof typeof STORAGE] } },
            },
          }),
        ];
  const volumes = [
    ...configs.map(({ volume, name }) => ({ name: volume, configMap: { name } })),
    ...(claim.length > 0 ? [{ name: 'data', persistentVolumeClaim: { claimName: part.name } }] : []),
    ...(part.secret === undefined
      ? []
      : [{ name: 'secret', secret: { secretName: part.secret.name, optional: true } }]),
    { name: 'tmp', emptyDir: {} },
    ...(part.name === 'grafana' ? [{ name: 'home', emptyDir: {} }] : []),
  ];
  const mounts = [
    ...(part.name === 'grafana' ? [{ name: 'home', mountPath: '/var/lib/grafana' }] : []),
    ...configs.map(({ volume, at }) => ({ name: volume, mountPath: at, readOnly: true })),
    ...(claim.length > 0 ? [{ name: 'data', mountPath: part.data }] : []),
    ...(part.secret === undefined ? [] : [{ name: 'secret', mountPath: part.secret.at, readOnly: true }]),
    { name: 'tmp', mountPath: '/tmp' },
  ];
  const port = KUBERNETES_PORTS[part.name];
  const ports = { http: port, ...part.ports };
  const container = {
    name: part.name,
    image: IMAGES[part.name],
    args: part.args,
    env: Object.entries(part.environment ?? {}).map(([name, value]) => ({ name, value })),
    ports: Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort })),
    readinessProbe: { httpGet: { path: part.readyPath, port }, periodSeconds: 5 },
    securityContext: CONFINED,
    volumeMounts: mounts,
  };
  return [
    ...configs.map(({ map }) => map),
    ...claim,
    object('apps/v1', 'Deployment', part.name, part.name, plan, {
      spec: {
        replicas: 1,
        // A volume of one writer: the old one has to be gone before the new one comes.
        strategy: { type: 'Recreate' },
        selector: { matchLabels: selectorOf(part.name) },
        template: podOf(part.name, plan.fingerprint(JSON.stringify(part.configs ?? {})), {
          containers: [container],
          volumes,
        }),
      },
    }),
    object('v1', 'Service', part.name, part.name, plan, {
      spec: {
        selector: selectorOf(part.name),
        ports: Object.entries(ports).map(([name, number]) => ({ name, port: number, targetPort: number })),
      },
    }),
  ];
}

/** On every node: it reads what runs have written there. */
function shipper(plan: KubernetesPlan): Manifest[] {
  const name = 'promtail';
  const config = JSON.stringify(
    promtailConfig(
      { address: ANYWHERE, port: 9_080 },
      { loki: urlOf('loki'), positions: '/tmp/positions.yml', logs: '/var/log/mdops' },
    ),
  );
  const container = {
    name,
    image: IMAGES.promtail,
    args: ['-config.file=/etc/promtail/promtail.yml'],
    securityContext: CONFINED,
    volumeMounts: [
      { name: 'config', mountPath: '/etc/promtail', readOnly: true },
      { name: 'logs', mountPath: '/var/log/mdops', readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
  const volumes = [
    { name: 'config', configMap: { name } },
    { name: 'logs', hostPath: { path: plan.logs } },
    { name: 'tmp', emptyDir: {} },
  ];
  return [
    object('v1', 'ConfigMap', name, name, plan, { data: { 'promtail.yml': config } }),
    object('apps/v1', 'DaemonSet', name, name, plan, {
      spec: {
        selector: { matchLabels: selectorOf(name) },
        template: podOf(name, plan.fingerprint(config), { containers: [container], volumes }),
      },
    }),
  ];
}
