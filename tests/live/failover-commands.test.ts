// Failover of services that speak exactly contract §4 and know no roles: moved by commands, proven by their answers and
// metrics, fenced by a record of this host; what is not fenced is said.

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { documentText } from '../../lib/services/state/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startMarketDataService } from '../support/market-data-service.ts';
import { mdops, outcomeOf, type Ran, startMdops } from '../support/mdops.ts';
import { startNatsServer } from '../support/nats-server.ts';
import { type PlainGateways, startPlainGateways } from '../support/plain-gateways.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const directory = temporaryDirectories('failover-commands');
let home: string;
let gateways: PlainGateways;

beforeEach(async () => {
  home = directory();
  gateways = await startPlainGateways(home);
  configure();
  await gateways.start('primary');
  // As a start of the environment leaves it.
  const ran = await failover('to-primary');
  expect(ran.exit, ran.stderr).toBe(0);
  gateways.calls.splice(0);
});
afterEach(() => gateways.close());

function configure(epoch: readonly string[] = ['{epoch}'], more: object = {}, nats: object | null = null): void {
  const route = (name: 'primary' | 'backup') => ({
    ...(nats === null ? { control_plane: `http://127.0.0.1:${gateways.ports[name]}` } : {}),
    metrics_url: `http://127.0.0.1:${gateways.ports[name]}/metrics`,
  });
  const commands = {
    look: gateways.words('look'),
    bring_up: gateways.words('start', ...epoch),
    stop: gateways.words('stop', ...epoch),
  };
  const profile = {
    ...(nats === null ? {} : { remotes: { nats } }),
    feeds: { control: 'commands', commands, primary: route('primary'), backup: route('backup') },
    failover: {
      parity_timeout: '4s',
      start_timeout: '4s',
      stop_timeout: '2s',
      probe_timeout: '1s',
      probe_interval: '100ms',
      ...more,
    },
  };
  mkdirSync(join(home, 'config/environments'), { recursive: true });
  writeFileSync(join(home, 'config/environments/plain.yaml'), JSON.stringify(profile));
}

function failover(...words: string[]): Promise<Ran> {
  return mdops(['failover', ...words, '--profile', 'plain', '--yes', '--json'], { cwd: home });
}
const running = () => (['primary', 'backup'] as const).filter((route) => gateways.isRunning(route));

test('there and back: the new gateway is up and proven before the old one is stopped', async () => {
  gateways.behaviour = { warmUpMs: 300 };
  const there = await failover('to-backup');
  expect(there.exit, there.stderr).toBe(0);
  expect(JSON.parse(there.stdout)).toMatchObject({ active: 'backup', fence: expect.stringContaining('on this host') });
  expect(running()).toEqual(['backup']);
  expect((await failover('to-primary')).exit).toBe(0);
  expect(running()).toEqual(['primary']);
  expect(gateways.gaps()).toBe(0);
  // The epochs grow from command to command, so that a manager may refuse what comes late.
  expect(gateways.calls.map((call) => call.replace(/\d+$/, ''))).toEqual([
    'start backup ',
    'stop primary ',
    'start primary ',
    'stop backup ',
  ]);
  const epochs = gateways.calls.map((call) => Number(/\d+$/.exec(call)?.[0]));
  expect(epochs).toEqual(epochs.toSorted((left, right) => left - right));
  expect((await failover('status')).exit).toBe(0);
});

test('a backup that does not get whole is stopped again, with the difference, and the primary was never touched', async () => {
  gateways.behaviour = { warmUpMs: 60_000 };
  const ran = await failover('to-backup', '--parity-timeout', '1s');
  expect(ran.exit).toBe(77);
  expect(JSON.parse(ran.stdout)).toMatchObject({
    error: { code: 'parity not proven', message: expect.stringContaining('15 of 20 contracts') },
  });
  expect(running()).toEqual(['primary']);
  expect(gateways.calls.filter((call) => call.includes('primary'))).toEqual([]);
});

test('an old gateway that does not stop, or cannot be told, is UNFENCED and never ok; reconcile ends it', async () => {
  gateways.behaviour = { stuck: 'primary' };
  const stuck = await failover('to-backup');
  expect(stuck.exit).toBe(2);
  expect(JSON.parse(stuck.stdout)).toMatchObject({ error: { code: 'old route unfenced' } });
  expect(running()).toEqual(['primary', 'backup']);
  gateways.behaviour = { unreachable: 'primary' };
  expect((await failover('reconcile')).exit).toBe(2);
  gateways.behaviour = {};
  const reconciled = await failover('reconcile');
  expect(reconciled.exit, reconciled.stderr).toBe(0);
  expect(running()).toEqual(['backup']);
  expect(gateways.gaps()).toBe(0);
});

