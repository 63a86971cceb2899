// Metrics on their way to the gateway: nothing lost, nothing counted twice, whatever dies when.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../../lib/base/delivery.ts';
import { METRIC } from '../../../lib/base/metric-names.ts';
import type { Files } from '../../../lib/effects/files.ts';
import type { Locks } from '../../../lib/effects/locks.ts';
import { createClock } from '../../../lib/effects/real-clock.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { createRandom } from '../../../lib/effects/real-random.ts';
import { createMetricsSender, metricsBody, type PushGroup } from '../../../lib/services/metrics/deliver.ts';
import { createGroupStore } from '../../../lib/services/metrics/groups.ts';
import { createMetrics, type Metrics } from '../../../lib/services/metrics/metrics.ts';
import { groupKey, type MetricGroup } from '../../../lib/services/metrics/series.ts';
import { createSpool, type FlushReport } from '../../../lib/services/spool/spool.ts';
import { crashAt } from '../../support/crashing-files.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const BOUNDS = { maxAgeMs: 7 * 86_400_000, maxRecords: 10_000 };
const directory = temporaryDirectories('deliver');
const FREE: Locks = {
  acquire: async () => ({ held: true, release: async () => undefined }),
  isHeld: async () => false,
};
const signal = new AbortController().signal;
const GROUP: MetricGroup = { job: 'check-feed-health', environment: 'live' };
const DOWN: Delivery = { ok: false, retryable: true, reason: 'connection refused', code: 'http connection refused' };

/** A gateway in memory: PUT replaces a group. */
function gateway(): { groups: Map<string, string>; answer: Delivery; readonly push: PushGroup; pushes: number } {
  const made = {
    groups: new Map<string, string>(),
    answer: { ok: true } as Delivery,
    pushes: 0,
    push: async (group: MetricGroup, text: string) => {
      made.pushes += 1;
      if (made.answer.ok) made.groups.set(groupKey(group), text);
      return made.answer;
    },
  };
  return made;
}

function samples(fill: (metrics: Metrics) => void): Metrics {
  const metrics = createMetrics();
  fill(metrics);
  return metrics;
}

/** One process: what it spools and what it flushes. */
function program(path: string, push: PushGroup, files: Files = createFiles()) {
  const spool = createSpool({
    files,
    clock: createClock(),
    random: createRandom(),
    locks: FREE,
    directory: `${path}/spool`,
    run: { id: 'r', command: 'c', operator: 'o', host: 'h' },
    pid: 1,
    bounds: BOUNDS,
  });
  const sender = createMetricsSender({
    store: createGroupStore(files, `${path}/groups`),
    push,
    startedAt: async () => null,
    nowMs: () => 0,
  });
  return {
    record: (metrics: Metrics, mode: 'run' | 'note' = 'run', group = GROUP) =>
      spool.add('metrics', metricsBody({ group, mode, series: metrics.series() })),
    flush: (): Promise<FlushReport> => spool.flush({ metrics: sender }, signal),
  };
}

function sampleOf(text: string | undefined, name: string): number | undefined {
  const line = text?.split('\n').find((one) => one.startsWith(name) && !one.startsWith('#'));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
}

test('counters add up over runs, gauges are of the last run, timestamps stay', async () => {
  const path = directory();
  const g = gateway();
  const p = program(path, g.push);
  await p.record(
    samples((m) => {
      m.set(METRIC.coverageRatio, 0.9);
      m.set(METRIC.runbookLastSuccess, 100);
      m.increment(METRIC.rateLimitHits, { feed: 'primary' }, 3);
      m.observe(METRIC.alertDeliveryDuration, 2, { delivery_method: 'slack' });
    }),
  );
  await p.flush();
  await p.record(
    samples((m) => {
      m.set(METRIC.missingTotal, 4);
      m.increment(METRIC.rateLimitHits, { feed: 'primary' }, 4);
      m.observe(METRIC.alertDeliveryDuration, 8, { delivery_method: 'slack' });
    }),
  );
  await p.flush();
  const text = g.groups.get(groupKey(GROUP));
  expect(sampleOf(text, METRIC.rateLimitHits)).toBe(7);
  expect(sampleOf(text, `${METRIC.alertDeliveryDuration}_sum`)).toBe(10);
  expect(sampleOf(text, METRIC.missingTotal)).toBe(4);
  expect(sampleOf(text, METRIC.runbookLastSuccess)).toBe(100);
  // A check that could not look leaves no old coverage standing.
  expect(sampleOf(text, METRIC.coverageRatio)).toBe(undefined);
});

