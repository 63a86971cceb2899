// The Pushgateway client against the real one and against everything that is none.

import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { METRIC } from '../../../lib/base/metric-names.ts';
import { createPushgateway, type Pushgateway, toGrouping } from '../../../lib/clients/pushgateway/pushgateway.ts';
import type { Locks } from '../../../lib/effects/locks.ts';
import { createClock } from '../../../lib/effects/real-clock.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { createHttp } from '../../../lib/effects/real-http.ts';
import { createRandom } from '../../../lib/effects/real-random.ts';
import { createMetricsSender, metricsBody } from '../../../lib/services/metrics/deliver.ts';
import { createGroupStore } from '../../../lib/services/metrics/groups.ts';
import { createMetrics } from '../../../lib/services/metrics/metrics.ts';
import { createSpool } from '../../../lib/services/spool/spool.ts';
import { FAULT_KINDS, type FaultKind, type FaultServer, startFaultServer } from '../../../lib/sim/fault-server.ts';
import { type RealPushgateway, startPushgateway } from '../../support/real-pushgateway.ts';
import { remoteFor } from '../../support/remotes.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const BOUNDS = { maxAgeMs: 7 * 86_400_000, maxRecords: 10_000 };
const directory = temporaryDirectories('pushgateway');
const http = createHttp({ transport: 'one-shot' });
const gateways: RealPushgateway[] = [];
const servers: FaultServer[] = [];
beforeAll(async () => {
  gateways.push(await startPushgateway());
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(async () => {
  for (const gateway of gateways) await gateway.stop();
  await http.close();
});

const real = (): RealPushgateway => gateways[0]!;

function client(url: string, timeoutMs = 2_000): Pushgateway {
  return createPushgateway({ remote: remoteFor(http, 'pushgateway'), url, timeoutMs });
}

test('a gateway that was restarted gets every group again with the next push of any', async () => {
  const first = await startPushgateway();
  const port = Number(new URL(first.url).port);
  const path = directory();
  let nowMs = 0;
  const pushFor = async (job: string): Promise<void> => {
    const metrics = createMetrics();
    metrics.set(METRIC.missingTotal, 1);
    const spool = spoolAt(path, first.url, () => nowMs);
    await spool.add(metricsBody({ group: { job, environment: 'live' }, mode: 'run', series: metrics.series() }));
    await spool.flush();
  };
  await pushFor('check-feed-health');
  await first.stop();
  const second = await startPushgateway(port);
  gateways.push(second);
  nowMs += 3_600_000;
  await pushFor('failover');
  const jobs = (await client(second.url).groups()).map(({ job }) => job).sort();
  expect(jobs).toEqual(['check-feed-health', 'failover']);
});

describe('the real gateway', () => {
  test('takes a group, replaces it whole, adds to it, lists it and forgets it', async () => {
    const gateway = client(real().url);
    const grouping = { job: 'failover', labels: { environment: 'sim', target: 'ctp' } };
    expect(await gateway.put(grouping, 'a 1\nb 2\n')).toEqual({ ok: true });
    expect(await gateway.put(grouping, 'b 3\n')).toEqual({ ok: true });
    expect(await gateway.add(grouping, 'c 4\n')).toEqual({ ok: true });
    const text = await real().scrape();
    expect(text).not.toMatch(/^a\{/m);
    expect(text).toContain('b{environment="sim",instance="",job="failover",target="ctp"} 3');
    expect(text).toContain('c{environment="sim",instance="",job="failover",target="ctp"} 4');
    expect(await gateway.groups()).toEqual([{ job: 'failover', environment: 'sim', target: 'ctp' }]);
    expect(await gateway.remove(grouping)).toEqual({ ok: true });
    expect(await gateway.groups()).toEqual([]);
  });

  test('reads back any grouping value: slashes, nothing, dots, percent signs, quotes, other scripts', async () => {
    const gateway = client(real().url);
    const values = [
      'a/b',
      '',
      '..',
      '.',
      '%2F',
      'a b',
      '"\\',
      '沪铜',
      'a@b',
      '/',
      '?x=1#y',
      '=',
      'ctp-1.example:41205',
    ];
    for (const target of [...values, ...fc.sample(fc.string({ unit: 'binary-ascii' }), { numRuns: 30, seed: 3 })]) {
      const grouping = { job: 'check/feed health', labels: { target } };
      expect(await gateway.put(grouping, 'x 1\n'), target).toEqual({ ok: true });
      const [group] = await gateway.groups();
      expect([group?.['job'], group?.['target'] ?? ''], target).toEqual(['check/feed health', target]);
      expect(await gateway.remove(grouping)).toEqual({ ok: true });
      // It answers before it has removed the group.
      await expect.poll(() => gateway.groups(), { message: target, timeout: 5_000 }).toEqual([]);
    }
  });

  test('refuses with its own words, and that is not worth a retry', async () => {
    const gateway = client(real().url);
    await gateway.put({ job: 'a' }, '# TYPE x counter\nx 1\n');
    const refused = await gateway.put({ job: 'b' }, '# TYPE x gauge\nx 1\n');
    expect(refused).toMatchObject({ ok: false, retryable: false, code: 'remote refused the request' });
    expect(refused.ok ? '' : refused.reason).toMatch(/x.*(?:type|inconsistent|COUNTER)/i);
    await gateway.remove({ job: 'a' });
  });

  test('a group without a job never leaves', async () => {
    expect(await client(real().url).put({ job: '' }, 'x 1\n')).toMatchObject({ ok: false, retryable: false });
  });

  test('everything a run collects is accepted', async () => {
    const metrics = createMetrics();
    metrics.set(METRIC.coverageRatio, 0.995, { feed: 'primary', account: 'a"b\n', session_window: 'day' });
    metrics.increment(METRIC.rateLimitHits, { feed: 'primary' }, 2);
    metrics.observe(METRIC.alertDeliveryDuration, 7, { delivery_method: 'slack' });
    const group = { job: 'check-feed-health', environment: 'sim' };
    const spool = spoolAt(directory(), real().url);
    await spool.add(metricsBody({ group, mode: 'run', series: metrics.series() }));
    expect(await spool.flush()).toMatchObject({ delivered: 1, kept: 0, problems: [] });
    const text = await real().scrape();
    expect(text).toContain(
      'md_rate_limit_hits{environment="sim",feed="primary",instance="",job="check-feed-health"} 2',
    );
    expect(text).toMatch(/alert_delivery_duration_seconds_bucket\{[^}]*le="10"\} 1/);
    await client(real().url).remove(toGrouping(group));
  });
});

test('a gateway that was away gets, on its return, what every finished run had to say', async () => {
  const first = await startPushgateway();
  const port = Number(new URL(first.url).port);
  const path = directory();
  await first.stop();
  for (let run = 0; run < 3; run += 1) {
    for (const job of ['check-feed-health', 'failover']) {
      const metrics = createMetrics();
      metrics.set(METRIC.missingTotal, run);
      metrics.increment(METRIC.rateLimitHits, {}, 1);
      const spool = spoolAt(path, first.url);
      const group = { job, environment: 'live' };
      await spool.add(metricsBody({ group, mode: 'run', series: metrics.series() }));
      expect(await spool.flush()).toMatchObject({ delivered: 0 });
    }
  }
  const second = await startPushgateway(port);
  gateways.push(second);
  expect(await spoolAt(path, second.url).flush()).toMatchObject({ delivered: 2, kept: 0 });
  const text = await second.scrape();
  for (const job of ['check-feed-health', 'failover']) {
    expect(text).toContain(`md_subscription_missing_total{environment="live",instance="",job="${job}"} 2`);
    expect(text).toContain(`md_rate_limit_hits{environment="live",instance="",job="${job}"} 3`);
  }
});

/** What a push means: everything is worth another try but what the gateway itself did not like. */
const meaningOf = (kind: FaultKind): string => (kind === 'accepted' ? 'taken' : kind === '400' ? 'never' : 'later');

test.each(FAULT_KINDS)('an address that does "%s" is understood within its time', async (kind) => {
  const server = await startFaultServer(kind);
  servers.push(server);
  const startedMs = performance.now();
  const delivery = await client(server.url, 300).put({ job: 'x' }, 'a 1\n');
  expect(performance.now() - startedMs).toBeLessThan(1_500);
  const meaning = delivery.ok ? 'taken' : delivery.retryable ? 'later' : 'never';
  expect(meaning).toBe(meaningOf(kind));
});

function spoolAt(path: string, url: string, nowMs = () => 0) {
  const files = createFiles();
  const free: Locks = {
    acquire: async () => ({ held: true, release: async () => undefined }),
    isHeld: async () => false,
  };
  const spool = createSpool({
    files,
    clock: createClock(),
    random: createRandom(),
    locks: free,
    directory: `${path}/spool`,
    run: { id: 'r', command: 'c', operator: 'o', host: 'h' },
    pid: 1,
    bounds: BOUNDS,
  });
  const gateway = client(url, 500);
  const sender = createMetricsSender({
    store: createGroupStore(files, `${path}/groups`),
    push: (group, text, signal) => gateway.put(toGrouping(group), text, signal),
    startedAt: (signal) => gateway.startedAt(signal),
    nowMs,
  });
  return {
    add: (body: ReturnType<typeof metricsBody>) => spool.add('metrics', body),
    flush: () => spool.flush({ metrics: sender }, new AbortController().signal),
  };
}
