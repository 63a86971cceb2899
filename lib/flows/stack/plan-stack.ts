// Writes a stack's configuration files and says what to start.

import { join } from 'node:path';
import { renderYaml } from '../../base/yaml.ts';
import { loadPromql } from '../../domain/rules/promql.ts';
import { readRuleFile } from '../../domain/rules/read-rules.ts';
import type { Rule } from '../../domain/rules/rule.ts';
import {
  alertmanagerArguments,
  prometheusArguments,
  pushgatewayArguments,
} from '../../domain/stack/component-arguments.ts';
import { keepApart } from '../../domain/stack/keep-apart.ts';
import { renderAlertmanager } from '../../domain/stack/render-alertmanager.ts';
import { renderPrometheus, type ScrapeTarget } from '../../domain/stack/render-prometheus.ts';
import { scaleRules } from '../../domain/stack/scale.ts';
import { homeDirectory, platformDirectory } from '../rules/platforms.ts';
import { findProgram, needProgram } from './binaries.ts';
import { readPlatformYaml, unreadable } from './platform-yaml.ts';
import { pickPort } from './ports.ts';
import { type ReceiverSettings, receiverSettings } from './receiver-settings.ts';
import type { ComponentName, ComponentSpec, StackAddresses, StackContext } from './stack-context.ts';

export interface StackWish {
  /** Durations are divided by this. 1: the rules as they are, from their own files. */
  readonly factor: number;
  /** Stand-ins instead of Slack, PagerDuty, Telegram and webhooks. */
  readonly standIns: boolean;
  readonly ports: { readonly pushgateway?: number; readonly prometheus?: number; readonly alertmanager?: number };
  /** Labels of the scrape target that can be made to fail; null for none. */
  readonly syntheticTarget: Readonly<Record<string, string>> | null;
  /** A label that no rule may drop, so that series which differ in it never meet; null: the rules as they are. */
  readonly apartBy: string | null;
}

export interface PlannedStack {
  readonly addresses: StackAddresses;
  readonly components: readonly ComponentSpec[];
}

// However a platform calls the job that scrapes the host.
export const NODE_JOBS = ['node', 'node-exporter', 'node_exporter'];
const LOOPBACK = '127.0.0.1';

export async function planStack(ctx: StackContext, directory: string, wish: StackWish): Promise<PlannedStack> {
  const taken = new Set<number>();
  const address = async (wanted?: number): Promise<string> => `${LOOPBACK}:${await pickPort(ctx, wanted, taken)}`;
  const pushgateway = await address(wish.ports.pushgateway);
  const prometheus = await address(wish.ports.prometheus);
  const alertmanager = await address(wish.ports.alertmanager);
  const receivers = wish.standIns ? await address() : null;
  const exporters = wish.factor === 1 ? await planExporters(ctx, address) : [];
  const components = [
    ...(receivers === null ? [] : [receiversSpec(ctx, receivers)]),
    await pushgatewaySpec(ctx, pushgateway, directory),
    await alertmanagerSpec(ctx, alertmanager, directory),
    await prometheusSpec(ctx, prometheus, directory, wish.factor),
    ...exporters,
  ];
  await writeNativeConfigs(ctx, directory, wish, urlsOf(components), receiverSettings(ctx));
  return {
    addresses: {
      pushgateway: `http://${pushgateway}`,
      prometheus: `http://${prometheus}`,
      alertmanager: `http://${alertmanager}`,
      receivers: receivers === null ? null : `http://${receivers}`,
    },
    components,
  };
}

export function urlsOf(components: readonly ComponentSpec[]): Readonly<Record<string, string>> {
  return Object.fromEntries(components.map(({ name, url }) => [name, url]));
}

/** Of the platform's data as it is now, for parts at these addresses: when they start, and when they are to read again. */
export async function writeNativeConfigs(
  ctx: StackContext,
  directory: string,
  wish: Omit<StackWish, 'ports' | 'standIns'>,
  urls: Readonly<Record<string, string>>,
  settings: ReceiverSettings,
): Promise<void> {
  const at = (name: ComponentName): string | null => urls[name]?.replace('http://', '') ?? null;
  const target = (name: ComponentName): ScrapeTarget[] => {
    const address = at(name);
    return address === null ? [] : [{ address }];
  };
  const receivers = at('receivers');
  const { syntheticTarget } = wish;
  const synthetic =
    syntheticTarget === null || receivers === null ? [] : [{ address: receivers, labels: syntheticTarget }];
  const own = new Map<string, ScrapeTarget[]>([
    ['pushgateway', [...target('pushgateway'), ...synthetic]],
    ['prometheus', target('prometheus')],
    ['alertmanager', target('alertmanager')],
    ...NODE_JOBS.map((job): [string, ScrapeTarget[]] => [job, target('node-exporter')]),
    ['blackbox', target('blackbox-exporter')],
  ]);
  await writeConfigs(ctx, directory, wish, { own, alertmanager: at('alertmanager') ?? '', receivers, settings });
}

/** Written rules, and those that objectives were compiled to. */
const RULES = ['rules', 'slo/rules'];

export interface Rendering {
  readonly own: ReadonlyMap<string, readonly ScrapeTarget[]>;
  readonly alertmanager: string;
  readonly receivers: string | null;
  readonly settings: ReceiverSettings;
}

