// The stack as containers: a Compose file made of the platform's data, and Compose to keep it.

import { join } from 'node:path';
import { isRecord, own, parseJson } from '../../../base/json.ts';
import { renderYaml } from '../../../base/yaml.ts';
import {
  alertmanagerArguments,
  prometheusArguments,
  pushgatewayArguments,
} from '../../../domain/stack/component-arguments.ts';
import { composeFile } from '../../../domain/stack/compose-file.ts';
import { lokiConfig, promtailConfig } from '../../../domain/stack/extras.ts';
import { homeDirectory, platformDirectory } from '../../rules/platforms.ts';
import { writeConfigs } from '../plan-stack.ts';
import { pickPort } from '../ports.ts';
import { type ReceiverSettings, receiverSettings } from '../receiver-settings.ts';
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

// Images are fetched at the first start.
const UP_MS = 600_000;
const READY_S = 120;
const DOWN_MS = 120_000;
const LOOK_MS = 15_000;
const LOOPBACK = '127.0.0.1';
const PORTS = { grafana: 3_000, loki: 3_100, promtail: 9_080, jaeger: 16_686, otlp: 4_318 } as const;
const OF_EXTRA = { ui: ['grafana'], logs: ['loki', 'promtail'], traces: ['jaeger', 'otlp'] } as const;

export const composeDriver: ManagedDriver = {
  describe,
  words: (record) => ['docker', ...words(record), 'up', ...UP],
  bring: async (ctx, record) => {
    await writeFiles(ctx, record);
    const call = (argv: readonly string[], timeoutMs: number, purpose: string): Promise<string> =>
      callKeeper(ctx, { argv: ['docker', ...words(record), ...argv], timeoutMs, purpose });
    await call(['config', '--quiet'], LOOK_MS, 'read the Compose file');
    ctx.progress.update('docker compose up: fetches images where they are missing');
    await call(['up', ...UP], UP_MS, 'start the stack');
  },
  down: async (ctx, record) => {
    const argv = ['docker', ...words(record), 'down', '--remove-orphans', '--timeout', '10'] as const;
    await callKeeper(ctx, { argv, timeoutMs: DOWN_MS, purpose: 'end the stack' });
    await forgetManaged(ctx, record);
  },
  parts: async (ctx, record) => {
    const argv = ['docker', ...words(record), 'ps', '--all', '--format', 'json'] as const;
    const answer = await callKeeper(ctx, { argv, timeoutMs: LOOK_MS, purpose: 'look at the stack', isProbe: true });
    return wantedParts(record).map((name) => partOf(name, readParts(answer)));
  },
  refresh: async (ctx, record) => {
    await writeFiles(ctx, record);
    return false;
  },
};

const UP = ['--detach', '--wait', '--wait-timeout', String(READY_S), '--remove-orphans'];

function words({ directory, name }: ManagedRecord): string[] {
  return ['compose', '--file', join(directory, 'compose.yml'), '--project-name', name];
}

async function describe(ctx: StackContext, wish: ManagedWish): Promise<ManagedRecord> {
  const taken = new Set<number>();
  const at = async (port: number): Promise<string> => `http://${LOOPBACK}:${await pickPort(ctx, port, taken)}`;
  const { platform } = ctx.config;
  const addresses = {
    pushgateway: await at(wish.ports.pushgateway),
    prometheus: await at(wish.ports.prometheus),
    alertmanager: await at(wish.ports.alertmanager),
    receivers: null,
  };
  const { receivers: _none, ...urls } = addresses;
  const more: Record<string, string> = {};
  for (const extra of wish.extras) for (const name of OF_EXTRA[extra]) more[name] = await at(PORTS[name]);
  return {
    driver: 'compose',
    platform,
    directory: join(ctx.config.paths.stateDir, 'stacks', `compose-${ctx.random.hex(4)}`),
    extras: [...wish.extras],
    started_at_ms: ctx.clock.wallMs(),
    addresses,
    urls: { ...urls, ...more },
    settings: receiverSettings(ctx),
    name: `mdops-${platform}`,
    context: null,
  };
}

