// However every sink misbehaves at once: the run's exit code stays, and five seconds are the most they add.

import { afterEach, expect, test } from 'vitest';
import { FAULT_KINDS, type PlainAnswer, type SeenRequest, startFaultServer } from '../../lib/sim/fault-server.ts';
import { allSinksAt } from '../support/all-sinks.ts';
import { mdops, type Ran } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const directory = temporaryDirectories('telemetry-budget');
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

// A run that begins, is announced, and ends at once: this directory configures no components.
const RUN = ['start-live-env', 'start', '--yes'];
const ITS_EXIT = 78;
const ADDED_MS = 5_000;
const AT_ONCE = 3;

function run(env: Record<string, string>): Promise<Ran> {
  return mdops(RUN, { cwd: directory(), env: { MDOPS_STATE_DIR: 'state', ...env } });
}

/** As every one of the remotes would, by path. */
function answerWell({ path }: SeenRequest): PlainAnswer {
  if (path.startsWith('/v2/enqueue')) return { status: 202 };
  if (path.startsWith('/metrics')) return { status: 200, body: '' };
  if (path.startsWith('/services')) return { status: 200, body: 'ok' };
  return { status: 200, body: JSON.stringify({ ok: true, ts: '1.1', channel: 'C1', id: 1, version: '11.6.0' }) };
}

const BATCHES = Array.from({ length: Math.ceil(FAULT_KINDS.length / AT_ONCE) }, (_, at) =>
  FAULT_KINDS.slice(at * AT_ONCE, (at + 1) * AT_ONCE),
);

test.each(BATCHES.map((kinds) => [kinds.join(', '), kinds] as const))('%s', async (_names, kinds) => {
  await Promise.all(
    kinds.map(async (kind) => {
      const server = await startFaultServer(kind);
      open.push(server);
      const healthy = await startFaultServer(answerWell);
      open.push(healthy);
      // A twin with healthy sinks at the same time: what a busy machine costs is not the sinks' doing.
      const [ran, twin] = await Promise.all([run(allSinksAt(server.url)), run(allSinksAt(healthy.url))]);
      expect([ran.exit, twin.exit], kind).toEqual([ITS_EXIT, ITS_EXIT]);
      expect(ran.tookMs - twin.tookMs, kind).toBeLessThan(ADDED_MS);
    }),
  );
});
