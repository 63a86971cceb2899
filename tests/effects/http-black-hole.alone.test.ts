// A request that met a black hole leaves no socket: counted in a process where no other request is under way.

import { expect, test } from 'vitest';
import { createHttp } from '../../lib/effects/real-http.ts';
import { startFaultServer } from '../../lib/sim/fault-server.ts';

const count = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;

test.each(['one-shot', 'pooled'] as const)('%s', async (transport) => {
  const own = createHttp({ transport });
  const server = await startFaultServer('black hole');
  const before = count();
  await own.request({ method: 'GET', url: server.url, timeoutMs: 100 }).catch(() => null);
  await own.close();
  await expect.poll(count, { timeout: 5_000 }).toBeLessThanOrEqual(before);
  await server.close();
});
