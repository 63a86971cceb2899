// The roles as programs: they answer over NATS too, repeat by seed, and leave nothing behind.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createNats } from '../../../lib/effects/real-nats.ts';
import { createProcesses } from '../../../lib/effects/real-processes.ts';
import { createInProcessEnvironment } from '../../../lib/sim/environment/in-process.ts';
import { findAlive, waitUntil } from '../../effects/processes-setup.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/live-components.ts';
import { DIST } from '../../support/mdops.ts';
import { startNatsServer } from '../../support/nats-server.ts';
import { temporaryDirectories } from '../../support/temporary.ts';
import { createFlowingClock } from './flowing-clock.ts';
import { ask, buildRoles, inParity, page, type Reach, setRole, settle, startProcesses, until } from './worlds.ts';

const directory = temporaryDirectories('sim-programs');
const programs = directory();
beforeAll(async () => {
  await buildRoles(programs);
});

describe('the programs', () => {
  test('answer over NATS what they answer over HTTP', async () => {
    const server = await startNatsServer();
    const world = await startProcesses({ natsUrl: server.url });
    await settle(world);
    const connection = await createNats().connect({ url: server.url, timeoutMs: 2_000 });
    const overNats = async (subject: string, data: string) => {
      const reply = await connection.request({ subject, data, timeoutMs: 2_000 });
      return JSON.parse(Buffer.from(reply.data).toString()) as Record<string, unknown>;
    };
    const { ts: _, ...contracts } = await overNats('md.contracts.list', '{"timeout_s": 5}');
    expect((await ask(world, 'control-plane', 'md.contracts.list')).body).toMatchObject(contracts);
    expect(await overNats('md.subscriptions.active', '')).toMatchObject({ total: 60, source: 'market-data-service' });
    expect(await overNats('md.subscribe.bulk', '{"symbols": ["rb2501.SHFE"]}')).toMatchObject({
      accepted: ['rb2501.SHFE'],
    });
    expect(await overNats('md.route.status', '{}')).toMatchObject({ active: 'primary' });
    expect(await overNats('md.subscribe.bulk', 'no json')).toMatchObject({ error: expect.any(String) });
    await connection.close();
    await world.stop();
    await server.stop();
  });

  test('show their metrics and their health', async () => {
    const world = await startProcesses();
    await settle(world);
    const { text } = await page(world, 'feed-primary', '/metrics');
    expect(text).toMatch(/^md_throughput_mps\{feed="primary",account="sim"\} [1-9]\d*$/m);
    expect(text).toMatch(/^md_latency_ms_p99\{feed="primary"\} \d+(?:\.\d+)?$/m);
    expect(text).toMatch(/^md_error_count\{component="feed-primary",severity="error"\} 0$/m);
    expect((await page(world, 'feed-primary', '//')).status).toBe(404);
    expect((await page(world, 'feed-primary', '/healthz')).text).toContain('"status":"ok"');
    await setRole(world, 'backup', 'off', 1_000);
    expect((await page(world, 'feed-backup', '/healthz')).status).toBe(503);
    await world.stop();
  });

  test('leave no process and no address behind when they are stopped, and none when they are killed', async () => {
    const world = await startProcesses();
    const stateDir = world.stateDir;
    await world.kill('consumer-risk');
    expect(findAlive(stateDir).length).toBeGreaterThanOrEqual(5);
    const feed = world.pid('feed-primary');
    process.kill(feed, 'SIGTERM');
    expect(await waitUntil(() => !existsSync(join(stateDir, 'feed-primary.json')), 5_000)).toBe(true);
    await world.stop();
    expect(findAlive(stateDir)).toEqual([]);
  });

  test('end with their parent unless they are detached', async () => {
    const stateDir = directory();
    const feed = (route: string, ...more: string[]) =>
      [process.execPath, join(programs, 'feed.js'), '--state-dir', stateDir, '--route', route, ...more].join(' ');
    const parent = spawn('bash', ['-c', `${feed('primary')} & ${feed('backup', '--detached')} & wait`], {
      stdio: 'ignore',
    });
    const pidOf = (route: string): number => JSON.parse(readFileSync(join(stateDir, `feed-${route}.json`), 'utf8')).pid;
    const bothThere = () => ['primary', 'backup'].every((route) => existsSync(join(stateDir, `feed-${route}.json`)));
    expect(await waitUntil(bothThere, 10_000)).toBe(true);
    const backup = pidOf('backup');
    parent.kill('SIGKILL');
    expect(await waitUntil(() => findAlive(stateDir).length === 1, 5_000)).toBe(true);
    expect(findAlive(stateDir)).toEqual([backup]);
    process.kill(backup, 'SIGTERM');
    expect(await waitUntil(() => findAlive(stateDir).length === 0, 5_000)).toBe(true);
  });

  test('a program that is given nonsense says what it wants', async () => {
    const run = (...args: string[]) =>
      createProcesses().run({ argv: [process.execPath, join(programs, 'feed.js'), ...args], timeoutMs: 10_000 });
    expect((await run()).stderr.head).toContain('--state-dir is needed');
    expect((await run('--state-dir', directory(), '--route', 'third')).stderr.head).toContain('--route is needed');
  });
});

