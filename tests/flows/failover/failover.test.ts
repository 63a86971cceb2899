// `failover` as an operator meets it: what it does, refuses, writes and says.

import { beforeAll, expect, test } from 'vitest';
import { documentText } from '../../../lib/services/state/documents.ts';
import { describePair } from '../../../lib/sim/world/route-pair.ts';
import { INTENT } from '../../sim/worlds/failover-config.ts';
import { openStage } from './stage.ts';

beforeAll(async () => {
  // Modules are loaded before time is virtual.
  const { run } = await openStage();
  await run(['status']);
  await run(['to-backup', '--dry-run']);
  await run(['to-backup', '--yes']);
}, 30_000);

test('to-backup moves consumers and leaves the old route on stand-by', async () => {
  const { pair, run } = await openStage();
  const answer = await run(['to-backup', '--yes']);
  expect(answer).toMatchObject({ exit: 0, outcome: { report: { active: 'backup', from: 'primary' } } });
  expect(describePair(pair)).toMatch(/^consumers follow backup@\d+, primary standby@\d+, backup primary@\d+$/);
});

test('to-backup twice does nothing the second time', async () => {
  const { run, commands } = await openStage();
  await run(['to-backup', '--yes']);
  const before = commands().length;
  expect(await run(['to-backup', '--yes'])).toMatchObject({
    exit: 0,
    outcome: { summary: expect.stringContaining('nothing to do') },
  });
  expect(commands().length).toBe(before);
});

test('a drill goes there and back and tells both latencies', async () => {
  const { pair, run } = await openStage();
  const answer = await run(['drill', '--yes']);
  expect(answer.exit).toBe(0);
  const stages = answer.outcome?.report['stages'] as { stage: string; latency_ms?: number }[];
  expect(stages.map(({ stage }) => stage)).toEqual(['start', 'backup', 'primary']);
  expect(stages.slice(1).every(({ latency_ms: ms = -1 }) => ms >= 0)).toBe(true);
  expect(pair.control.active).toBe('primary');
});

test('a dry drill measures nothing', async () => {
  const { run } = await openStage();
  const stages = (await run(['drill', '--dry-run'])).outcome?.report['stages'] as { latency_ms?: number }[];
  expect(stages.slice(1).map(({ latency_ms: ms }) => ms)).toEqual([null, null]);
});

test('a drill on an unsettled pair is refused before anything is done', async () => {
  const { pair, run, commands } = await openStage();
  pair.routes.backup.role = 'primary';
  expect(await run(['drill', '--yes'])).toMatchObject({ exit: 77, fault: { code: 'drill failed at start' } });
  expect(commands()).toEqual([]);
});

test('parity that is not reached is refused with the difference, and the old route is untouched', async () => {
  const { pair, run } = await openStage();
  pair.routes.backup.missing = 20;
  const { exit, fault } = await run(['to-backup', '--yes']);
  expect(exit).toBe(77);
  expect(fault?.message).toContain('coverage 0.8, wanted 0.995: 80 of 100 contracts');
  expect(describePair(pair)).toContain('consumers follow primary@1, primary primary@1');
});

test('a gap is taken when the operator accepts it', async () => {
  const { pair, run } = await openStage();
  pair.routes.backup.missing = 20;
  expect((await run(['to-backup', '--accept-gap', '--yes'])).exit).toBe(0);
  expect(pair.control.active).toBe('backup');
});

test('an old route that cannot be told to stop is UNFENCED, never ok, until it is reconciled', async () => {
  const { pair, run } = await openStage();
  pair.kill('primary');
  const { exit, fault } = await run(['to-backup', '--yes']);
  expect({ exit, code: fault?.code }).toEqual({ exit: 2, code: 'old route unfenced' });
  expect(fault?.message).toContain('UNFENCED');
  expect(fault?.facts).toMatchObject({ active: 'backup', latency_ms: expect.any(Number) });
  expect(pair.control.active).toBe('backup');
  expect((await run(['status'])).exit).toBe(1);
  expect((await run(['reconcile', '--yes'])).exit).toBe(2);
  pair.restart('primary');
  pair.routes.primary.role = 'primary';
  expect((await run(['reconcile', '--yes'])).exit).toBe(0);
  expect(pair.routes.primary.role).toBe('standby');
  expect((await run(['status'])).exit).toBe(0);
});

