// Failovers there and back on the embedded environment, each killed at a random moment and reconciled: a feed is on at
// every instant, and one alone is primary afterwards. `MDOPS_FAILOVER_KILLS=200` is the whole promise (nightly),
// `MDOPS_SEED` draws other moments.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { otherRoute, ROUTE_NAMES, type RouteName } from '../../lib/base/feed-routes.ts';
import { readJournal } from '../../lib/services/journal/read-journal.ts';
import { createChance } from '../../lib/sim/world/chance.ts';
import { type EmbeddedPair, startEmbeddedPair } from '../support/embedded-pair.ts';
import { type FeedEvent, judgeFeedEvents, readFeedEvents, watchFeeds } from '../support/feed-record.ts';
import { outcomeOf, type Ran, startMdops } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const KILLS = Number(process.env['MDOPS_FAILOVER_KILLS'] ?? 40);
const SEED = Number(process.env['MDOPS_SEED'] ?? 20_260_105);
// A quarter of the targets is off, and has its session and subscriptions still before it.
const OFF_SHARE = 0.25;
// Before this share of its time a run only loads itself: dying there is dull.
const START_SHARE = 0.2;
// Of the repairs some are killed as well.
const REPAIR_KILLED_SHARE = 0.2;

const directory = temporaryDirectories('failover-kills');
let pair: EmbeddedPair;

beforeAll(async () => {
  pair = await startEmbeddedPair(directory(), { parity_timeout: '10s', probe_timeout: '1s' });
  await pair.settle('primary');
}, 60_000);
afterAll(() => pair.stop());

function start(...words: string[]) {
  return startMdops(['failover', ...words, '--profile', 'pair', '--yes', '--json'], { cwd: pair.home });
}

/** Killed after `ms`, unless it has ended before. */
async function killAfter(ms: number, ...words: string[]): Promise<Ran> {
  const child = start(...words);
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  const ran = await outcomeOf(child);
  clearTimeout(timer);
  return ran;
}

async function turnOff(route: RouteName): Promise<void> {
  const { epoch } = await pair.ask('control-plane', 'md.route.status');
  expect(await pair.ask(`feed-${route}`, 'md.route.role', { role: 'off', epoch })).toMatchObject({ accepted: true });
}

/** The route that consumers follow; it alone is primary, and nothing is unfinished. */
async function settledOn(after: string): Promise<RouteName> {
  const { active, routes } = (await pair.ask('control-plane', 'md.route.status')) as {
    active: RouteName;
    routes: Record<RouteName, { role: string }>;
  };
  const primaries = ROUTE_NAMES.filter((route) => routes[route].role === 'primary');
  expect(primaries, after).toEqual([active]);
  expect(existsSync(join(pair.home, '.mdops/state/failover/intent%20pair.json')), after).toBe(false);
  return active;
}

test(`${KILLS} failovers, each killed at a random moment, then reconciled`, async () => {
  const chance = createChance(SEED);
  const first = await outcomeOf(start('to-backup'));
  expect(first.exit, first.stderr).toBe(0);
  // How long one takes, once everything is cached.
  const whole = await outcomeOf(start('to-primary'));
  expect(whole.exit, whole.stderr).toBe(0);
  const watch = watchFeeds(pair);
  let active = await settledOn('two whole failovers');
  const where = { before: 0, during: 0, after: 0 };
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const to = otherRoute(active);
    const isOff = chance.isTrue(OFF_SHARE);
    if (isOff) await turnOff(to);
    const killMs = chance.between(START_SHARE * whole.tookMs, whole.tookMs * (isOff ? 2 : 1.1));
    const ran = await killAfter(killMs, `to-${to}`);
    const isUnfinished = existsSync(join(pair.home, '.mdops/state/failover/intent%20pair.json'));
    where[ran.signal === null ? 'after' : isUnfinished ? 'during' : 'before'] += 1;
    const story = `seed ${SEED}, kill ${kill} of to-${to} after ${Math.round(killMs)} ms`;
    if (chance.isTrue(REPAIR_KILLED_SHARE)) await killAfter(chance.between(0, whole.tookMs), 'reconcile');
    const reconciled = await outcomeOf(start('reconcile'));
    expect(reconciled.exit, `${story}: ${reconciled.stderr}`).toBe(0);
    active = await settledOn(story);
  }
  const seen = await watch.stop();
  const judged = judgeFeedEvents(readFeedEvents(pair.events));
  process.stdout.write(
    `${KILLS} kills, ${where.during} of them with the pair half moved, ${where.before} before, ${where.after} runs had ended; ` +
      `${judged.changes} role changes, both on for ${Math.round(judged.bothMs)} ms; ` +
      `${seen.looks} looks, ${Math.round(seen.longestPauseMs)} ms apart at most\n`,
  );
  expect(judged.violations).toEqual([]);
  expect(seen.dark).toEqual([]);
  // The moments were worth something: most runs were hit, and a good part of them in the middle.
  expect(where.during).toBeGreaterThan(KILLS / 8);
  expect(judged.changes).toBeGreaterThan(KILLS / 2);
  const folder = join(pair.home, '.mdops/journal/pair');
  for (const name of readdirSync(folder)) {
    const { records, damage } = readJournal(readFileSync(join(folder, name)));
    expect(damage, name).toEqual([]);
    expect(records.filter(({ kind }) => kind === 'run_finished').length, name).toBe(1);
  }
}, 600_000);

test('a moment without a primary, and consumers without a feed, would have been seen', () => {
  const settled: readonly FeedEvent[] = [
    { at_ms: 1, event: 'role', route: 'primary', role: 'primary' },
    { at_ms: 1, event: 'role', route: 'backup', role: 'standby' },
    { at_ms: 2, event: 'switch', active: 'primary' },
  ];
  const demoted: FeedEvent = { at_ms: 3, event: 'role', route: 'primary', role: 'standby' };
  const promoted: FeedEvent = { at_ms: 4, event: 'role', route: 'backup', role: 'primary' };
  const moved: FeedEvent = { at_ms: 5, event: 'switch', active: 'backup' };
  expect(
    judgeFeedEvents([...settled, { ...promoted, at_ms: 3 }, { ...moved, at_ms: 4 }, { ...demoted, at_ms: 6 }]),
  ).toEqual({
    violations: [],
    changes: 4,
    bothMs: 3,
  });
  expect(judgeFeedEvents([...settled, demoted, promoted, moved]).violations).toEqual([
    '3: no route is primary ({"primary":"standby","backup":"standby"})',
    '3: consumers are sent to primary, which does not publish',
    '4: consumers are sent to primary, which does not publish',
  ]);
});
