// The stack in a cluster: manifests made of the platform's data, applied and rolled out by kubectl.

import { basename, join } from 'node:path';
import { sha256 } from '../../../base/digest.ts';
import { isRecord, own, parseJson } from '../../../base/json.ts';
import { renderYaml } from '../../../base/yaml.ts';
import { deploymentNames, KUBERNETES_PORTS, kubernetesManifests } from '../../../domain/stack/kubernetes-manifests.ts';
import { MANAGED_BY } from '../../../domain/stack/kubernetes-objects.ts';
import { renderAlertmanager } from '../../../domain/stack/render-alertmanager.ts';
import { renderPrometheus } from '../../../domain/stack/render-prometheus.ts';
import { homeDirectory, platformDirectory } from '../../rules/platforms.ts';
import { readPlatformYaml } from '../platform-yaml.ts';
import { receiverSettings } from '../receiver-settings.ts';
import type { StackContext } from '../stack-context.ts';
import { callKeeper } from './call-keeper.ts';
import {
  forgetManaged,
  type ManagedDriver,
  type ManagedPart,
  type ManagedRecord,
  type ManagedWish,
  ownTargets,
} from './managed-stack.ts';

const APPLY_MS = 60_000;
const ROLLOUT_S = 180;
const LOOK_MS = 15_000;
const DELETE_MS = 180_000;

export const kubernetesDriver: ManagedDriver = {
  describe,
  words: (record) => ['kubectl', ...where(record), ...APPLY, join(record.directory, 'stack.yml')],
  bring: async (ctx, record) => {
    await writeManifests(ctx, record);
    await apply(ctx, record, 'namespace.yml');
    await roll(ctx, record);
  },
  down: async (ctx, record) => {
    // Its namespace may hold what is not ours: it stays.
    const file = join(record.directory, 'stack.yml');
    await callKeeper(ctx, {
      argv: ['kubectl', ...where(record), 'delete', '--ignore-not-found', '--wait=true', '--filename', file],
      timeoutMs: DELETE_MS,
      purpose: 'end the stack',
    });
    await forgetManaged(ctx, record);
  },
  parts: async (ctx, record) => {
    const selector = `--selector=app.kubernetes.io/managed-by=${MANAGED_BY}`;
    const answer = await callKeeper(ctx, {
      argv: ['kubectl', ...where(record), 'get', 'deployments', selector, '--output=json'],
      timeoutMs: LOOK_MS,
      purpose: 'look at the stack',
      isProbe: true,
    });
    const list = own(parseJson(answer) as Readonly<Record<string, unknown>>, 'items');
    const found = Array.isArray(list) ? list.filter(isRecord) : [];
    return deploymentNames(new Set(record.extras)).map((name) => partOf(name, found));
  },
  refresh: async (ctx, record) => {
    await writeManifests(ctx, record);
    await roll(ctx, record);
    return true;
  },
};

const APPLY = ['apply', '--server-side', '--field-manager=mdops', '--filename'];

function where({ context, name }: ManagedRecord): string[] {
  return [...(context === null ? [] : ['--context', context]), '--namespace', name];
}

async function apply(ctx: StackContext, record: ManagedRecord, file: string): Promise<void> {
  await callKeeper(ctx, {
    argv: ['kubectl', ...where(record), ...APPLY, join(record.directory, file)],
    timeoutMs: APPLY_MS,
    purpose: 'apply the stack',
  });
}

async function roll(ctx: StackContext, record: ManagedRecord): Promise<void> {
  await apply(ctx, record, 'stack.yml');
  for (const name of deploymentNames(new Set(record.extras))) {
    ctx.progress.update(`waiting for deployment/${name}`);
    await callKeeper(ctx, {
      argv: ['kubectl', ...where(record), 'rollout', 'status', `deployment/${name}`, `--timeout=${ROLLOUT_S}s`],
      timeoutMs: (ROLLOUT_S + 10) * 1_000,
      purpose: `roll out ${name}`,
      isProbe: true,
    });
  }
}

