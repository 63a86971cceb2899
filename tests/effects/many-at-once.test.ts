// Many requests and steps at once are ordinary work: nothing warns about leaks on the operator's terminal.

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listenForCancellation } from '../../lib/effects/cancellation.ts';
import { createHttp } from '../../lib/effects/real-http.ts';
import { startFaultServer } from '../../lib/sim/fault-server.ts';
import { createTestProcesses } from './processes-setup.ts';

const MANY = 25;
const warnings: Error[] = [];
const keep = (warning: Error): void => void warnings.push(warning);
beforeAll(() => void process.on('warning', keep));
afterAll(() => void process.off('warning', keep));

test('requests and steps that share the signal of a run', async () => {
  const run = listenForCancellation(undefined, () => {});
  const server = await startFaultServer('ok');
  const http = createHttp({ transport: 'one-shot' });
  const processes = createTestProcesses();
  const request = { method: 'GET', url: server.url, timeoutMs: 5_000, signal: run.signal } as const;
  const step = { argv: ['true'], timeoutMs: 20_000, signal: run.signal } as const;
  const each = Array.from({ length: MANY }, () => Promise.all([http.request(request), processes.run(step)]));
  const results = await Promise.all(each);
  expect(results.map(([{ status }, { ok }]) => [status, ok])).toEqual(results.map(() => [200, true]));
  await http.close();
  await server.close();
  run.dispose();
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
});

test('without a bound no request waits for a connection: all are with the server before one is answered', async () => {
  const most = 3 * MANY;
  const waiting: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    if (waiting.push(response) === most) for (const one of waiting) one.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const http = createHttp({ transport: 'unbounded' });
  const each = Array.from({ length: most }, () => http.request({ method: 'GET', url, timeoutMs: 20_000 }));
  const statuses = (await Promise.all(each)).map(({ status }) => status);
  expect(statuses).toEqual(statuses.map(() => 200));
  await http.close();
  server.close();
});
