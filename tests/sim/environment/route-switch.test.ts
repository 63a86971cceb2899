// The active route is switched behind an epoch: who read an old one is refused, and consumers follow.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ask, page, settle, strike, until, WORLDS, type World } from './worlds.ts';

describe.each(Object.entries(WORLDS))('%s', (_, start) => {
  let world: World;
  let epoch: number;
  beforeAll(async () => {
    world = await start();
  });
  beforeEach(async () => {
    epoch = await settle(world);
  });
  afterAll(() => world.stop());

  const send = async (command: 'promote' | 'demote', body: unknown) =>
    (await ask(world, 'control-plane', `md.route.${command}`, body)).body;
  const roles = async () => {
    const { routes } = (await ask(world, 'control-plane', 'md.route.status')).body as {
      routes: Record<string, { role: string; epoch: number }>;
    };
    return [routes['primary']?.role, routes['backup']?.role];
  };

  test('promote, then demote: both publish in between, one afterwards', async () => {
    expect(await roles()).toEqual(['primary', 'standby']);
    const promoted = await send('promote', { route: 'backup', expected_epoch: epoch, epoch: epoch + 1 });
    expect(promoted).toEqual({ accepted: true, active: 'backup', epoch: epoch + 1 });
    expect(await roles()).toEqual(['primary', 'primary']);
    expect(await send('demote', { route: 'primary', epoch: epoch + 1 })).toMatchObject({
      accepted: true,
      active: 'backup',
    });
    expect(await roles()).toEqual(['standby', 'primary']);
  });

  test('a stale epoch is refused by the switch and by the feed', async () => {
    await send('promote', { route: 'backup', expected_epoch: epoch, epoch: epoch + 1 });
    const late = await send('promote', { route: 'primary', expected_epoch: epoch, epoch: epoch + 1 });
    expect(late).toEqual({ accepted: false, reason: 'stale epoch', active: 'backup', epoch: epoch + 1 });
    expect(await send('promote', { route: 'primary', expected_epoch: epoch + 1, epoch: epoch + 1 })).toMatchObject({
      accepted: false,
    });
    expect(await send('demote', { route: 'primary', epoch })).toMatchObject({
      accepted: false,
      reason: 'stale epoch',
    });
    const old = await ask(world, 'feed-backup', 'md.route.role', { role: 'off', epoch });
    expect(old.body).toEqual({ accepted: false, reason: 'stale epoch', role: 'primary', epoch: epoch + 1 });
  });

  test('of twenty who promote at once with one epoch, one wins', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_each, index) =>
        send('promote', { route: index % 2 === 0 ? 'backup' : 'primary', expected_epoch: epoch, epoch: epoch + 1 }),
      ),
    );
    expect(answers.filter(({ accepted }) => accepted === true)).toHaveLength(1);
  });

  test('the active route is not demoted, unless the gap is accepted', async () => {
    expect(await send('demote', { route: 'primary', epoch })).toMatchObject({ reason: 'route is active' });
    const gap = await send('demote', { route: 'primary', epoch: epoch + 1, to: 'off', accept_gap: true });
    expect(gap).toEqual({ accepted: true, active: null, epoch: epoch + 1 });
    expect(await roles()).toEqual(['off', 'standby']);
    expect((await ask(world, 'control-plane', 'md.subscriptions.active')).body).toMatchObject({ source: 'error' });
  });

  test('the old route is not demoted once the new one has fallen: a demotion may come late', async () => {
    await send('promote', { route: 'backup', expected_epoch: epoch, epoch: epoch + 1 });
    await world.kill('feed-backup');
    expect((await send('demote', { route: 'primary', epoch: epoch + 1 }))['reason']).toMatch(
      /^active route unreachable/,
    );
    await world.start('feed-backup');
    expect(await send('demote', { route: 'primary', epoch: epoch + 1 })).toMatchObject({
      accepted: false,
      reason: 'the active route is not primary',
    });
    expect(await roles()).toEqual(['primary', 'standby']);
  });

  test('a feed that cannot be reached is not promoted, its epoch is spent, and it cannot be fenced', async () => {
    await world.kill('feed-backup');
    const refused = await send('promote', { route: 'backup', expected_epoch: epoch, epoch: epoch + 1 });
    // The command may still arrive: nobody else may use its epoch.
    expect(refused).toMatchObject({ accepted: false, active: 'primary', epoch: epoch + 1 });
    expect(refused['reason']).toMatch(/^route unreachable/);
    await world.start('feed-backup');
    await world.kill('feed-primary');
    expect(await send('promote', { route: 'backup', expected_epoch: epoch + 1, epoch: epoch + 2 })).toMatchObject({
      accepted: true,
    });
    expect((await send('demote', { route: 'primary', epoch: epoch + 2 }))['reason']).toMatch(/^route unreachable/);
  });

  test('epochs survive the death of everybody', async () => {
    await send('promote', { route: 'backup', expected_epoch: epoch, epoch: epoch + 5 });
    for (const role of ['control-plane', 'feed-backup']) {
      await world.kill(role);
      await world.start(role);
    }
    const { body } = await ask(world, 'control-plane', 'md.route.status');
    expect(body).toMatchObject({
      active: 'backup',
      epoch: epoch + 5,
      routes: { backup: { role: 'standby', epoch: epoch + 5 } },
    });
    const again = await send('promote', { route: 'backup', expected_epoch: epoch + 5, epoch: epoch + 6 });
    expect(again).toMatchObject({ accepted: true, active: 'backup', epoch: epoch + 6 });
  });

  test('a feed reports its own time to parity, anew after each bring-up', async () => {
    const timeOf = async () => {
      const { body } = await ask(world, 'feed-backup', 'md.route.state');
      return body['time_to_parity_ms'] as number | null;
    };
    const first = await timeOf();
    // Login takes 150 to 350 ms, the last first tick up to 250 ms more.
    expect(first).toBeGreaterThan(150);
    await ask(world, 'feed-backup', 'md.route.role', { role: 'off', epoch });
    expect(await timeOf()).toBe(null);
    await ask(world, 'feed-backup', 'md.route.role', { role: 'standby', epoch });
    const second = await until(world, async () => (await timeOf()) ?? undefined);
    expect(second).toBeGreaterThan(150);
    expect(second).not.toBe(first);
  });

  test('consumers follow the active route, work off what it replays, and fall behind when they are told to', async () => {
    const backlog = async () => {
      const { text } = await page(world, 'consumer-risk', '/metrics');
      const [, feed, value] =
        /^consumer_backlog_messages\{consumer="risk",feed="(\w+)",account="sim"\} (\d+)$/m.exec(text) ?? [];
      return { feed, value: Number(value) };
    };
    await until(world, async () => (await backlog()).feed === 'primary' && (await backlog()).value < 50);
    await send('promote', { route: 'backup', expected_epoch: epoch, epoch: epoch + 1 });
    await until(world, async () => (await backlog()).feed === 'backup' && (await backlog()).value < 50);
    await strike(world, 'consumer-risk', { kind: 'backlog', per_second: 5_000 });
    await until(world, async () => (await backlog()).value > 2_000);
  });
});
