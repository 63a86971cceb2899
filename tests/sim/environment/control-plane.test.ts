// The environment answers contract §4 exactly, in both its forms, also while it is broken on purpose.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Fault } from '../../../lib/sim/environment/wire.ts';
import { ask, heal, inParity, page, settle, strike, until, WORLDS, type World } from './worlds.ts';

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00$/;
const CONTRACTS = 60;

interface Active {
  readonly symbol: string;
  readonly subscription_id: string;
  readonly last_tick_at: string | null;
}

describe.each(Object.entries(WORLDS))('%s', (_, start) => {
  let world: World;
  beforeAll(async () => {
    world = await start();
  });
  beforeEach(async () => {
    await settle(world);
  });
  afterAll(() => world.stop());

  const active = async (): Promise<readonly Active[]> =>
    (await ask(world, 'control-plane', 'md.subscriptions.active')).body['subscriptions'] as Active[];
  const afterFault = async (fault: Fault, role = 'feed-primary') => {
    await strike(world, role, fault);
    return ask(world, 'control-plane', 'md.subscriptions.active');
  };

  test('lists contracts, subscriptions and subscribes as the contract says', async () => {
    const contracts = await ask(world, 'control-plane', 'md.contracts.list', { timeout_s: 5 });
    expect(contracts.body).toEqual({
      symbols: expect.any(Array),
      source: 'cache',
      ts: expect.stringMatching(TIMESTAMP),
    });
    expect(contracts.body['symbols']).toHaveLength(CONTRACTS);
    expect(contracts.body['symbols']).toContain('rb2501.SHFE');

    const { body } = await ask(world, 'control-plane', 'md.subscriptions.active');
    expect(body).toMatchObject({
      total: CONTRACTS,
      source: 'market-data-service',
      ts: expect.stringMatching(TIMESTAMP),
    });
    expect((body['subscriptions'] as Active[]).find(({ symbol }) => symbol === 'rb2501.SHFE')).toEqual({
      symbol: 'rb2501.SHFE',
      subscription_id: expect.any(String),
      exchange: 'SHFE',
      created_at: expect.stringMatching(TIMESTAMP),
      last_tick_at: expect.stringMatching(TIMESTAMP),
      active: true,
    });
    const limited = await ask(world, 'control-plane', 'md.subscriptions.active', { limit: 5 });
    expect(limited.body).toMatchObject({ total: CONTRACTS, truncated: true });
    expect(limited.body['subscriptions']).toHaveLength(5);

    const bulk = await ask(world, 'control-plane', 'md.subscribe.bulk', { symbols: ['rb2501.SHFE', 'no.SUCH'] });
    expect(bulk.body).toEqual({
      accepted: ['rb2501.SHFE'],
      rejected: [{ symbol: 'no.SUCH', reason: 'unknown contract' }],
      ts: expect.stringMatching(TIMESTAMP),
    });
  });

  test('refuses what is no request', async () => {
    expect(await ask(world, 'control-plane', 'md.no.such')).toMatchObject({ status: 404 });
    expect(await ask(world, 'feed-primary', 'md.subscribe.bulk', { symbols: 'all' })).toMatchObject({ status: 400 });
    expect(await ask(world, 'control-plane', 'md.route.promote', { route: 'third' })).toMatchObject({ status: 400 });
    expect((await page(world, 'feed-primary', '/nowhere')).status).toBe(404);
  });

  test('loses contracts that are dropped, and has them again once they are subscribed', async () => {
    const { body } = await afterFault({ kind: 'drop', count: 7 });
    expect(body['total']).toBe(CONTRACTS - 7);
    const all = (await ask(world, 'control-plane', 'md.contracts.list')).body['symbols'] as string[];
    const left = new Set((body['subscriptions'] as Active[]).map(({ symbol }) => symbol));
    const missing = all.filter((symbol) => !left.has(symbol));
    const bulk = await ask(world, 'control-plane', 'md.subscribe.bulk', { symbols: missing });
    expect(bulk.body).toMatchObject({ accepted: missing, rejected: [] });
    await inParity(world, 'primary');
  });

  test('shows stalled contracts by ticks that stand still, until they are subscribed anew', async () => {
    await strike(world, 'feed-primary', { kind: 'stall', symbols: ['rb2501.SHFE'] });
    const tickOf = async () => (await active()).find(({ symbol }) => symbol === 'rb2501.SHFE')?.last_tick_at;
    const stalledAt = await tickOf();
    const otherAt = (await active()).find(({ symbol }) => symbol === 'cu2501.SHFE')?.last_tick_at;
    await until(
      world,
      async () => (await active()).find(({ symbol }) => symbol === 'cu2501.SHFE')?.last_tick_at !== otherAt,
    );
    expect(await tickOf()).toBe(stalledAt);
    await ask(world, 'control-plane', 'md.subscribe.bulk', { symbols: ['rb2501.SHFE'] });
    await until(world, async () => ![stalledAt, null].includes(await tickOf()));
    await inParity(world, 'primary');
  });

  test('keeps a sticky stall whatever is subscribed', async () => {
    await strike(world, 'feed-primary', { kind: 'stall', symbols: ['rb2501.SHFE'], sticky: true });
    await ask(world, 'control-plane', 'md.subscribe.bulk', { symbols: ['rb2501.SHFE'] });
    expect((await ask(world, 'feed-primary', 'md.route.state')).body['in_parity']).toBe(false);
    await heal(world, 'feed-primary');
    await inParity(world, 'primary');
  });

  test('limits the rate in words that can be retried', async () => {
    await strike(world, 'feed-primary', { kind: 'rate limit', max: 2, window_ms: 60_000 });
    const symbols = ['rb2501.SHFE', 'cu2501.SHFE', 'al2501.SHFE'];
    const { body } = await ask(world, 'control-plane', 'md.subscribe.bulk', { symbols });
    expect(body['accepted']).toHaveLength(2);
    expect(body['rejected']).toEqual([{ symbol: 'al2501.SHFE', reason: 'rate limit: 2 in 60000 ms' }]);
    expect((await page(world, 'feed-primary', '/metrics')).text).toMatch(
      /^md_rate_limit_hits\{.*feed="primary".*\} 1$/m,
    );
  });

  test('says what it cannot tell', async () => {
    expect((await afterFault({ kind: 'source', source: 'error' })).body).toMatchObject({ source: 'error', total: 0 });
    expect((await afterFault({ kind: 'source', source: 'unsupported' })).body).toMatchObject({ source: 'unsupported' });
    expect((await afterFault({ kind: 'source', source: 'truncated' })).body).toMatchObject({
      truncated: true,
      total: CONTRACTS,
    });
    expect((await afterFault({ kind: 'source', source: 'bare' })).body['subscriptions']).toContain('rb2501.SHFE');
    await heal(world, 'feed-primary');
    await strike(world, 'control-plane', { kind: 'source', source: 'empty' });
    expect((await ask(world, 'control-plane', 'md.contracts.list')).body).toMatchObject({
      symbols: [],
      source: 'empty',
    });
    await strike(world, 'control-plane', { kind: 'source', source: 'garbage' });
    await expect(ask(world, 'control-plane', 'md.contracts.list')).rejects.toThrow('not JSON');
  });

  test('diverges: what it has is not what is expected', async () => {
    const { body } = await afterFault({ kind: 'diverge', count: 3 });
    expect(body['total']).toBe(CONTRACTS);
    expect((await active()).filter(({ symbol }) => symbol.endsWith('.OTC'))).toHaveLength(3);
    expect((await ask(world, 'feed-primary', 'md.route.state')).body).toMatchObject({
      in_parity: false,
      coverage_ratio: 0.95,
    });
  });

  test('flaps between dark and good', async () => {
    await strike(world, 'feed-primary', { kind: 'flap', period_ms: 300 });
    const see = (session: string) => async () =>
      (await ask(world, 'feed-primary', 'md.route.state')).body['session'] === session;
    for (const session of ['down', 'up', 'down', 'up']) await until(world, see(session));
    expect((await page(world, 'feed-primary', '/healthz')).status).toBeOneOf([200, 503]);
  });

  test('answers late when slow, never when it hangs, and can still be healed', async () => {
    await strike(world, 'control-plane', { kind: 'slow', ms: 300 });
    const startedMs = world.clock.monotonicMs();
    await ask(world, 'control-plane', 'md.contracts.list');
    expect(world.clock.monotonicMs() - startedMs).toBeGreaterThanOrEqual(299);
    await heal(world, 'control-plane');
    await strike(world, 'control-plane', { kind: 'hang' });
    await expect(ask(world, 'control-plane', 'md.contracts.list')).rejects.toThrow('no complete answer in time');
    await heal(world, 'control-plane');
    expect((await ask(world, 'control-plane', 'md.contracts.list')).status).toBe(200);
  });

  test('dies, and comes back without subscriptions until the worker has made them', async () => {
    await strike(world, 'feed-primary', { kind: 'die' });
    await until(world, () =>
      ask(world, 'feed-primary', 'md.route.state').then(
        () => false,
        () => true,
      ),
    );
    expect((await ask(world, 'control-plane', 'md.subscriptions.active')).body).toMatchObject({ source: 'error' });
    expect((await ask(world, 'control-plane', 'md.route.status')).body).toMatchObject({
      active: 'primary',
      routes: { primary: { unreachable: expect.any(String) }, backup: { role: 'standby' } },
    });
    await world.start('feed-primary');
    expect((await ask(world, 'feed-primary', 'md.route.state')).body).toMatchObject({
      role: 'standby',
      epoch: expect.any(Number),
    });
    await inParity(world, 'primary');
  });

  test('a fault that is none is refused, one with a time ends by itself', async () => {
    await expect(strike(world, 'feed-primary', { kind: 'rate limit' } as unknown as Fault)).resolves.toBe(undefined);
    expect((await page(world, 'feed-primary', '/admin/faults')).text).toBe('{"faults":[]}');
    await strike(world, 'feed-primary', { kind: 'stall', for_ms: 100 });
    await inParity(world, 'primary');
    expect((await page(world, 'feed-primary', '/admin/faults')).text).toBe('{"faults":[]}');
  });
});
