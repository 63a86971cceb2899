// Locks, names and exchanges over Node's own bindings, and the same where Node keeps them to itself.

import { hostname, userInfo } from 'node:os';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createClock } from '../../lib/effects/real-clock.ts';
import { createEnvironment } from '../../lib/effects/real-environment.ts';
import { createHttp } from '../../lib/effects/real-http.ts';
import { createLocks } from '../../lib/effects/real-locks.ts';
import { startFaultServer } from '../../lib/sim/fault-server.ts';

const own = process as { binding?: unknown };
const given = own.binding;
const refuse = (): never => {
  throw Object.assign(new Error('Access to this API has been restricted'), { code: 'ERR_ACCESS_DENIED' });
};
afterEach(() => {
  own.binding = given;
  vi.unstubAllEnvs();
});

const WAYS = [
  ['with bindings', given],
  ['where they are refused', refuse],
  ['where they are gone', undefined],
  ['where they are not what they were', () => ({})],
] as const;

describe.each(WAYS)('%s', (_, binding) => {
  test('a name is held by one, who tells the others who it is, and is free after its release', async () => {
    const locks = createLocks(createClock());
    const name = `mdops/test/${process.pid}/${Math.random()}`;
    const who = { run_id: 'r1', command: 'check', operator: 'kim', host: 'h', pid: process.pid };
    own.binding = binding;
    const first = await locks.acquire(name, who);
    if (!first.held) throw new Error('the first was not given the lock');
    expect(await locks.isHeld(name)).toBe(true);
    // Whoever asks may run on another Node.
    own.binding = given;
    const second = await locks.acquire(name, { ...who, run_id: 'r2' });
    expect(second).toMatchObject({ held: false, holder: who });
    await first.release();
    own.binding = binding;
    expect(await locks.isHeld(name)).toBe(false);
  });

  test('the host and the user are named as node:os names them', () => {
    for (const name of ['MDOPS_OPERATOR', 'SUDO_USER', 'USER']) vi.stubEnv(name, '');
    own.binding = binding;
    const { host, operator } = createEnvironment();
    expect({ host, operator }).toEqual({ host: hostname(), operator: userInfo().username });
  });

  test('a request is made and its answer read', async () => {
    const server = await startFaultServer({ status: 202, body: 'kept' });
    own.binding = binding;
    const http = createHttp({ transport: 'one-shot' });
    const answer = await http.request({ method: 'PUT', url: `${server.url}/a?b=c`, body: 'x 1\n', timeoutMs: 5_000 });
    await http.close();
    await server.close();
    expect([answer.status, answer.text()]).toEqual([202, 'kept']);
    expect(server.requests()).toMatchObject([{ method: 'PUT', path: '/a?b=c', body: 'x 1\n' }]);
  });
});

test('an answer that stays away, abandoned, leaves no connection behind', async () => {
  const server = await startFaultServer('never answers');
  const http = createHttp({ transport: 'one-shot' });
  const requests = Array.from({ length: 20 }, () =>
    http.request({ method: 'GET', url: server.url, timeoutMs: 50 }).catch((error: Error) => error.message),
  );
  const messages = await Promise.all(requests);
  expect(new Set(messages.map((message) => /no complete answer in time/.test(String(message))))).toEqual(
    new Set([true]),
  );
  await http.close();
  // Ends only when every connection has.
  await server.close();
});
