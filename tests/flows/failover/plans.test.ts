// Plans of a failover: written, agreed to, applied exactly as they are or refused.

import { beforeAll, expect, test } from 'vitest';
import { describePair } from '../../../lib/sim/world/route-pair.ts';
import { openStage } from './stage.ts';

beforeAll(async () => {
  // Modules are loaded before time is virtual.
  await (await openStage()).run(['to-backup', '--yes']);
}, 30_000);

test('a plan is applied as it was written, once, by its epoch', async () => {
  const { pair, run } = await openStage();
  expect((await run(['to-backup', '--plan-out', '/srv/plan.json'])).exit).toBe(0);
  expect(pair.control.active).toBe('primary');
  expect((await run(['to-backup', '--apply', '/srv/plan.json', '--yes'])).exit).toBe(0);
  await run(['to-primary', '--yes']);
  const again = await run(['to-backup', '--apply', '/srv/plan.json', '--yes']);
  expect(again).toMatchObject({ exit: 77, fault: { code: 'plan refused' } });
  expect(again.fault?.message).toContain('stale: made at epoch 1');
});

test('what a plan does not say is not done on its way', async () => {
  const { pair, run } = await openStage();
  await run(['to-backup', '--plan-out', '/srv/plan.json']);
  const apply = ['to-backup', '--apply', '/srv/plan.json', '--yes'];
  expect((await run([...apply, '--accept-gap'])).fault?.message).toContain('it accepts no gap');
  expect((await run([...apply, '--force', 'target'])).fault?.message).toContain('it does not force target');
  expect(pair.control.active).toBe('primary');
  expect((await run(apply)).exit).toBe(0);
  // Also where nothing would be left to do: it was for another moment.
  expect(await run(apply)).toMatchObject({ exit: 77, fault: { message: expect.stringContaining('stale') } });
});

test('a plan that forces two primaries is applied without forcing them again', async () => {
  const { pair, run } = await openStage();
  pair.routes.backup.role = 'primary';
  const planned = await run(['to-backup', '--plan-out', '/srv/plan.json']);
  expect(planned).toMatchObject({ exit: 77, fault: { code: 'guard two-primaries' } });
  expect((await run(['to-backup', '--force', 'two-primaries', '--plan-out', '/srv/plan.json'])).exit).toBe(0);
  expect((await run(['to-backup', '--apply', '/srv/plan.json', '--confirm', 'sim', '--yes'])).exit).toBe(0);
  expect(describePair(pair)).toMatch(/^consumers follow backup@\d+, primary standby@\d+, backup primary@\d+$/);
});

test('to write a plan settles nothing that is unfinished', async () => {
  const { pair, run, commands } = await openStage();
  pair.kill('primary');
  await run(['to-backup', '--yes']);
  pair.restart('primary');
  const before = commands().length;
  const planned = await run(['to-primary', '--plan-out', '/srv/plan.json']);
  expect(planned).toMatchObject({ exit: 77, fault: { code: 'failover unfinished' } });
  expect(commands().length).toBe(before);
});

test('a plan is refused after ten minutes', async () => {
  const { world, run } = await openStage();
  await run(['to-backup', '--plan-out', '/srv/plan.json']);
  await world.run(world.scheduler.nowMs() + 600_001);
  expect((await run(['to-backup', '--apply', '/srv/plan.json', '--yes'])).fault?.message).toContain('expired');
});

test('a forced guard wants the name typed, and two persons where the environment asks for them', async () => {
  const { pair, run } = await openStage('  two_persons: true\n');
  pair.kill('backup');
  const force = ['to-backup', '--force', 'target'];
  expect(await run([...force, '--yes'])).toMatchObject({ exit: 77, fault: { code: 'plan not approved' } });
  expect((await run([...force, '--plan-out', '/srv/plan.json'])).exit).toBe(0);
  expect(await run(['approve', '/srv/plan.json', '--yes'])).toMatchObject({ exit: 77, fault: { code: 'own plan' } });
  const apply = ['to-backup', '--apply', '/srv/plan.json', '--yes'];
  expect((await run([...apply, '--confirm', 'sim'])).fault?.code).toBe('plan not approved');
  expect((await run(['approve', '/srv/plan.json', '--yes'], 'li')).exit).toBe(0);
  expect((await run(apply)).fault?.code).toBe('confirmation needed');
  // Consent does not make a dead route answer: nothing was moved.
  expect((await run([...apply, '--confirm', 'sim'])).fault?.code).toBe('route not brought up');
  expect(pair.control.active).toBe('primary');
});

const STRANGERS: readonly (readonly string[])[] = [
  ['drill', '--plan-out', '/srv/plan.json'],
  ['drill', '--apply', '/srv/plan.json'],
  ['reconcile', '--plan-out', '/srv/plan.json'],
  ['to-backup', '--keep', 'backup'],
  ['status', '--keep', 'backup'],
  ['to-backup', '--plan-out', '/srv/plan.json', '--apply', '/srv/plan.json'],
];
test.each(STRANGERS)('a flag that would be passed over is refused: %s %s', async (...words) => {
  const { run, commands } = await openStage();
  expect(await run([...words, '--yes'])).toMatchObject({ exit: 64, fault: { code: 'usage' } });
  expect(commands()).toEqual([]);
});
