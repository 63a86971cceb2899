// An enforcing health check killed at any moment: no second page, no budget overrun, one terminal record for each run.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readJournal } from '../../lib/services/journal/read-journal.ts';
import { liveWorld } from '../support/live-world.ts';
import { outcomeOf, startMdops } from '../support/mdops.ts';

const live = liveWorld('health-kills');
const KILLS = 40;
const PER_HOUR = 8;

function start(): ReturnType<typeof startMdops> {
  const words = ['--control-plane', live.server.url, '--mode', 'enforce', '--max-remediation-attempts', '1', '--json'];
  return startMdops(['check-feed-health', ...words], { cwd: live.cwd, env: live.addresses() });
}

test(`${KILLS} kills spread over the life of a run`, { timeout: 120_000 }, async () => {
  live.configure(
    `health: { remediation: { settle: 20ms } }\ngovernor: { remediations_per_hour: ${PER_HOUR}, remediations_per_day: 50 }\n`,
  );
  live.service.behaviour.refused = new Map([['m2605.DCE', 'not tradable']]);
  const { tookMs } = await outcomeOf(start());
  live.service.held.delete('m2605.DCE');
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const child = start();
    const timer = setTimeout(() => child.kill('SIGKILL'), (1.5 * tookMs * kill) / KILLS);
    await outcomeOf(child);
    clearTimeout(timer);
  }
  expect((await outcomeOf(start())).exit).toBe(2);
  expect(live.service.requests.length).toBeGreaterThan(0);
  // Each request is the one attempt of one admitted remediation.
  expect(live.service.requests.length).toBeLessThanOrEqual(PER_HOUR);
  expect(live.pagerduty.alerts()).toHaveLength(1);
  const folder = join(live.cwd, '.mdops/journal/primary');
  for (const name of readdirSync(folder)) {
    const { records, damage } = readJournal(readFileSync(join(folder, name)));
    expect(damage, name).toEqual([]);
    expect(records.filter(({ kind }) => kind === 'run_finished').length, name).toBe(1);
  }
  live.service.held.set('m2605.DCE', { symbol: 'm2605.DCE', id: 's', tickMs: Date.now() });
  expect((await outcomeOf(start())).exit).toBe(0);
  expect(live.pagerduty.alerts()).toMatchObject([{ status: 'resolved' }]);
});