export async function writeConfigs(
  ctx: StackContext,
  directory: string,
  wish: Pick<StackWish, 'factor' | 'apartBy'>,
  rendering: Rendering,
): Promise<void> {
  const { factor } = wish;
  const home = await homeDirectory(ctx);
  const platform = await platformDirectory(ctx, ctx.config.platform);
  // All of it is read before any of it is written: a mistake changes nothing.
  const [prometheus, alertmanager] = await Promise.all([
    readPlatformYaml(ctx, platform, 'prometheus.yml'),
    readPlatformYaml(ctx, platform, 'alertmanager.yml'),
  ]);
  const write = async (name: string, value: unknown): Promise<void> =>
    // The rendered copy may hold a bot token.
    ctx.files.replace(join(directory, name), await renderYaml(value), { durable: false, mode: 0o600 });
  await writeRules(ctx, directory, wish);
  await write(
    'prometheus.yml',
    renderPrometheus(prometheus, {
      factor,
      ruleFiles: factor === 1 ? RULES.map((rules) => join(platform, rules, '*.yml')) : [join(directory, 'rules.yml')],
      alertmanager: rendering.alertmanager,
      targets: factor === 1 ? rendering.own : new Map([['pushgateway', rendering.own.get('pushgateway') ?? []]]),
      onlyNamed: factor !== 1,
      needed: factor === 1 ? ['pushgateway', 'prometheus', 'alertmanager'] : ['pushgateway'],
      prober: rendering.own.get('blackbox')?.[0]?.address ?? null,
    }),
  );
  const { slack, pagerduty, telegramToken: token, telegramChatId, deadMansSwitch } = rendering.settings;
  await write(
    'alertmanager.yml',
    renderAlertmanager(alertmanager, {
      factor,
      templateDirectory: join(home, 'config/alertmanager/templates'),
      receivers: rendering.receivers === null ? null : `http://${rendering.receivers}`,
      secretFiles: { slack, pagerduty },
      telegramToken: token === null ? null : (await ctx.files.readText(token)).trim(),
      telegramChatId,
      deadMansSwitch,
    }),
  );
}

/** The rules in quick motion; `without` leaves one alert out, so that its end can be seen. */
export async function writeRules(
  ctx: StackContext,
  directory: string,
  { factor, apartBy }: Pick<StackWish, 'factor' | 'apartBy'>,
  without?: string,
): Promise<void> {
  if (factor === 1) return;
  const parse = await loadPromql();
  const rules = (await readAllRules(ctx)).filter(({ name }) => name !== without);
  const apart =
    apartBy === null ? rules : rules.map((rule) => ({ ...rule, expr: keepApart(rule.expr, apartBy, parse) }));
  const text = JSON.stringify(scaleRules(apart, factor, parse));
  await ctx.files.replace(join(directory, 'rules.yml'), text, { durable: false });
}

export async function readAllRules(ctx: StackContext): Promise<Rule[]> {
  const platform = await platformDirectory(ctx, ctx.config.platform);
  const files: string[] = [];
  for (const folder of RULES) {
    const names = (await ctx.files.list(join(platform, folder))).filter((name) => name.endsWith('.yml'));
    files.push(...names.map((name) => join(folder, name)));
  }
  const read = files.map(async (file) => readRuleFile(file, await ctx.files.readText(join(platform, file))));
  const found = await Promise.all(read);
  const [problem] = found.flatMap(({ problems }) => problems);
  if (problem !== undefined) throw unreadable(`${problem.file}:${problem.line}`, problem.message);
  return found.flatMap(({ rules }) => rules);
}

function receiversSpec(ctx: StackContext, address: string): ComponentSpec {
  const program = join(ctx.programDirectory, 'sim/alert-receivers.js');
  return {
    name: 'receivers',
    argv: ['node', program, '--port', address.split(':')[1]!],
    url: `http://${address}`,
    readyPath: '/seen',
  };
}

async function pushgatewaySpec(ctx: StackContext, address: string, directory: string): Promise<ComponentSpec> {
  const argv = [await needProgram(ctx, 'pushgateway'), ...pushgatewayArguments(address, directory)] as const;
  return { name: 'pushgateway', argv, url: `http://${address}`, readyPath: '/-/ready' };
}

async function alertmanagerSpec(ctx: StackContext, address: string, directory: string): Promise<ComponentSpec> {
  const argv = [await needProgram(ctx, 'alertmanager'), ...alertmanagerArguments(address, directory)] as const;
  return { name: 'alertmanager', argv, url: `http://${address}`, readyPath: '/-/ready' };
}

async function prometheusSpec(
  ctx: StackContext,
  address: string,
  directory: string,
  factor: number,
): Promise<ComponentSpec> {
  const argv = [await needProgram(ctx, 'prometheus'), ...prometheusArguments(address, directory, factor)] as const;
  return { name: 'prometheus', argv, url: `http://${address}`, readyPath: '/-/ready' };
}

async function planExporters(ctx: StackContext, address: () => Promise<string>): Promise<ComponentSpec[]> {
  const specs: ComponentSpec[] = [];
  for (const name of ['node-exporter', 'blackbox-exporter'] as const) {
    const program = await findProgram(ctx, name);
    if (program === null) continue;
    const at = await address();
    const argv = [program, `--web.listen-address=${at}`, '--log.level=warn'] as const;
    const probes = join(await homeDirectory(ctx), 'config/prometheus/blackbox.yml');
    specs.push({
      name,
      argv: name === 'blackbox-exporter' ? [...argv, `--config.file=${probes}`] : argv,
      url: `http://${at}`,
      readyPath: '/metrics',
    });
  }
  return specs;
}
