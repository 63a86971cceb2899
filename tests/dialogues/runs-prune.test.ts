// `mdops runs prune` as an operator meets it: what would go, what went, what stays and why; killed at any moment.

import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startSlack } from '../../lib/sim/stand-ins/slack.ts';
import { mdops, outcomeOf, type Ran, startMdops } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const directory = temporaryDirectories('prune-dialogue');
const CONFIG = [
  'retention:',
  '  runs: { max_age: 400d, most: 3, least: 2 }',
  '  logs: { max_age: 1h, most: 1000, least: 0 }',
];

function run(cwd: string, words: readonly string[]): Promise<Ran> {
  return mdops([...words, '--config', 'mdops.yaml'], { cwd, env: { MDOPS_STATE_DIR: 'state' } });
}

async function withRuns(count: number): Promise<string> {
  const cwd = directory();
  writeFileSync(join(cwd, 'mdops.yaml'), `${CONFIG.join('\n')}\n`);
  for (let at = 0; at < count; at += 1) await run(cwd, ['automation', 'on', '--reason', `try ${at}`]);
  return cwd;
}

const journalOf = (cwd: string) =>
  readdirSync(join(cwd, 'state/journal/automation')).filter((name) => /ndjson/.test(name));

test('a dry run names what would go and removes nothing; the real run removes that, and the chain proves whole', async () => {
  const cwd = await withRuns(6);
  const log = join(cwd, 'logs/runbooks', readdirSync(join(cwd, 'logs/runbooks'))[0] ?? '');
  utimesSync(log, 1_000, 1_000);

  const planned = await run(cwd, ['runs', 'prune', '--dry-run']);
  expect([planned.exit, planned.stderr]).toEqual([
    0,
    expect.stringContaining('remove what retention lets go: planned'),
  ]);
  expect(planned.stdout).toMatch(/^TARGET +GOES +STAYS +WHY\nautomation +3 +0$/m);
  expect(planned.stdout).toMatch(/3 runs and 1 log \(.*\) would be removed/);
  expect([journalOf(cwd).length, existsSync(log)]).toEqual([6, true]);

  const pruned = await run(cwd, ['runs', 'prune', '--json']);
  expect(pruned.exit, pruned.stderr).toBe(0);
  expect(JSON.parse(pruned.stdout)).toMatchObject({
    schema: 'mdops.retention/1',
    runs: 3,
    logs: { files: 1 },
    problems: [],
    exit_code: 0,
  });
  expect([journalOf(cwd).length, existsSync(log)]).toEqual([3, false]);

  const verified = await run(cwd, ['runs', 'verify']);
  expect([verified.exit, verified.stdout]).toEqual([
    0,
    expect.stringMatching(/of 4 runs, after 3 that retention removed: every checksum and link holds\n$/),
  ]);
  const again = await run(cwd, ['runs', 'prune']);
  expect([again.exit, again.stdout]).toEqual([0, 'nothing to remove\n']);
});

test('killed at any moment it leaves a chain that proves whole, and the next one ends the work', async () => {
  const cwd = await withRuns(12);
  for (const afterMs of [40, 55, 65, 75, 90]) {
    const child = startMdops(['runs', 'prune', '--config', 'mdops.yaml'], { cwd, env: { MDOPS_STATE_DIR: 'state' } });
    const timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
    await outcomeOf(child);
    clearTimeout(timer);
    const verified = await run(cwd, ['runs', 'verify']);
    expect(verified.exit, verified.stdout).toBe(0);
  }
  expect((await run(cwd, ['runs', 'prune'])).exit).toBe(0);
  expect(journalOf(cwd)).toHaveLength(3);
  // Prunings that were killed late enough are ended runs themselves, and may be removed in their turn.
  const removed = /after (\d+) that retention removed/.exec((await run(cwd, ['runs', 'verify'])).stdout)?.[1];
  expect(Number(removed)).toBeGreaterThanOrEqual(9);
});

test('mistakes in what is kept are found before anything goes', async () => {
  const cwd = await withRuns(1);
  writeFileSync(join(cwd, 'mdops.yaml'), 'retention:\n  runs: { max_age: 30m, mosst: 3 }\n');
  const ran = await run(cwd, ['runs', 'prune']);
  expect(ran.exit).toBe(78);
  expect(ran.stderr).toContain('did you mean "most"?');
  expect(ran.stderr).toContain('of at least 1h');
  expect(journalOf(cwd)).toHaveLength(1);
});

test('where the chat message of a run stands is forgotten in its time', async () => {
  const cwd = await withRuns(0);
  const slack = await startSlack({ botToken: 'xoxb-1' });
  const env = { MDOPS_STATE_DIR: 'state', SLACK_BOT_TOKEN: 'xoxb-1', SLACK_API_URL: slack.apiUrl };
  await mdops(['start-live-env', 'start', '--config', 'mdops.yaml', '--yes'], { cwd, env });
  await slack.close();
  const places = join(cwd, 'state/state/slack');
  const [place = '', ...others] = readdirSync(places);
  expect([place, others]).toEqual([expect.stringMatching(/^run.+\.json$/), []]);
  await run(cwd, ['runs', 'prune']);
  expect(readdirSync(places)).toEqual([place]);
  utimesSync(join(places, place), 1_000, 1_000);
  await run(cwd, ['runs', 'prune']);
  expect(readdirSync(places)).toEqual([]);
});
