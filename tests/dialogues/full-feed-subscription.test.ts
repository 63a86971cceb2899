// `full-feed-subscription` as an operator meets it: what is said, what is left behind.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { liveWorld, reportOf, SYMBOLS } from '../support/live-world.ts';
import type { Ran } from '../support/mdops.ts';

const live = liveWorld('full-feed');

function subscribe(...words: string[]): Promise<Ran> {
  return live.command('full-feed-subscription', '--control-plane', live.server.url, ...words);
}

function addContracts(count: number): void {
  live.service.symbols.push(...Array.from({ length: count }, (_, i) => `x${i}.INE`));
}

function readArtifacts(folder: string): string[] {
  return readdirSync(folder).sort();
}

describe('what an operator reads', () => {
  test('subscribes what is not active, and unsubscribes nothing', async () => {
    for (const symbol of ['rb2605.SHFE', 'm2605.DCE']) live.service.held.delete(symbol);
    live.service.held.set('gone.SHFE', { symbol: 'gone.SHFE', id: 's', tickMs: Date.now() });
    const ran = await subscribe();
    expect(ran.exit, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(
      /^✓ subscribed 2 of 2 contracts in \S+\n6 of 6 contracts selected, 4 active already\nsummary: \S+summary\.json\n$/,
    );
    expect(live.service.requests).toEqual([['rb2605.SHFE', 'm2605.DCE']]);
    expect([...live.service.held.keys()].sort()).toEqual([...SYMBOLS, 'gone.SHFE'].sort());
  });

  test('is told of a long run by one line now and then, and the log file of every batch', async () => {
    live.service.held.clear();
    const ran = await subscribe('--batch-size', '1', '--rate-limit-max', '4', '--rate-limit-window', '1.1');
    expect(ran.exit, ran.stderr).toBe(0);
    expect(ran.stderr).toMatch(/^ +\S+ {2}subscribed \d of 6 in \d requests$/m);
    expect(ran.stderr).not.toContain('batch');
    const batches = live.events('step_finished').filter(({ message }) => String(message).startsWith('batch '));
    expect(batches).toHaveLength(6);
  });

  test('is told once why a run was stopped, not for each batch', async () => {
    live.service.held.clear();
    live.service.behaviour.subscribe = '<html>';
    const ran = await subscribe('--batch-size', '1');
    expect(ran.exit).toBe(2);
    expect(ran.stdout).toContain('6 left, stopped: Cannot use the answer of md.subscribe.bulk');
    expect(ran.stderr).not.toContain('batch');
    expect(live.events('step_failed').length).toBeGreaterThan(1);
  });

  test('has nothing to do when everything is active', async () => {
    const ran = await subscribe();
    expect(ran.exit).toBe(0);
    expect(ran.stdout).toContain('nothing to subscribe: 6 of 6 selected contracts are active');
    expect(live.service.requests).toEqual([]);
  });

  test('names what was rejected, and the health check can leave it out', async () => {
    live.service.behaviour.refused = new Map([['m2605.DCE', 'not tradable']]);
    for (const symbol of ['rb2605.SHFE', 'm2605.DCE']) live.service.held.delete(symbol);
    const ran = await subscribe();
    expect(ran.exit).toBe(1);
    expect(ran.stdout).toContain('! subscribed 1 of 2 contracts');
    expect(ran.stdout).toContain('  rejected: m2605.DCE: not tradable');
    const file = /--ignore (\S+)/.exec(ran.stdout)?.[1] ?? '';
    const checked = await live.check('--ignore', file);
    expect(reportOf(checked)).toMatchObject({ exit_code: 0, ignored_total: 1, missing_contracts: [] });
  });

  test('the help names every flag, its unit and its default', async () => {
    const { stdout, exit } = await live.command('full-feed-subscription', '--help');
    expect(exit).toBe(0);
    for (const flag of ['include <GLOB>', 'exclude <GLOB>', 'limit <N>', 'batch-size <N>', 'rate-limit-max <N>'])
      expect(stdout).toContain(`--${flag}`);
    for (const flag of ['rate-limit-window <SECONDS>', 'max-retries <N>', 'metrics-port <PORT>', 'output-dir <DIR>'])
      expect(stdout).toContain(`--${flag}`);
    expect(stdout).toMatch(/--metrics-host <HOST> .*127\.0\.0\.1/);
    expect(stdout).toContain('Exit: 0 all accepted, 1 some rejected or given up, 2 failed, 3 could not look.');
  });

  test('a pattern that matches nothing is said, and the rest is done', async () => {
    live.service.held.clear();
    const ran = await subscribe('--include', '*.SHFE', '--include', '*.SHEF', '--exclude', 'au*');
    expect(ran.exit).toBe(0);
    expect(ran.stderr).toContain('matches no contract: "*.SHEF"');
    expect(live.service.requests).toEqual([['rb2605.SHFE']]);
  });

  test('--limit takes the first of the catalogue', async () => {
    live.service.held.clear();
    const ran = await subscribe('--limit', '2');
    expect(ran.stdout).toContain('6 of 6 contracts selected, 0 active already, 4 beyond the limit');
    expect(live.service.requests).toEqual([SYMBOLS.slice(0, 2)]);
  });
});

const MISTAKES: Record<string, [readonly string[], RegExp]> = {
  'a pattern without its bracket': [
    ['--include', 'rb[2.SHFE'],
    /pattern "rb\[2\.SHFE": "\[" at character 3 has no end/,
  ],
  'an empty pattern': [['--exclude', ''], /--exclude wants a value that is not empty/],
  'patterns that select nothing': [['--include', '*.NYMEX'], /none of 6 symbols is selected/],
  'a batch of none': [['--batch-size', '0'], /--batch-size wants a whole number from 1 to 10000/],
  'a window of no time': [['--rate-limit-window', '0'], /rate-limit-window/],
};

test.each(Object.keys(MISTAKES))('%s is a mistake of usage, and nothing is sent', async (name) => {
  const [words, said] = MISTAKES[name]!;
  live.service.held.clear();
  const ran = await subscribe(...words);
  expect([64, 78]).toContain(ran.exit);
  expect(ran.stderr).toMatch(said);
  expect(live.service.requests).toEqual([]);
});

const BLIND: Record<string, [() => void, RegExp]> = {
  'an empty catalogue': [
    () => (live.service.behaviour.contracts = { symbols: [], source: 'empty' }),
    /knows no contracts/,
  ],
  'a catalogue that is no JSON': [() => (live.service.behaviour.contracts = 'oops'), /which contracts there are/],
  'a source that reports an error': [
    () => (live.service.behaviour.active = { subscriptions: [], total: 0, source: 'error', error: 'gateway down' }),
    /what is subscribed.*gateway down/,
  ],
  'a source that cannot tell': [
    () => (live.service.behaviour.active = { subscriptions: [], total: 0, source: 'unsupported' }),
    /what is subscribed/,
  ],
  'a list that is cut off': [
    () =>
      (live.service.behaviour.active = {
        subscriptions: ['a.X'],
        total: 9,
        truncated: true,
        source: 'market-data-service',
      }),
    /cut off: 1 of 9/,
  ],
};

test.each(Object.keys(BLIND))('%s is "could not look", and nothing is sent', async (name) => {
  const [arrange, said] = BLIND[name]!;
  live.service.held.clear();
  arrange();
  const ran = await subscribe();
  expect(ran.exit, ran.stderr).toBe(3);
  expect(ran.stderr).toMatch(said);
  expect(live.service.requests).toEqual([]);
});

test('nobody at the address is "could not look"', async () => {
  const ran = await live.command('full-feed-subscription', '--control-plane', 'nats://127.0.0.1:9');
  expect(ran.exit).toBe(3);
});

describe('batches', () => {
  test('a dry run shows the batches of the real run, sends nothing, writes nothing but its log', async () => {
    live.service.held.clear();
    const planned = await subscribe('-n', '--batch-size', '4', '--json');
    expect(reportOf(planned)).toMatchObject({
      exit_code: 0,
      planned: { contracts: 6, requests: 2, batches: [SYMBOLS.slice(0, 4), SYMBOLS.slice(4)] },
    });
    expect(live.service.requests).toEqual([]);
    expect(readdirSync(live.cwd).sort()).toEqual(['config', 'logs']);
    expect(readArtifacts(join(live.cwd, 'logs/runbooks')).every((name) => name.endsWith('.log'))).toBe(true);
    const real = reportOf(await subscribe('--batch-size', '4', '--json'));
    expect(real.run.plan_hash).toBe(reportOf(planned).run.plan_hash);
  });

  test('each leaves an artifact, and the run a summary, where --output-dir says', async () => {
    live.service.held.clear();
    live.service.behaviour.refused = new Map([['i2605.DCE', 'halted']]);
    const report = reportOf(await subscribe('--batch-size', '3', '--output-dir', 'out', '--json'));
    expect(report.artifacts).toContain(join(live.cwd, 'out'));
    expect(readArtifacts(report.artifacts)).toEqual([
      'batch-00001.json',
      'batch-00002.json',
      'plan.json',
      'summary.json',
    ]);
    const second = JSON.parse(readFileSync(join(report.artifacts, 'batch-00002.json'), 'utf8'));
    const rest = SYMBOLS.slice(3);
    expect(second).toEqual({
      batch: 2,
      symbols: rest,
      accepted: rest.filter((symbol) => symbol !== 'i2605.DCE'),
      rejected: [{ symbol: 'i2605.DCE', reason: 'halted' }],
      failed: [],
    });
    const summary = JSON.parse(readFileSync(join(report.artifacts, 'summary.json'), 'utf8'));
    expect(summary).toMatchObject({
      schema: 'mdops.subscription/1',
      accepted_total: 5,
      rejected: [{ symbol: 'i2605.DCE', reason: 'halted' }],
      rate_limit_hits: 0,
      exit_code: 1,
    });
  });

  test('that time out are split until the poisoned contract stands alone, and only it is given up', async () => {
    live.service.held.clear();
    live.service.behaviour.isSilentTo = (symbols) => symbols.includes('m2605.DCE');
    live.configure('subscription: { request_timeout: 150ms }\n');
    const report = reportOf(await subscribe('--max-retries', '1', '--json'));
    expect(report).toMatchObject({
      exit_code: 1,
      accepted_total: 5,
      rejected: [],
      failed: [{ symbol: 'm2605.DCE', reason: 'timed out' }],
    });
    expect(report.splits).toBeGreaterThan(0);
  });

  test('that nobody answers end the run after a bounded number of requests', async () => {
    live.service.held.clear();
    addContracts(400);
    live.service.behaviour.isSilentTo = () => true;
    live.configure('subscription: { request_timeout: 20ms }\n');
    const ran = await subscribe('--max-retries', '0', '--batch-size', '8');
    expect(ran.exit).toBe(2);
    expect(ran.stdout).toMatch(/left, stopped: 16 requests in a row had no answer/);
    expect(live.service.requests.length).toBeLessThanOrEqual(20);
  });

  test('that a service cannot read end the run at once', async () => {
    live.service.held.clear();
    live.service.behaviour.subscribe = { error: 'no such command' };
    const ran = await subscribe('--json');
    expect(ran.exit).toBe(2);
    expect(reportOf(ran)).toMatchObject({ accepted_total: 0, left_over_total: 6 });
    expect(live.service.requests).toHaveLength(1);
  });
});
