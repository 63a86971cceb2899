// A subscription run killed at any moment: starting again, or resuming, ends with every contract active.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readJournal } from '../../lib/services/journal/read-journal.ts';
import { eventually } from '../support/eventually.ts';
import { liveWorld, reportOf, SYMBOLS } from '../support/live-world.ts';
import { outcomeOf, startMdops } from '../support/mdops.ts';

const live = liveWorld('full-feed-kills');
const KILLS = 12;
const CONTRACTS = 60;
const PACE = ['--batch-size', '5', '--rate-limit-max', '10', '--rate-limit-window', '0.1'];

function start(...words: string[]): ReturnType<typeof startMdops> {
  const all = ['full-feed-subscription', '--control-plane', live.server.url, ...PACE, '--json', ...words];
  return startMdops(all, { cwd: live.cwd });
}

function addContracts(): string[] {
  const added = Array.from({ length: CONTRACTS }, (_, i) => `x${i}.INE`);
  live.service.symbols.push(...added);
  return added;
}

function journals(): { name: string; records: ReturnType<typeof readJournal> }[] {
  const folder = join(live.cwd, '.mdops/journal/primary');
  return readdirSync(folder).map((name) => ({ name, records: readJournal(readFileSync(join(folder, name))) }));
}

test(`${KILLS} kills spread over the life of a run, then one that is left alone`, { timeout: 120_000 }, async () => {
  const added = addContracts();
  const { tookMs } = await outcomeOf(start());
  for (const symbol of added) live.service.held.delete(symbol);
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const child = start();
    const timer = setTimeout(() => child.kill('SIGKILL'), (tookMs * kill) / KILLS);
    await outcomeOf(child);
    clearTimeout(timer);
  }
  const last = await outcomeOf(start());
  expect(last.exit, last.stderr).toBe(0);
  expect([...live.service.held.keys()].sort()).toEqual([...SYMBOLS, ...added].sort());
  for (const { name, records } of journals()) {
    expect(records.damage, name).toEqual([]);
    expect(records.records.filter(({ kind }) => kind === 'run_finished').length, name).toBe(1);
  }
});

test('a resumed run sends only the batches that have no end yet', async () => {
  const added = addContracts();
  const child = start();
  await eventually('eight requests', 20_000, () => live.service.requests[7]);
  child.kill('SIGKILL');
  await outcomeOf(child);
  const [journal] = journals();
  const done = journal!.records.records.filter(
    ({ kind, body }) => kind === 'step_done' && String(body['step']).startsWith('batch'),
  ).length;
  expect(done).toBeGreaterThan(0);
  const before = live.service.requests.length;
  const id = String(journal!.records.records[0]?.body['run_id']);
  const resumed = await live.command('runs', 'resume', id, '--json');
  expect(resumed.exit, resumed.stderr).toBe(0);
  expect(reportOf(resumed)).toMatchObject({ accepted_total: CONTRACTS, resumes: id, wanted_total: CONTRACTS });
  expect(live.service.requests.length - before).toBe(CONTRACTS / 5 - done);
  expect([...live.service.held.keys()].sort()).toEqual([...SYMBOLS, ...added].sort());
});
