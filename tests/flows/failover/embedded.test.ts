// `failover` on the embedded environment's own roles: their feeds, their switch, their consumers, in one process.

import { expect, test } from 'vitest';
import type { Answer } from '../../../lib/run/answer.ts';
import { createInProcessEnvironment, type InProcessEnvironment } from '../../../lib/sim/environment/in-process.ts';
import { sleep } from '../../../lib/sim/world/clock.ts';
import { command as failover } from '../../../scripts/failover.ts';
import { configOf, runCommand } from '../../sim/worlds/run-command.ts';
import { createWorld, START_WALL_MS } from '../../sim/worlds/world.ts';

const YAML = `
log: { level: error }
run: { skip_metrics: true }
remotes: { control_plane: { url: "http://control-plane.sim" } }
feeds:
  primary: { control_plane: "http://feed-primary.sim" }
  backup: { control_plane: "http://feed-backup.sim" }
  consumers: { pricing: { metrics_url: "http://consumer-pricing.sim/metrics" } }
failover: { max_backlog_growth: 100, probe_timeout: 500ms, parity_timeout: 10s, start_timeout: 10s, stop_timeout: 2s }
`;

const REAL_MS = 20_000;

async function openEmbedded(): Promise<{ env: InProcessEnvironment; run(argv: readonly string[]): Promise<Answer> }> {
  const loaded = await configOf(YAML);
  const world = createWorld({ seed: 11 });
  world.addHost('ops-1');
  const { scheduler } = world;
  const env = createInProcessEnvironment({
    seed: 11,
    contracts: 40,
    consumers: ['pricing'],
    clock: {
      wallMs: () => START_WALL_MS + scheduler.nowMs(),
      monotonicMs: () => scheduler.nowMs(),
      sleep: (ms, signal) => sleep(scheduler, { isAlive: true }, ms, signal),
    },
  });
  for (const name of env.names) await env.start(name);
  const run = async (argv: readonly string[]): Promise<Answer> => {
    const program = world.start({ name: argv.join(' '), host: 'ops-1', operator: 'wang' });
    const withRoles = { ...program, effects: { ...program.effects, http: env.http } };
    const played = runCommand(withRoles, failover, [...argv, '--yes', '--no-input'], loaded, () => {});
    const lastMs = performance.now() + REAL_MS;
    while (played.answer === null && played.failure === null && performance.now() < lastMs) {
      await world.run(scheduler.nowMs() + 20);
    }
    if (played.answer === null) throw new Error(`failover ${argv.join(' ')} did not end: ${String(played.failure)}`);
    return played.answer;
  };
  await world.run(5_000);
  return { env, run };
}

test('consumers get their first route, go through a drill, and come back', async () => {
  const { env, run } = await openEmbedded();
  expect(await run(['to-primary'])).toMatchObject({ exit: 0, outcome: { report: { active: 'primary' } } });
  const drilled = await run(['drill']);
  expect(drilled).toMatchObject({ exit: 0, outcome: { report: { active: 'primary' } } });
  expect(await run(['status'])).toMatchObject({ exit: 0 });
  env.stop();
}, 60_000);

test('a primary that dies is left for the backup, UNFENCED until it can be told', async () => {
  const { env, run } = await openEmbedded();
  await run(['to-primary']);
  env.kill('feed-primary');
  expect(await run(['to-backup'])).toMatchObject({ exit: 2, fault: { code: 'old route unfenced' } });
  await env.start('feed-primary');
  expect(await run(['reconcile'])).toMatchObject({ exit: 0, outcome: { report: { active: 'backup' } } });
  env.stop();
}, 60_000);

test('a backup with stalled contracts is refused, and the primary stays', async () => {
  const { env, run } = await openEmbedded();
  await run(['to-primary']);
  await env.fault('feed-backup', { kind: 'stall', count: 10 });
  expect(await run(['to-backup'])).toMatchObject({ exit: 77, fault: { code: 'parity not proven' } });
  expect(await run(['status'])).toMatchObject({ exit: 0, outcome: { report: { active: 'primary' } } });
  env.stop();
}, 60_000);

test('a drill whose consumer falls silent on the way fails at that stage, by name', async () => {
  const { env, run } = await openEmbedded();
  await run(['to-primary']);
  await env.fault('consumer-pricing', { kind: 'hang' });
  const refused = await run(['drill']);
  expect(refused).toMatchObject({
    exit: 77,
    fault: { code: 'drill failed at start', facts: { reason: 'consumer unknown' } },
  });
  env.stop();
}, 60_000);
