// A sink that is silent for long is left alone at once, also when it is the run that would not wait any longer.

import { afterEach, expect, test } from 'vitest';
import type { Random } from '../../../lib/effects/random.ts';
import { createClock } from '../../../lib/effects/real-clock.ts';
import { createHttp } from '../../../lib/effects/real-http.ts';
import { createBreaker } from '../../../lib/services/remote/breaker.ts';
import { createRemote } from '../../../lib/services/remote/remote.ts';
import { startFaultServer } from '../../../lib/sim/fault-server.ts';

const RANDOM: Random = { next: () => 0.1, hex: () => '' };
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function silentRemote(hungAfterMs?: number) {
  const server = await startFaultServer('never answers');
  const http = createHttp({ transport: 'one-shot' });
  open.push(http, server);
  const clock = createClock();
  const store = { read: async () => null, write: async () => undefined };
  const breaker = createBreaker({ provider: 'slack', store, clock });
  const patience = hungAfterMs === undefined ? {} : { hungAfterMs };
  const remote = createRemote({ http, clock, random: RANDOM, breaker, ...patience });
  const send = (signal?: AbortSignal) =>
    remote.send({
      method: 'POST',
      url: server.url,
      body: '{}',
      timeoutMs: 300,
      ...(signal === undefined ? {} : { signal }),
    });
  return { send, breaker };
}

test('silence until the deadline opens the breaker, and the next call is not made', async () => {
  const { send, breaker } = await silentRemote(100);
  expect(await send()).toMatchObject({ ok: false, attempts: 1 });
  expect(breaker.state()).toBe('open');
  expect(await send()).toMatchObject({
    ok: false,
    attempts: 0,
    reason: expect.stringMatching(/left alone for now: it gave no answer for \d+ ms/),
  });
});

test('so does silence that the run put an end to, if it lasted', async () => {
  const { send, breaker } = await silentRemote(100);
  expect(await send(AbortSignal.timeout(200))).toMatchObject({ ok: false });
  expect(breaker.state()).toBe('open');
});

test('a short wait proves nothing, and what is no sink keeps its three failures', async () => {
  const hurried = await silentRemote(100);
  await hurried.send(AbortSignal.timeout(10));
  expect(hurried.breaker.state()).toBe('closed');
  const target = await silentRemote();
  await target.send();
  expect(target.breaker.state()).toBe('closed');
});
