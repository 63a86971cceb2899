// `full-feed-subscription` as an operator meets it: a live environment over NATS and HTTP, what is said, what is left.

import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type SeenRequest, startFaultServer } from '../../lib/sim/fault-server.ts';
import { eventually } from '../support/eventually.ts';
import { liveWorld, reportOf, SYMBOLS } from '../support/live-world.ts';
import { outcomeOf, type Ran, startMdops } from '../support/mdops.ts';
import { startPushgateway } from '../support/real-pushgateway.ts';

const live = liveWorld('full-feed');

function subscribe(...words: string[]): Promise<Ran> {
  return live.command('full-feed-subscription', '--control-plane', live.server.url, ...words);
}

function addContracts(count: number): string[] {
  const added = Array.from({ length: count }, (_, i) => `x${i}.INE`);
  live.service.symbols.push(...added);
  return added;
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

describe('the rate limit', () => {
  test('is kept so that a server that enforces exactly it never refuses', async () => {
    addContracts(200);
    live.service.behaviour.rateLimit = { max: 50, windowMs: 300 };
    const words = ['--batch-size', '20', '--rate-limit-max', '50', '--rate-limit-window', '0.3', '--json'];
    const ran = await subscribe(...words);
    expect(reportOf(ran)).toMatchObject({ exit_code: 0, accepted_total: 200, rate_limit_hits: 0, retries: 0 });
    expect(live.service.rateLimited()).toBe(0);
    // Four windows: the last of them begins three windows after the first.
    expect(reportOf(ran).duration_ms).toBeGreaterThanOrEqual(900);
  });

  test('of a stricter server is met, waited for, counted and pushed', async () => {
    const gateway = await startPushgateway();
    addContracts(40);
    live.service.behaviour.rateLimit = { max: 20, windowMs: 300 };
    live.configure(`remotes: { pushgateway: { url: "${gateway.url}" } }\n`);
    const report = reportOf(await subscribe('--rate-limit-window', '0.3', '--session-window', 'night', '--json'));
    expect(report).toMatchObject({ exit_code: 0, accepted_total: 40, rejected: [], failed: [] });
    expect(report.rate_limit_hits).toBeGreaterThan(0);
    const text = await gateway.scrape();
    await gateway.stop();
    const hits = /^md_rate_limit_hits\{account="default",.*feed="primary",.*session_window="night".*\} (\d+)$/m.exec(
      text,
    );
    expect(Number(hits?.[1])).toBe(report.rate_limit_hits);
    expect(text).not.toContain('md_subscription_coverage_ratio');
  });
});

describe('the exporter', () => {
  const SLOWLY = ['--batch-size', '2', '--rate-limit-max', '2', '--rate-limit-window', '0.4'];

  test('shows coverage, hits, retries and a heartbeat while the run lasts, and is gone after it', async () => {
    live.service.held.clear();
    const words = ['full-feed-subscription', '--control-plane', live.server.url, ...SLOWLY, '--metrics-port', '0'];
    const child = startMdops(words, { cwd: live.cwd });
    let said = '';
    child.stderr?.on('data', (chunk) => {
      said += String(chunk);
    });
    const ended = outcomeOf(child);
    const url = await eventually(
      'the address',
      20_000,
      () => /metrics at (http:\/\/127\.0\.0\.1:\d+\/metrics)/.exec(said)?.[1],
    );
    const text = await (await fetch(url)).text();
    const ratio = Number(/^md_subscription_coverage_ratio\{.*\} (\S+)$/m.exec(text)?.[1]);
    expect(ratio).toBeLessThan(1);
    expect(text).toMatch(/^md_rate_limit_hits\{.*\} 0$/m);
    expect(text).toMatch(/^md_subscription_retries_total\{.*\} 0$/m);
    const beat = Number(/^md_subscription_heartbeat_timestamp_seconds\{.*\} (\S+)$/m.exec(text)?.[1]);
    expect(Math.abs(Date.now() / 1_000 - beat)).toBeLessThan(10);
    expect((await fetch(url.replace('/metrics', '/other'))).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    expect((await ended).exit).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  test('whose port is taken is said and does not stop the work', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    const port = await eventually('a port', 5_000, () => (other.address() as { port: number } | null)?.port);
    live.service.held.clear();
    const ran = await subscribe('--metrics-port', String(port));
    other.close();
    expect(ran.exit).toBe(0);
    expect(ran.stderr).toContain(`Cannot show metrics at 127.0.0.1:${port}: the port is taken`);
  });
});

test('the same over HTTP', async () => {
  const bodies: string[] = [];
  const server = await startFaultServer(({ path, body }: SeenRequest) => {
    if (path === '/control/md.contracts.list')
      return { status: 200, body: '{"symbols":["a.X","b.X"],"source":"cache"}' };
    if (path === '/control/md.subscriptions.active')
      return { status: 200, body: '{"subscriptions":["a.X"],"total":1,"source":"market-data-service"}' };
    bodies.push(body);
    return { status: 200, body: '{"accepted":["b.X"],"rejected":[]}' };
  });
  const ran = await live.command('full-feed-subscription', '--control-plane', server.url);
  await server.close();
  expect(ran.exit, ran.stderr).toBe(0);
  expect(bodies).toEqual(['{"symbols":["b.X"]}']);
});

test('two runs at once: the second is told who holds the feed', async () => {
  addContracts(30);
  const words = ['full-feed-subscription', '--control-plane', live.server.url, '--batch-size', '5'];
  const slowly = ['--rate-limit-max', '5', '--rate-limit-window', '0.5'];
  const first = outcomeOf(startMdops([...words, ...slowly], { cwd: live.cwd }));
  await eventually('the first request', 20_000, () => live.service.requests[0]);
  const second = await subscribe();
  expect(second.exit).toBe(75);
  expect((await first).exit).toBe(0);
});
