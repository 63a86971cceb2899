// Many requests and steps at once are ordinary work: nothing warns about leaks on the operator's terminal.

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
