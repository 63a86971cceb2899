// A push killed at any of its writes, before or after the server took it: the next one, or resuming, completes it.

import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readJournal } from '../../lib/services/journal/read-journal.ts';
import { grafanaWorld, WRITES } from '../support/grafana-platform.ts';
import { mdops, outcomeOf, startMdops } from '../support/mdops.ts';

const world = grafanaWorld('dashboards-killed');

/** The run dies when its write number `at` has arrived, before the server does it or after, and hears no answer. */
async function killAt(at: number, when: 'before' | 'after'): Promise<void> {
  let writes = 0;
  let child: ChildProcess | null = null;
  await world.serve({
    routes: () => [
      ({ method }) => {
        if (method === 'GET' || child === null) return null;
        writes += 1;
        if (writes !== at) return null;
        child.kill('SIGKILL');
        return when === 'before' ? { status: 503, body: 'gone' } : null;
      },
    ],
  });
  child = startMdops(['dashboards', 'push', '--yes'], { cwd: world.cwd, env: world.env });
  expect((await outcomeOf(child)).signal).toBe('SIGKILL');
  child = null;
}

async function checkDone(): Promise<void> {
  const diff = await world.dashboards('diff');
  expect(diff.exit, diff.stdout).toBe(0);
}

test.each(WRITES.map((write, index) => [index + 1, write] as const))('at write %i, %s', async (at) => {
  await killAt(at, at % 2 === 0 ? 'before' : 'after');
  const again = await world.dashboards('push', '--yes');
  expect(again.exit, again.stdout + again.stderr).toBe(0);
  await checkDone();
});

test.each(['before', 'after'] as const)(
  'a resumed run does exactly the rest of its plan: killed %s the fifth write',
  async (when) => {
    await killAt(5, when);
    const folder = join(world.cwd, '.mdops/journal/grafana');
    const [file = ''] = readdirSync(folder);
    const { records } = readJournal(readFileSync(join(folder, file)));
    const id = String(records[0]?.body['run_id']);
    const before = world.writes().length;
    const resumed = await mdops(['runs', 'resume', id, '--yes'], { cwd: world.cwd, env: world.env });
    expect(resumed.exit, resumed.stdout + resumed.stderr).toBe(0);
    expect(world.writes().slice(before)).toEqual(WRITES.slice(when === 'before' ? 4 : 5));
    await checkDone();
  },
);