test('UNFENCED is not said of a new route that has fallen to stand-by meanwhile: it is promoted again', async () => {
  const { pair, world, run } = await openStage();
  pair.onChange = ({ route, to }) => {
    if (route !== 'backup' || to !== 'primary' || pair.control.epoch > 1) return;
    pair.kill('primary');
    // After its verification, while the old route is asked to stop.
    world.at(400, () => {
      pair.routes.backup.role = 'standby';
    });
  };
  expect((await run(['to-backup', '--yes'])).fault?.code).toBe('old route unfenced');
  expect(describePair(pair)).toMatch(/^consumers follow backup@6, primary dead@1, backup primary@6$/);
});

test('who has stopped the old route by hand can vouch for it', async () => {
  const { pair, run } = await openStage();
  pair.kill('primary');
  await run(['to-backup', '--yes']);
  const vouch = ['reconcile', '--force', 'unfenced', '--yes'];
  expect(await run(vouch)).toMatchObject({ exit: 64, fault: { code: 'confirmation needed' } });
  expect((await run([...vouch, '--confirm', 'sim'])).exit).toBe(0);
});

test('status of consumers that get nothing is not ok, whatever else is known', async () => {
  const { pair, run } = await openStage();
  const told = async () => {
    const { exit, outcome } = await run(['status']);
    return [exit, outcome?.summary];
  };
  pair.routes.primary.ticks = false;
  expect(await told()).toEqual([1, 'consumers follow primary, and no ticks come']);
  pair.routes.primary.upAtMs = Number.POSITIVE_INFINITY;
  expect(await told()).toEqual([2, 'consumers follow primary, and its session is down']);
  pair.routes.primary.role = 'standby';
  expect((await run(['status'])).outcome?.summary).toContain('it publishes nothing: its role is standby');
  pair.kill('primary');
  pair.kill('backup');
  const dead = await run(['status']);
  expect(dead).toMatchObject({ exit: 2, outcome: { report: { active: 'primary' } } });
  expect(dead.outcome?.summary).toContain('consumers follow primary, and it does not answer');
});

