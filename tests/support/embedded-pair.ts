// The embedded environment as processes, with a configuration that `mdops failover` finds it by.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RouteName } from '../../lib/base/feed-routes.ts';
import { createProcesses } from '../../lib/effects/real-processes.ts';
import { type LaunchedEnvironment, type LaunchOptions, launchEnvironment } from '../../lib/sim/environment/launch.ts';
import { DIST } from './mdops.ts';

export interface EmbeddedPair extends LaunchedEnvironment {
  /** Working directory of the commands. */
  readonly home: string;
  /** `pair.ndjson` of the roles: what feeds and switch became, and when. */
  readonly events: string;
  /** A control subject of one role; throws when it does not answer 200. */
  ask(role: string, subject: string, body?: object): Promise<Record<string, unknown>>;
  /** Brings the other one up first; consumers then follow `route`, and the other one stands by. */
  settle(route: RouteName): Promise<number>;
  fault(role: string, fault: object): Promise<void>;
  heal(role: string): Promise<void>;
}

const CONSUMERS = ['pricing', 'risk'];
const WAIT_MS = 20_000;

export async function startEmbeddedPair(
  home: string,
  failover: Readonly<Record<string, unknown>> = {},
  options: Partial<LaunchOptions> = {},
): Promise<EmbeddedPair> {
  const stateDir = join(home, 'roles');
  const launched = await launchEnvironment({
    processes: createProcesses(),
    programs: join(DIST, 'sim'),
    stateDir,
    consumers: CONSUMERS,
    ...options,
  });
  const ask: EmbeddedPair['ask'] = async (role, subject, body = {}) => {
    const url = `${await launched.url(role)}/control/${subject}`;
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    if (response.status !== 200) throw new Error(`${role} answers ${response.status} to ${subject}`);
    return (await response.json()) as Record<string, unknown>;
  };
  const admin = async (role: string, method: string, body?: object): Promise<void> => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    await fetch(`${await launched.url(role)}/admin/faults`, { method, ...sent });
  };
  const settle: EmbeddedPair['settle'] = async (route) => {
    const other = route === 'primary' ? 'backup' : 'primary';
    for (const each of [route, other]) await inParity(() => ask(`feed-${each}`, 'md.route.state'));
    const epoch = Number((await ask('control-plane', 'md.route.status'))['epoch']) + 1;
    await ask('control-plane', 'md.route.promote', { route, expected_epoch: epoch - 1, epoch });
    await ask('control-plane', 'md.route.demote', { route: other, epoch });
    return epoch;
  };
  await writeConfiguration(home, launched, failover);
  return {
    ...launched,
    home,
    events: join(stateDir, 'events.ndjson'),
    ask,
    settle,
    fault: (role, fault) => admin(role, 'POST', fault),
    heal: (role) => admin(role, 'DELETE'),
  };
}

async function writeConfiguration(
  home: string,
  { url }: LaunchedEnvironment,
  failover: Readonly<Record<string, unknown>>,
): Promise<void> {
  const at = async (role: string) => ({
    control_plane: await url(role),
    metrics_url: `${await url(role)}/metrics`,
  });
  const consumers = CONSUMERS.map(async (name) => [name, { metrics_url: `${await url(`consumer-${name}`)}/metrics` }]);
  const profile = {
    remotes: { control_plane: { url: await url('control-plane') } },
    feeds: {
      primary: await at('feed-primary'),
      backup: await at('feed-backup'),
      consumers: Object.fromEntries(await Promise.all(consumers)),
    },
    failover: { max_backlog_growth: 100, ...failover },
  };
  mkdirSync(join(home, 'config/environments'), { recursive: true });
  writeFileSync(join(home, 'config/environments/pair.yaml'), JSON.stringify(profile, null, 1));
}

async function inParity(state: () => Promise<Record<string, unknown>>): Promise<void> {
  const endMs = performance.now() + WAIT_MS;
  while ((await state())['in_parity'] !== true) {
    if (performance.now() > endMs) throw new Error('a route did not reach parity');
  }
}
