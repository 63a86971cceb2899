// `full-feed-subscription` as a built program against servers: rate limits, exporter, HTTP, two runs at once.

import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type SeenRequest, startFaultServer } from '../../lib/sim/fault-server.ts';
import { eventually } from '../support/eventually.ts';
import { liveWorld, reportOf } from '../support/live-world.ts';
import { outcomeOf, type Ran, startMdops } from '../support/mdops.ts';
import { startPushgateway } from '../support/real-pushgateway.ts';

const live = liveWorld('full-feed-rate');

function subscribe(...words: string[]): Promise<Ran> {
  return live.command('full-feed-subscription', '--control-plane', live.server.url, ...words);
}

function addContracts(count: number): void {
  live.service.symbols.push(...Array.from({ length: count }, (_, i) => `x${i}.INE`));
}

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