test('a refused run adds its note and overwrites nothing', async () => {
  const g = gateway();
  const p = program(directory(), g.push);
  await p.record(samples((m) => m.set(METRIC.runbookExitCode, 2, { command: 'c', environment: 'live' })));
  await p.flush();
  const refused = { command: 'c', environment: 'live', reason: 'busy' };
  await p.record(
    samples((m) => m.set(METRIC.runbookLastRefused, 5, refused)),
    'note',
  );
  await p.flush();
  expect(sampleOf(g.groups.get(groupKey(GROUP)), METRIC.runbookExitCode)).toBe(2);
  expect(sampleOf(g.groups.get(groupKey(GROUP)), METRIC.runbookLastRefused)).toBe(5);
});

test('a day of hourly runs against a dead gateway ends in one push of the newest truth', async () => {
  const g = gateway();
  g.answer = DOWN;
  const p = program(directory(), g.push);
  for (let hour = 0; hour < 24; hour += 1) {
    await p.record(
      samples((m) => {
        m.set(METRIC.missingTotal, hour);
        m.increment(METRIC.rateLimitHits, {}, 1);
      }),
    );
    expect(await p.flush()).toMatchObject({ delivered: 0, kept: 1, problems: ['connection refused'] });
  }
  g.answer = { ok: true };
  g.pushes = 0;
  expect(await p.flush()).toMatchObject({ delivered: 1, kept: 0, problems: [] });
  expect(g.pushes).toBe(1);
  expect(sampleOf(g.groups.get(groupKey(GROUP)), METRIC.missingTotal)).toBe(23);
  expect(sampleOf(g.groups.get(groupKey(GROUP)), METRIC.rateLimitHits)).toBe(24);
});

test('the route has one owner: the newest command that sets it, across groups of its environment only', async () => {
  const g = gateway();
  const p = program(directory(), g.push);
  const active = (feed: string, other: string): Metrics =>
    samples((m) => {
      m.set(METRIC.activeFeed, 1, { feed });
      m.set(METRIC.activeFeed, 0, { feed: other });
      m.set(METRIC.sessionStartupDuration, 5);
    });
  const start: MetricGroup = { job: 'start-live-env', environment: 'live' };
  const failover: MetricGroup = { job: 'failover', environment: 'live', target: 'ctp' };
  const drill: MetricGroup = { job: 'failover', environment: 'sim' };
  await p.record(active('primary', 'backup'), 'run', start);
  await p.record(active('primary', 'backup'), 'run', drill);
  await p.flush();
  await p.record(active('backup', 'primary'), 'run', failover);
  await p.flush();
  expect(g.groups.get(groupKey(start))).not.toContain(METRIC.activeFeed);
  expect(g.groups.get(groupKey(start))).toContain(METRIC.sessionStartupDuration);
  expect(g.groups.get(groupKey(failover))).toContain('md_active_feed{feed="backup"} 1');
  expect(g.groups.get(groupKey(drill))).toContain('md_active_feed{feed="primary"} 1');
});

test('what the gateway refuses for good is dropped with its words and does not block the other groups', async () => {
  const g = gateway();
  const path = directory();
  const bad: MetricGroup = { job: 'bad', environment: 'live' };
  const push: PushGroup = async (group, text, s) =>
    group.job === 'bad'
      ? { ok: false, retryable: false, code: 'refused', reason: 'inconsistent type' }
      : g.push(group, text, s);
  const p = program(path, push);
  await p.record(
    samples((m) => m.set(METRIC.missingTotal, 1)),
    'run',
    bad,
  );
  await p.record(samples((m) => m.set(METRIC.missingTotal, 2)));
  expect(await p.flush()).toEqual({ busy: false, delivered: 1, dropped: 1, kept: 0, problems: ['inconsistent type'] });
  g.pushes = 0;
  await p.flush();
  expect(g.pushes).toBe(0);
});

