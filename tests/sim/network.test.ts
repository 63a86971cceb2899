// Every lie of the simulated network ends for its client in the words that the real HTTP effect has for the real thing.

import { expect, test } from 'vitest';
import type { Http, HttpRequest } from '../../lib/effects/http.ts';
import { createHttp } from '../../lib/effects/real-http.ts';
import { type FaultKind, startFaultServer } from '../../lib/sim/fault-server.ts';
import { LIES, type Lie } from '../../lib/sim/world/network.ts';
import { createWorld } from './worlds/world.ts';

/** What misbehaves like that for real; null where only time or repetition is different. */
const REAL: { readonly [L in Lie]: FaultKind | null } = {
  refused: 'refused',
  'black hole': 'black hole',
  'reset before': 'resets before its answer',
  'lost reply': 'accepted but lost',
  'truncated reply': 'truncates by length',
  'delivered late': 'never answers',
  'delivered twice': null,
  slow: null,
  'status 500': '500',
  'status 503': '503',
  'status 429': '429 with retry-after',
  redirect: 'redirect to another origin',
  html: '200 html',
  garbage: '200 not json',
  drip: 'drips its body',
  'tls failure': 'tls garbage',
  flood: 'floods without end',
  'not http': 'not http',
  'wrong type': '200 wrong type',
  'status 400': '400',
  'status 401': '401',
  'status 404': '404',
};

const DEADLINE_MS = 250;

async function outcome(http: Http, url: string): Promise<number | string> {
  const request: HttpRequest = { method: 'GET', url, timeoutMs: DEADLINE_MS };
  return http.request(request).then(
    ({ status }) => status,
    (error: { code: string }) => error.code,
  );
}

async function simulated(lie: Lie | null): Promise<{ said: number | string; asked: number; tookMs: number }> {
  const world = createWorld({ seed: 1 });
  world.addHost('ops-1');
  let asked = 0;
  world.network.connect('remote.sim', () => {
    asked += 1;
    return { status: 200, body: '{"ok":true}' };
  });
  world.network.lieOf = () => lie;
  const { effects } = world.start({ name: 'one', host: 'ops-1', operator: 'wang' });
  let said: number | string = 'nothing';
  let tookMs = 0;
  void outcome(effects.http, 'http://remote.sim/').then((found) => {
    said = found;
    tookMs = world.scheduler.nowMs();
  });
  await world.run(60_000);
  return { said, asked, tookMs };
}

test.each(LIES.filter((lie) => REAL[lie] !== null))('%s is told as the real thing is', async (lie) => {
  const server = await startFaultServer(REAL[lie]!);
  const http = createHttp({ transport: 'one-shot' });
  const real = await outcome(http, server.url);
  await http.close();
  await server.close();
  const { said, tookMs } = await simulated(lie);
  expect(said).toBe(real);
  expect(tookMs).toBeLessThanOrEqual(DEADLINE_MS + 5);
});

test('who is lied to cannot tell whether its request arrived: some of these did, some did not', async () => {
  const arrived = new Map<Lie, number>();
  for (const lie of LIES) arrived.set(lie, (await simulated(lie)).asked);
  expect(arrived.get('delivered twice')).toBe(2);
  for (const lie of ['lost reply', 'truncated reply', 'delivered late', 'drip', 'flood', 'slow'] as const) {
    expect(arrived.get(lie), lie).toBe(1);
  }
  for (const lie of ['refused', 'black hole', 'reset before', 'tls failure', 'redirect', 'status 401'] as const) {
    expect(arrived.get(lie), lie).toBe(0);
  }
  expect((await simulated(null)).said).toBe(200);
});