test('a record that cannot be read hides neither route', async () => {
  const { run, world } = await openStage();
  const { disk } = world.hosts.get('ops-1') ?? world.addHost('ops-1');
  disk.makeDirectory(INTENT.slice(0, INTENT.lastIndexOf('/')));
  disk.open(INTENT, false).append(Buffer.from(documentText({ schema: 'of somebody else' })));
  const status = await run(['status']);
  expect(status).toMatchObject({ exit: 74, outcome: { report: { unreadable: { code: 'intent unreadable' } } } });
  expect(status.outcome?.summary).toMatch(/^consumers follow primary; Cannot read the last failover from state "/);
  expect(await run(['to-backup', '--yes'])).toMatchObject({ exit: 74, fault: { code: 'intent unreadable' } });
});

test('one bad sight of their route takes consumers nowhere', async () => {
  const { pair, run, hide } = await openStage();
  pair.kill('primary');
  await run(['to-backup', '--yes']);
  pair.restart('primary');
  hide('backup', 1);
  expect((await run(['reconcile', '--yes'])).exit).toBe(0);
  expect(describePair(pair)).toMatch(/^consumers follow backup@\d+, primary standby@\d+, backup primary@\d+$/);
});

test('a route that is out of sight is not left for one with a gap, unless somebody accepts it', async () => {
  const { pair, run, hide } = await openStage();
  pair.kill('primary');
  await run(['to-backup', '--yes']);
  pair.restart('primary');
  pair.routes.primary.missing = 20;
  hide('backup', Number.POSITIVE_INFINITY);
  expect(await run(['reconcile', '--yes'])).toMatchObject({ exit: 77, fault: { code: 'parity not proven' } });
  expect(describePair(pair)).toMatch(/^consumers follow backup@\d+, primary standby@\d+, backup primary@\d+$/);
  expect((await run(['reconcile', '--accept-gap', '--yes'])).exit).toBe(0);
  expect(pair.control.active).toBe('primary');
});

test('two primaries freeze the pair until a person says which to keep', async () => {
  const { pair, run, commands } = await openStage();
  pair.routes.backup.role = 'primary';
  pair.routes.backup.epoch = 2;
  expect(await run(['to-backup', '--yes'])).toMatchObject({ exit: 2, fault: { code: 'pair frozen' } });
  expect(await run(['reconcile', '--yes'])).toMatchObject({ exit: 2, fault: { code: 'pair frozen' } });
  expect(commands()).toEqual([]);
  expect((await run(['reconcile', '--keep', 'backup', '--yes'])).exit).toBe(0);
  expect(describePair(pair)).toMatch(/^consumers follow backup@\d+, primary standby@\d+, backup primary@\d+$/);
});

test("two primaries in the middle of another host's move are waited out", async () => {
  const { pair, world, run } = await openStage();
  Object.assign(pair.routes.backup, { role: 'primary', epoch: 4 });
  Object.assign(pair.control, { active: 'backup', epoch: 4 });
  world.at(300, () => {
    pair.routes.primary.role = 'standby';
  });
  expect((await run(['to-backup', '--yes'])).outcome?.summary).toContain('consumers follow backup already');
});

test('both routes dead: nothing is done, the observer is doubted', async () => {
  const { pair, run, commands } = await openStage();
  pair.kill('primary');
  pair.kill('backup');
  expect(await run(['to-backup', '--yes'])).toMatchObject({ exit: 77, fault: { code: 'guard observer' } });
  expect(commands()).toEqual([]);
});

test('a timer moves consumers once an hour, a person as often as needed', async () => {
  const { pair, run } = await openStage();
  const timer = ['to-backup', '--automatic', '--yes'];
  expect((await run(timer)).outcome?.summary).toContain('nothing is to be gained');
  pair.routes.primary.ticks = false;
  expect((await run(timer)).exit).toBe(0);
  pair.routes.primary.ticks = true;
  expect((await run(['to-primary', '--yes'])).exit).toBe(0);
  pair.routes.primary.ticks = false;
  expect(await run(timer)).toMatchObject({ exit: 77, fault: { code: 'automatic failover refused: budget spent' } });
  expect((await run(['to-backup', '--yes'])).exit).toBe(0);
});

test('a timer that ends elsewhere what a person began has spent the hour', async () => {
  const { pair, run, world } = await openStage();
  const timer = ['to-backup', '--automatic', '--yes'];
  pair.kill('primary');
  await run(['to-backup', '--yes']);
  pair.restart('primary');
  await world.run(world.scheduler.nowMs() + 1_000);
  pair.routes.backup.ticks = false;
  expect((await run(timer)).exit).toBe(0);
  expect(pair.control.active).toBe('primary');
  pair.routes.backup.ticks = true;
  pair.routes.primary.ticks = false;
  expect(await run(timer)).toMatchObject({ exit: 77, fault: { code: 'automatic failover refused: budget spent' } });
});

test.each(['', '  strategy: stop-first\n'])(
  'a dry run changes nothing and plans what the real run does %s',
  async (how) => {
    const { run, commands } = await openStage(how);
    const planned = await run(['to-backup', '--dry-run']);
    expect(planned).toMatchObject({ exit: 0, outcome: { report: { parity_probes: expect.any(Number) } } });
    expect(commands()).toEqual([]);
    const real = await run(['to-backup', '--yes']);
    expect(real.run?.plan_hash).toBe(planned.run?.plan_hash);
  },
);

test('what was settled after the first way failed claims no parity', async () => {
  const { pair, run } = await openStage('  strategy: stop-first\n');
  pair.control.active = 'backup';
  pair.routes.primary.role = 'standby';
  const { exit, outcome } = await run(['to-backup', '--yes']);
  expect({ exit, active: pair.control.active, role: pair.routes.backup.role }).toEqual({
    exit: 0,
    active: 'backup',
    role: 'primary',
  });
  expect(outcome?.report).toMatchObject({ latency_ms: null, parity_probes: 0 });
  expect(outcome?.summary).toBe('consumers follow backup; settled after the first way failed');
});

test('a drill that a timer starts is automation: it asks first, and spends the hour', async () => {
  const { pair, run, commands } = await openStage();
  const timer = ['drill', '--automatic', '--yes'];
  expect((await run(timer)).exit).toBe(0);
  const before = commands().length;
  expect(await run(timer)).toMatchObject({ exit: 77, fault: { code: 'automatic failover refused: budget spent' } });
  expect(commands().length).toBe(before);
  expect((await run(['drill', '--yes'])).exit).toBe(0);
  expect(pair.control.active).toBe('primary');
});

test('a failover is not resumed, it is reconciled', async () => {
  const { run } = await openStage();
  expect((await run(['reconcile', '--yes'])).outcome?.summary).toContain('nothing was unfinished');
});
