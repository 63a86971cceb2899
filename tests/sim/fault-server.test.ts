// The misbehaving server itself: what it was sent, and what it does in turn.

import { expect, test } from 'vitest';
import { FAULT_KINDS, startFaultServer } from '../../lib/sim/fault-server.ts';

test('steps are taken in turn, the last one for ever, and can be planned anew', async () => {
  const server = await startFaultServer(['503', { status: 201, body: 'made' }]);
  const statuses = async (count: number): Promise<number[]> => {
    const seen: number[] = [];
    for (let at = 0; at < count; at += 1) seen.push((await fetch(server.url)).status);
    return seen;
  };
  expect(await statuses(3)).toEqual([503, 201, 201]);
  server.plan('404');
  expect(await statuses(2)).toEqual([404, 404]);
  await server.close();
});

test('requests are remembered, lost replies included', async () => {
  const server = await startFaultServer('accepted but lost');
  await fetch(`${server.url}/events?x=1`, { method: 'POST', body: 'payload', headers: { 'x-key': 'k' } }).catch(
    () => {},
  );
  const [seen] = server.requests();
  expect(seen).toMatchObject({ method: 'POST', path: '/events?x=1', body: 'payload' });
  expect(seen?.headers['x-key']).toBe('k');
  await server.close();
});

test('an answer may depend on the request', async () => {
  const server = await startFaultServer(({ path }) => (path === '/ok' ? { status: 200, body: path } : '500'));
  expect(await (await fetch(`${server.url}/ok`)).text()).toBe('/ok');
  expect((await fetch(`${server.url}/other`)).status).toBe(500);
  await server.close();
});

test('every kind starts and stops', async () => {
  for (const kind of FAULT_KINDS) await (await startFaultServer(kind)).close();
});
