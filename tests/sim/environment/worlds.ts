// The environment in both its forms, behind what the tests need of it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Clock } from '../../../lib/effects/clock.ts';
import type { Http } from '../../../lib/effects/http.ts';
import { createClock } from '../../../lib/effects/real-clock.ts';
import { createHttp } from '../../../lib/effects/real-http.ts';
import { createProcesses } from '../../../lib/effects/real-processes.ts';
import { createInProcessEnvironment } from '../../../lib/sim/environment/in-process.ts';
import { type LaunchOptions, launchEnvironment } from '../../../lib/sim/environment/launch.ts';
import type { Fault } from '../../../lib/sim/environment/wire.ts';
import { createFlowingClock } from './flowing-clock.ts';

export interface World {
  readonly clock: Pick<Clock, 'monotonicMs' | 'wallMs' | 'sleep'>;
  readonly http: Http;
  readonly stateDir: string;
  url(role: string): Promise<string>;
  start(role: string): Promise<void>;
  kill(role: string): Promise<void>;
  pid(role: string): number;
  stop(): Promise<void>;
}

/** What it takes to talk to a role. */
export type Reach = Pick<World, 'clock' | 'http' | 'url'>;

const CONTRACTS = 60;

export const WORLDS: Record<string, () => Promise<World>> = {
  'in one process': startInProcess,
  'as processes': () => startProcesses(),
};

export async function startInProcess(): Promise<World> {
  const clock = createFlowingClock();
  const environment = createInProcessEnvironment({ clock, seed: 7, contracts: CONTRACTS });
  for (const name of environment.names) await environment.start(name);
  return {
    clock,
    http: environment.http,
    stateDir: '',
    url: async (role) => `http://${role}.sim`,
    start: (role) => environment.start(role),
    kill: async (role) => environment.kill(role),
    pid: () => 0,
    async stop() {
      environment.stop();
      clock.stop();
    },
  };
}

export async function startProcesses(options: Partial<LaunchOptions> = {}): Promise<World> {
  const stateDir = mkdtempSync(join(tmpdir(), 'mdops-sim-'));
  const programs = await buildRoles(join(stateDir, 'programs'));
  const processes = createProcesses();
  const launched = await launchEnvironment({
    processes,
    programs,
    stateDir,
    seed: 7,
    contracts: CONTRACTS,
    ...options,
  });
  const http = createHttp({ transport: 'one-shot' });
  return {
    ...launched,
    clock: createClock(),
    http,
    stateDir,
    async stop() {
      await launched.stop();
      await http.close();
      rmSync(stateDir, { recursive: true });
    },
  };
}

/** As the build does it for `dist/sim`. */
export async function buildRoles(outdir: string): Promise<string> {
  const folder = join(import.meta.dirname, '../../../lib/sim/environment/roles');
  const roles = ['feed', 'control-plane', 'subscription-worker', 'consumer'];
  await build({
    entryPoints: roles.map((role) => join(folder, `${role}.ts`)),
    outdir,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['undici'],
    entryNames: '[name]',
    logLevel: 'error',
  });
  return outdir;
}

export async function ask(world: Reach, role: string, subject: string, body: unknown = {}) {
  const url = `${await world.url(role)}/control/${subject}`;
  const response = await world.http.request({ method: 'POST', url, body: JSON.stringify(body), timeoutMs: 2_000 });
  return { status: response.status, body: response.json() as Record<string, unknown>, text: response.text() };
}

export async function page(world: Reach, role: string, path: string) {
  const response = await world.http.request({
    method: 'GET',
    url: `${await world.url(role)}${path}`,
    timeoutMs: 2_000,
  });
  return { status: response.status, text: response.text() };
}

export async function strike(world: Reach, role: string, fault: Fault): Promise<void> {
  const url = `${await world.url(role)}/admin/faults`;
  await world.http.request({ method: 'POST', url, body: JSON.stringify(fault), timeoutMs: 2_000 });
}

export async function heal(world: Reach, role: string): Promise<void> {
  await world.http.request({ method: 'DELETE', url: `${await world.url(role)}/admin/faults`, timeoutMs: 2_000 });
}

/** Looks again and again until `find` answers something, at most 10 s of the world's time. */
export async function until<T>(world: Reach, find: () => Promise<T | undefined | false>): Promise<T> {
  const endMs = world.clock.monotonicMs() + 10_000;
  for (;;) {
    const found = await find().catch((error: Error) =>
      world.clock.monotonicMs() > endMs ? Promise.reject(error) : false,
    );
    if (found !== undefined && found !== false) return found as T;
    if (world.clock.monotonicMs() > endMs) throw new Error('it did not come true within 10 s');
    await world.clock.sleep(10);
  }
}

const ROLES = ['feed-primary', 'feed-backup', 'control-plane', 'subscription-worker', 'consumer-risk'];

/** Everybody runs, nothing is broken, both routes are in parity, only the primary publishes. Answers the epoch. */
export async function settle(world: World): Promise<number> {
  for (const role of ROLES) await heal(world, role).catch(() => world.start(role));
  const status = async () => (await ask(world, 'control-plane', 'md.route.status')).body;
  const epoch = Number((await status())['epoch']) + 1;
  for (const route of ['primary', 'backup']) {
    const { body } = await ask(world, `feed-${route}`, 'md.route.state');
    if (body['role'] === 'off') await setRole(world, route, 'standby', epoch - 1);
    await inParity(world, route);
  }
  await ask(world, 'control-plane', 'md.route.promote', { route: 'primary', expected_epoch: epoch - 1, epoch });
  await ask(world, 'control-plane', 'md.route.demote', { route: 'backup', epoch });
  return epoch;
}

export function setRole(world: Reach, route: string, role: string, epoch: number) {
  return ask(world, `feed-${route}`, 'md.route.role', { role, epoch });
}

export async function inParity(world: Reach, route: string): Promise<void> {
  await until(world, async () => (await ask(world, `feed-${route}`, 'md.route.state')).body['in_parity'] === true);
}