async function describe(ctx: StackContext, wish: ManagedWish): Promise<ManagedRecord> {
  const urls = deploymentNames(wish.extras).map((name) => [
    name,
    `http://${name}.${wish.namespace}:${KUBERNETES_PORTS[name]}`,
  ]);
  return {
    driver: 'k8s',
    platform: ctx.config.platform,
    directory: join(ctx.config.paths.stateDir, 'stacks', `k8s-${ctx.random.hex(4)}`),
    extras: [...wish.extras],
    started_at_ms: ctx.clock.wallMs(),
    addresses: null,
    urls: Object.fromEntries(urls),
    settings: receiverSettings(ctx),
    name: wish.namespace,
    context: wish.context,
  };
}

async function writeManifests(ctx: StackContext, record: ManagedRecord): Promise<void> {
  const platform = await platformDirectory(ctx, record.platform);
  const templates = join(await homeDirectory(ctx), 'config/alertmanager/templates');
  const inside = (name: 'pushgateway' | 'prometheus' | 'alertmanager'): string => `${name}:${KUBERNETES_PORTS[name]}`;
  const prometheus = renderPrometheus(await readPlatformYaml(ctx, platform, 'prometheus.yml'), {
    factor: 1,
    ruleFiles: ['/etc/prometheus/rules/*.yml'],
    alertmanager: inside('alertmanager'),
    targets: ownTargets(inside),
    onlyNamed: false,
    needed: ['pushgateway', 'prometheus', 'alertmanager'],
    prober: null,
  });
  const alertmanager = renderAlertmanager(await readPlatformYaml(ctx, platform, 'alertmanager.yml'), {
    factor: 1,
    templateDirectory: '/etc/alertmanager/templates',
    receivers: null,
    // Of the Secret mdops-secrets, which an operator makes.
    secretFiles: {
      slack: '/etc/mdops/secrets/slack-webhook-url',
      pagerduty: '/etc/mdops/secrets/pagerduty-routing-key',
    },
    telegramToken: null,
    telegramChatId: null,
    deadMansSwitch: receiverSettings(ctx, record.settings).deadMansSwitch,
  });
  const grafana = join(platform, 'grafana');
  const folders = await ctx.files.list(join(grafana, 'dashboards'));
  const manifests = kubernetesManifests({
    namespace: record.name,
    platform: record.platform,
    extras: new Set(record.extras),
    prometheusYaml: await renderYaml(prometheus),
    rules: {
      ...(await filesIn(ctx, join(platform, 'rules'))),
      ...(await filesIn(ctx, join(platform, 'slo/rules'), 'slo-')),
    },
    alertmanagerYaml: await renderYaml(alertmanager),
    templates: await filesIn(ctx, templates),
    dashboards: Object.fromEntries(
      await Promise.all(
        folders.map(async (folder) => [folder, await filesIn(ctx, join(grafana, 'dashboards', folder))] as const),
      ),
    ),
    provisioning: {
      dashboards: await filesIn(ctx, join(grafana, 'provisioning/dashboards')),
      datasources: await filesIn(ctx, join(grafana, 'provisioning/datasources')),
    },
    logs: ctx.config.paths.logDir,
    fingerprint: (text) => sha256(text).slice(0, 16),
  });
  await ctx.files.makeDirectory(record.directory);
  const write = async (name: string, objects: readonly object[]): Promise<void> => {
    const texts = await Promise.all(objects.map((object) => renderYaml(object)));
    await ctx.files.replace(join(record.directory, name), texts.join('---\n'), { durable: false, mode: 0o600 });
  };
  await write('namespace.yml', [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: record.name } }]);
  await write('stack.yml', manifests);
}

async function filesIn({ files }: StackContext, directory: string, prefix = ''): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of await files.list(directory)) {
    if ((await files.info(join(directory, name)))?.kind === 'file') {
      found[`${prefix}${basename(name)}`] = await files.readText(join(directory, name));
    }
  }
  return found;
}

function partOf(name: string, deployments: readonly Readonly<Record<string, unknown>>[]): ManagedPart {
  const one = deployments.find((deployment) => {
    const metadata = own(deployment, 'metadata');
    return isRecord(metadata) && own(metadata, 'name') === name;
  });
  if (one === undefined) return { name, state: 'absent', isWell: false };
  const status = own(one, 'status');
  const ready = isRecord(status) ? Number(own(status, 'readyReplicas') ?? 0) : 0;
  return { name, state: `${ready} of 1 ready`, isWell: ready > 0 };
}