test('a gateway that somebody started by hand is a second primary: frozen until a person decides', async () => {
  await gateways.start('backup');
  const frozen = await failover('to-backup');
  expect(frozen.exit).toBe(2);
  expect(JSON.parse(frozen.stdout)).toMatchObject({ error: { code: 'pair frozen' } });
  expect(running()).toEqual(['primary', 'backup']);
  const kept = await failover('reconcile', '--keep', 'primary');
  expect(kept.exit, kept.stderr).toBe(0);
  expect(running()).toEqual(['primary']);
});

test('a manager that has seen a later epoch refuses this host, and the pair stays as it is', async () => {
  // As another host would.
  const [program = '', ...rest] = gateways.words('stop', '1000').map((word) => word.replace('{route}', 'backup'));
  expect(await new Promise((resolve) => spawn(program, rest).once('close', resolve))).toBe(0);
  const refused = await failover('to-backup');
  expect(refused.exit).toBe(77);
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'failover superseded' } });
  expect(running()).toEqual(['primary']);
});

test('commands that take no epoch are said to fence nothing elsewhere: in the plan, in the report, in status', async () => {
  configure([]);
  const planned = await failover('to-backup', '--plan-out', 'plan.json');
  expect(planned.exit, planned.stderr).toBe(0);
  const { plan } = JSON.parse(readFileSync(join(home, 'plan.json'), 'utf8')) as { plan: { fence: string } };
  expect(plan.fence).toBe(
    'on this host only. UNFENCED against others: bring_up, stop take no {epoch}; move this pair from one host',
  );
  const moved = await failover('to-backup');
  expect(JSON.parse(moved.stdout)).toMatchObject({ fence: plan.fence });
  expect(JSON.parse((await failover('status')).stdout)).toMatchObject({ fence: plan.fence, active: 'backup' });
});

test('one control plane for both routes, over NATS: metrics tell the routes apart, and the run ends by itself', async () => {
  const server = await startNatsServer();
  const service = await startMarketDataService(server.url, ['rb2605.SHFE', 'm2605.DCE']);
  try {
    configure(['{epoch}'], {}, { url: server.url });
    const moved = await failover('to-backup');
    expect(moved.exit, moved.stderr).toBe(0);
    expect(running()).toEqual(['backup']);
    await service.close();
    const blind = await failover('to-primary', '--parity-timeout', '500ms');
    expect(blind.exit, blind.stderr).toBe(77);
    expect(running()).toEqual(['backup']);
  } finally {
    await service.close();
    await server.stop();
  }
});

test('stop-first stops the old gateway before the new one is begun, and says so', async () => {
  configure(['{epoch}'], { strategy: 'stop-first' });
  const ran = await failover('to-backup');
  expect(ran.exit, ran.stderr).toBe(0);
  expect(gateways.calls.map((call) => call.replace(/ \d+$/, ''))).toEqual(['stop primary', 'start backup']);
  expect(gateways.gaps()).toBe(1);
});

test.each(['SIGKILL', 'SIGINT'] as const)('ended by %s while both run, it is settled by reconcile', async (signal) => {
  gateways.behaviour = { warmUpMs: 60_000 };
  const child = startMdops(['failover', 'to-backup', '--profile', 'plain', '--yes'], { cwd: home });
  const ended = outcomeOf(child);
  await eventually('the backup to run', 10_000, () => gateways.isRunning('backup') || undefined);
  child.kill(signal);
  const { exit, stderr } = await ended;
  if (signal === 'SIGINT')
    expect([exit, stderr]).toEqual([130, expect.stringContaining('failover reconcile finishes it')]);
  const reconciled = await failover('reconcile');
  expect(reconciled.exit, reconciled.stderr).toBe(0);
  expect(running()).toEqual(['primary']);
  expect(gateways.gaps()).toBe(0);
});

test('a dry run commands nothing and shows the real plan', async () => {
  const planned = await failover('to-backup', '--dry-run');
  expect(planned.exit, planned.stderr).toBe(0);
  expect(gateways.calls).toEqual([]);
  const real = await failover('to-backup');
  const hash = ({ stdout }: Ran) => (JSON.parse(stdout) as { failover_plan_hash: string }).failover_plan_hash;
  expect(hash(planned)).toBe(hash(real));
});

test('a plan has to have a place', async () => {
  for (const file of ['nowhere/plan.json', '.']) {
    const ran = await failover('to-backup', '--plan-out', file);
    expect(ran.exit, ran.stderr).toBe(64);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: 'plan not written' } });
  }
});

test('a record of epochs that is not ours is said to be unreadable, and nothing is guessed', async () => {
  const file = join(home, '.mdops/state/failover/fence%20plain.json');
  writeFileSync(file, documentText({ active: 'left', epoch: 'many' }));
  for (const words of [['status'], ['to-backup']]) {
    const ran = await failover(...words);
    expect(ran.exit, ran.stdout).toBe(74);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: 'fence unreadable' } });
  }
  expect(gateways.calls).toEqual([]);
});