test('a group stays under 200 lines when every run brings new labels, keeping the newest', async () => {
  const g = gateway();
  const p = program(directory(), g.push);
  for (let run = 0; run < 5; run += 1) {
    await p.record(
      samples((m) => {
        for (let at = 0; at < 100; at += 1) {
          m.increment(METRIC.alertDeliveryFailures, { delivery_method: 'slack', error: `e${run}-${at}` });
        }
        m.set(METRIC.missingTotal, run);
      }),
    );
    await p.flush();
  }
  const text = g.groups.get(groupKey(GROUP)) ?? '';
  expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length).toBeLessThan(200);
  expect(sampleOf(text, METRIC.missingTotal)).toBe(4);
  expect(text).toContain('e4-99');
});

describe('a kill at any write', () => {
  async function finishes(promise: Promise<unknown>): Promise<boolean> {
    return Promise.race([
      promise.then(() => true),
      new Promise<boolean>((done) => setImmediate(() => setImmediate(() => done(false)))),
    ]);
  }

  test('loses no metric of a finished run and counts none twice', async () => {
    const run = (): Metrics =>
      samples((m) => {
        m.increment(METRIC.rateLimitHits, {}, 1);
        m.set(METRIC.missingTotal, 1);
      });
    let points = 0;
    for (let fatal = 1; ; fatal += 1) {
      let reached = false;
      for (const when of ['before', 'after'] as const) {
        const path = directory();
        const g = gateway();
        const before = program(path, g.push);
        await before.record(run());
        g.answer = DOWN;
        await before.flush();
        g.answer = { ok: true };
        const files = crashAt(createFiles(), fatal, when);
        const dying = program(path, g.push, files);
        const recorded = await finishes(dying.record(run()));
        if (recorded) await finishes(dying.flush());
        reached ||= files.writes() >= fatal;
        await program(path, g.push).flush();
        const total = sampleOf(g.groups.get(groupKey(GROUP)), METRIC.rateLimitHits) ?? 0;
        if (recorded) expect(total, `${when} write ${fatal}`).toBe(2);
        else expect([1, 2], `${when} write ${fatal}`).toContain(total);
        points += 1;
      }
      if (!reached) break;
    }
    expect(points).toBeGreaterThan(10);
  });

  test('over random days of runs, outages, lost answers and kills the sums are right', async () => {
    const step = fc.record({
      hits: fc.integer({ min: 0, max: 5 }),
      world: fc.constantFrom('up', 'down', 'lost'),
      fatal: fc.option(fc.integer({ min: 1, max: 14 }), { freq: 2 }),
      when: fc.constantFrom('before', 'after'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const path = directory();
        const g = gateway();
        let least = 0;
        let most = 0;
        for (const { hits, world, fatal, when } of steps) {
          g.answer = world === 'down' ? DOWN : { ok: true };
          const push: PushGroup = async (group, text, s) => {
            const answer = await g.push(group, text, s);
            return world === 'lost' ? DOWN : answer;
          };
          const files = fatal === null ? createFiles() : crashAt(createFiles(), fatal, when as 'before' | 'after');
          const p = program(path, push, files);
          most += hits;
          if (!(await finishes(p.record(samples((m) => m.increment(METRIC.rateLimitHits, {}, hits)))))) continue;
          least += hits;
          await finishes(p.flush());
        }
        g.answer = { ok: true };
        await program(path, g.push).flush();
        const total = sampleOf(g.groups.get(groupKey(GROUP)), METRIC.rateLimitHits) ?? 0;
        expect(total).toBeGreaterThanOrEqual(least);
        expect(total).toBeLessThanOrEqual(most);
      }),
      { numRuns: 60 },
    );
  });
});