test('the receivers of alerts keep the newest of what they are told', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(process.execPath, [join(DIST, 'sim/alert-receivers.js'), '--port', url.split(':')[2]!]);
  try {
    const seen = async (query = ''): Promise<{ id: number }[]> => {
      const { seen } = (await (await fetch(`${url}/seen${query}`)).json()) as { seen: { id: number }[] };
      return seen;
    };
    await eventually('the receivers', 10_000, () => seen().catch(() => undefined));
    for (let told = 0; told < 2_010; told += 1) await (await fetch(`${url}/slack/x`, { method: 'POST' })).text();
    const kept = await seen();
    expect([kept.length, kept[0]?.id, kept.at(-1)?.id]).toEqual([2_000, 11, 2_010]);
    expect(await seen('?after=2009')).toHaveLength(1);
  } finally {
    child.kill();
  }
});

describe('the environment in one process', () => {
  test('does the same again for the same seed, and something else for another', async () => {
    const [first, again, other] = [await tell(11), await tell(11), await tell(12)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test('shows a switch as a backlog that is worked off within a second', async () => {
    const { world, promote, stop } = await startQuietly(3);
    await promote('primary', 0);
    const backlog = async () => Number(/ (\d+)$/m.exec((await page(world, 'consumer-risk', '/metrics')).text)?.[1]);
    const follows = (route: string) => async () =>
      (await page(world, 'consumer-risk', '/healthz')).text.includes(`"source":"${route}"`);
    await until(world, follows('primary'));
    await world.clock.sleep(2_000);
    const before = await backlog();
    await promote('backup', 1);
    await until(world, follows('backup'));
    const after = await backlog();
    await world.clock.sleep(1_200);
    expect([before < 50, after > 100, (await backlog()) < 50]).toEqual([true, true, true]);
    stop();
  });
});

async function startQuietly(seed: number, onEvent: (event: unknown) => void = () => {}) {
  const clock = createFlowingClock();
  const environment = createInProcessEnvironment({ clock, seed, contracts: 30, onEvent });
  for (const name of environment.names) await environment.start(name);
  const world: Reach = { clock, http: environment.http, url: async (role) => `http://${role}.sim` };
  for (const route of ['primary', 'backup']) await inParity(world, route);
  const promote = (route: string, expected: number) =>
    ask(world, 'control-plane', 'md.route.promote', { route, expected_epoch: expected, epoch: expected + 1 });
  const stop = (): void => {
    environment.stop();
    clock.stop();
  };
  return { world, environment, promote, stop };
}

/** Everything the roles report of one failover, with its times. */
async function tell(seed: number): Promise<string> {
  const story: unknown[] = [];
  const { world, environment, promote, stop } = await startQuietly(seed, (event) => void story.push(event));
  await promote('primary', 0);
  await environment.fault('feed-primary', { kind: 'die' });
  await promote('backup', 1);
  await until(world, async () => (await page(world, 'consumer-risk', '/healthz')).text.includes('"source":"backup"'));
  story.push(world.clock.monotonicMs(), (await ask(world, 'control-plane', 'md.route.status')).text);
  stop();
  return JSON.stringify(story);
}