async function writeFiles(ctx: StackContext, record: ManagedRecord): Promise<void> {
  const { directory, urls, extras } = record;
  const addresses = Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, url.replace('http://', '')]));
  const platform = await platformDirectory(ctx, record.platform);
  const templates = join(await homeDirectory(ctx), 'config/alertmanager/templates');
  // What an engine makes for a mount belongs to root, and could not be removed again.
  for (const folder of ['', 'prometheus', 'alertmanager', `grafana/dashboards/${record.platform}`, 'loki']) {
    await ctx.files.makeDirectory(join(directory, folder));
  }
  await ctx.files.makeDirectory(ctx.config.paths.logDir);
  const own = ownTargets((part) => addresses[part]!);
  const settings = receiverSettings(ctx, record.settings);
  const rendering = { own, alertmanager: addresses['alertmanager']!, receivers: null, settings };
  await writeConfigs(ctx, directory, { factor: 1, apartBy: null }, rendering);
  if (extras.includes('logs')) await writeLogs(ctx, directory, addresses);
  const file = composeFile({
    project: record.name,
    user: await userOf(ctx),
    directory,
    readable: [platform, templates, ...(await secretFiles(ctx, settings))],
    grafana: join(platform, 'grafana'),
    platform: record.platform,
    logs: ctx.config.paths.logDir,
    extras: new Set(extras),
    arguments: {
      pushgateway: pushgatewayArguments(addresses['pushgateway']!, directory),
      alertmanager: alertmanagerArguments(addresses['alertmanager']!, directory),
      prometheus: prometheusArguments(addresses['prometheus']!, directory, 1),
    },
    addresses,
  });
  await ctx.files.replace(join(directory, 'compose.yml'), await renderYaml(file), { durable: false, mode: 0o600 });
}

async function writeLogs(
  ctx: StackContext,
  directory: string,
  addresses: Readonly<Record<string, string>>,
): Promise<void> {
  const listen = (name: string): { address: string; port: number } => ({
    address: LOOPBACK,
    port: Number(addresses[name]!.split(':')[1]),
  });
  const write = async (name: string, value: object): Promise<void> =>
    ctx.files.replace(join(directory, name), await renderYaml(value), { durable: false, mode: 0o600 });
  await write('loki.yml', lokiConfig(listen('loki'), join(directory, 'loki')));
  await write(
    'promtail.yml',
    promtailConfig(listen('promtail'), {
      loki: `http://${addresses['loki']}`,
      positions: join(directory, 'positions.yml'),
      logs: ctx.config.paths.logDir,
    }),
  );
}

/** Those that the configuration refers to by path. */
async function secretFiles({ files }: StackContext, { slack, pagerduty }: ReceiverSettings): Promise<string[]> {
  const found: string[] = [];
  for (const path of [slack, pagerduty]) {
    if (path !== null && (await files.info(path, { follow: true })) !== null) found.push(path);
  }
  return found;
}

async function userOf(ctx: StackContext): Promise<string> {
  const ask = async (flag: string): Promise<string> => {
    const { stdout } = await ctx.processes.run({
      argv: ['id', flag],
      timeoutMs: 5_000,
      signal: ctx.signal,
      isProbe: true,
    });
    return stdout.head.trim();
  };
  return `${await ask('-u')}:${await ask('-g')}`;
}

function wantedParts({ urls }: ManagedRecord): string[] {
  // Two doors of one container.
  return Object.keys(urls).filter((name) => name !== 'otlp');
}

/** Compose prints one object a line; until 2.21 it was one list. */
function readParts(answer: string): Readonly<Record<string, unknown>>[] {
  return answer
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => {
      const value = parseJson(line);
      return Array.isArray(value) ? value : [value];
    })
    .filter(isRecord);
}

function partOf(name: string, containers: readonly Readonly<Record<string, unknown>>[]): ManagedPart {
  const container = containers.find((one) => own(one, 'Service') === name);
  if (container === undefined) return { name, state: 'absent', isWell: false };
  const [state, health] = [String(own(container, 'State') ?? ''), String(own(container, 'Health') ?? '')];
  return {
    name,
    state: health === '' ? state : `${state}, ${health}`,
    isWell: state === 'running' && health !== 'unhealthy',
  };
}
