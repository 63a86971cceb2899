// What `check-feed-health` makes of each answer that a live environment can give, over a real NATS server.

import { describe, expect, test } from 'vitest';
import { startStandIn } from '../../lib/sim/stand-ins/json-server.ts';
import { liveWorld, reportOf, SYMBOLS } from '../support/live-world.ts';
import { type MarketDataService, startMarketDataService } from '../support/market-data-service.ts';
import { mdops } from '../support/mdops.ts';
import { startNatsServer } from '../support/nats-server.ts';

const live = liveWorld('health-answers');

describe('an answer of the live environment', () => {
  const big = Array.from({ length: 20_000 }, (_, i) => `c${i}.SHFE`);
  const now = () => new Date().toISOString();
  const entry = (symbol: string, more: object = {}) => ({
    symbol,
    subscription_id: 's',
    created_at: now(),
    last_tick_at: now(),
    active: true,
    ...more,
  });
  const active = (more: object, subscriptions: unknown[] = SYMBOLS.map((symbol) => entry(symbol))) => ({
    subscriptions,
    total: subscriptions.length,
    ts: now(),
    source: 'market-data-service',
    ...more,
  });
  const cases: Record<string, { exit: number; change: (s: MarketDataService) => void; says?: string }> = {
    'with everything is healthy': { exit: 0, change: () => {} },
    'with one contract less is unhealthy': { exit: 2, change: (s) => s.held.delete('m2605.DCE') },
    'with one contract more is degraded': { exit: 1, change: (s) => s.symbols.pop() },
    'of bare strings is healthy, and says that stalls are invisible': {
      exit: 0,
      change: (s) => {
        s.behaviour.isBare = true;
      },
      says: 'stalls there are invisible',
    },
    'from a source that failed is unknown': {
      exit: 3,
      change: (s) => {
        s.behaviour.active = active({ source: 'error', error: 'vnpy is gone' }, []);
      },
      says: 'vnpy is gone',
    },
    'from a source that cannot tell is unknown': {
      exit: 3,
      change: (s) => {
        s.behaviour.active = active({ source: 'unsupported' }, []);
      },
      says: 'support',
    },
    'that is truncated is unknown': {
      exit: 3,
      change: (s) => {
        s.behaviour.active = active({ truncated: true });
      },
      says: 'cut off',
    },
    'that is garbage is unknown': {
      exit: 3,
      change: (s) => {
        s.behaviour.active = '\u0000<html>';
      },
      says: 'not JSON',
    },
    'that never comes is unknown': {
      exit: 3,
      change: (s) => {
        s.behaviour.active = null;
      },
    },
    'with an empty catalogue is unknown': {
      exit: 3,
      change: (s) => {
        s.behaviour.contracts = { symbols: [], source: 'empty', ts: now() };
      },
      says: 'the catalogue is empty',
    },
    'without any subscription is unhealthy': { exit: 2, change: (s) => s.held.clear() },
    'with a tick that never came is unhealthy': {
      exit: 2,
      change: (s) => {
        s.behaviour.active = active(
          {},
          SYMBOLS.map((symbol) => entry(symbol, { last_tick_at: null })),
        );
      },
    },
    'of 20,000 contracts is judged whole': {
      exit: 2,
      change: (s) => {
        s.behaviour.contracts = { symbols: big, source: 'vnpy', ts: now() };
        s.behaviour.active = active(
          {},
          big.slice(1).map((symbol) => entry(symbol)),
        );
      },
      says: '1 expected contract not subscribed: c0.SHFE',
    },
  };
  test.each(Object.entries(cases))('%s', async (_name, { exit, change, says }) => {
    change(live.service);
    live.configure('remotes: { control_plane: { timeout: 1s } }\n');
    const ran = await live.check();
    const report = reportOf(ran);
    expect({ exit: ran.exit, code: report.exit_code }).toEqual({ exit, code: exit });
    expect(report.coverage_ratio === null).toBe(exit === 3);
    if (says !== undefined) expect([...report.errors, ...report.warnings].join('\n')).toContain(says);
    expect(live.service.requests).toEqual([]);
  });

  test('is unknown when nobody answers there', async () => {
    await live.service.close();
    const ran = await live.check();
    expect(ran.exit).toBe(3);
    live.service = await startMarketDataService(live.server.url, SYMBOLS);
  });
});

describe('the control plane', () => {
  const NOTHING_ELSE = { status: 404, body: 'no such subject' };

  test('may speak HTTP: it is asked, repaired and asked again', async () => {
    const now = () => new Date().toISOString();
    const held = new Set(SYMBOLS.slice(1));
    const answers: Record<string, (asked: { symbols?: string[] }) => object> = {
      'md.contracts.list': () => ({ symbols: SYMBOLS, source: 'vnpy', ts: now() }),
      'md.subscriptions.active': () => ({
        subscriptions: [...held].map((symbol) => ({ symbol, last_tick_at: now(), active: true })),
        total: held.size,
        ts: now(),
        source: 'market-data-service',
      }),
      'md.subscribe.bulk': ({ symbols = [] }) => {
        for (const symbol of symbols) held.add(symbol);
        return { accepted: symbols, rejected: [], ts: now() };
      },
    };
    const server = await startStandIn([
      ({ method, path, json }) => {
        const answer = method === 'POST' ? answers[path.replace('/control/', '')] : undefined;
        return answer === undefined ? NOTHING_ELSE : { status: 200, body: answer(json as object) };
      },
    ]);
    live.configure('health: { remediation: { settle: 20ms } }\n');
    const ran = await live.command('check-feed-health', '--control-plane', server.url, '--mode', 'enforce', '--json');
    await server.close();
    expect(reportOf(ran)).toMatchObject({ exit_code: 0, remediation: { resubscribed: ['rb2605.SHFE'] } });
  });

  test('may want a user and a password, and a wrong one is unknown', async () => {
    const server = await startNatsServer('authorization { user: desk, password: "canary-nats" }');
    const ask = (password: string) =>
      mdops(['check-feed-health', '--control-plane', server.url, '--json'], {
        cwd: live.cwd,
        env: { NATS_USER: 'desk', NATS_PASSWORD: password },
      });
    const refused = await ask('wrong');
    expect(refused.exit).toBe(3);
    expect(reportOf(refused).errors.join()).toContain('does not accept the credentials');
    const lonely = await ask('canary-nats');
    await server.stop();
    expect(lonely.exit).toBe(3);
    expect(reportOf(lonely).errors.join()).toContain('nobody answers this subject');
  });
});
