// A remote under faults: what is retried, how long it may take, and when it is left alone.

import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { Fault } from '../../../lib/base/fault.ts';
import { HTTP_CODE } from '../../../lib/base/http-codes.ts';
import type { BreakerRecord } from '../../../lib/domain/breaker.ts';
import type { Clock } from '../../../lib/effects/clock.ts';
import type { HttpResponse } from '../../../lib/effects/http.ts';
import type { Random } from '../../../lib/effects/random.ts';
import { createClock } from '../../../lib/effects/real-clock.ts';
import { createHttp } from '../../../lib/effects/real-http.ts';
import { REMOTE_CODE } from '../../../lib/services/remote/answer.ts';
import {
  type BreakerChange,
  type BreakerStore,
  createBreaker,
  createBreakers,
} from '../../../lib/services/remote/breaker.ts';
import {
  type AttemptFact,
  createRemote,
  type Remote,
  type RemoteRequest,
} from '../../../lib/services/remote/remote.ts';
import {
  type AnswerPlan,
  FAULT_KINDS,
  type FaultKind,
  type FaultServer,
  startFaultServer,
} from '../../../lib/sim/fault-server.ts';

const http = createHttp({ transport: 'one-shot' });
const servers: FaultServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => http.close());

const RANDOM: Random = { next: () => 0.1, hex: () => '' };
const DEADLINE_MS = 300;
const SLACK_MS = 1_500;

/** `attempts: 0` means: as many as the deadline allows, at least one. */
const EXPECTED: Record<FaultKind, { readonly code: string | null; readonly attempts: number }> = {
  ok: { code: null, attempts: 1 },
  accepted: { code: null, attempts: 1 },
  refused: { code: HTTP_CODE.refused, attempts: 3 },
  'black hole': { code: HTTP_CODE.timedOut, attempts: 1 },
  'reset on connect': { code: HTTP_CODE.reset, attempts: 3 },
  'tls garbage': { code: HTTP_CODE.tls, attempts: 1 },
  'never answers': { code: HTTP_CODE.timedOut, attempts: 1 },
  'drips its headers': { code: HTTP_CODE.timedOut, attempts: 1 },
  'drips its body': { code: HTTP_CODE.timedOut, attempts: 1 },
  'resets before its answer': { code: HTTP_CODE.reset, attempts: 3 },
  'resets in its answer': { code: HTTP_CODE.truncated, attempts: 3 },
  'truncates by length': { code: HTTP_CODE.truncated, attempts: 3 },
  'truncates by chunks': { code: HTTP_CODE.truncated, attempts: 3 },
  'floods without end': { code: HTTP_CODE.tooLarge, attempts: 1 },
  'announces too much': { code: HTTP_CODE.tooLarge, attempts: 1 },
  'accepted but lost': { code: HTTP_CODE.reset, attempts: 3 },
  'not http': { code: HTTP_CODE.malformed, attempts: 1 },
  'redirect to itself': { code: REMOTE_CODE.redirects, attempts: 1 },
  'redirect to another origin': { code: REMOTE_CODE.redirects, attempts: 1 },
  '200 html': { code: REMOTE_CODE.unexpected, attempts: 1 },
  '200 wrong type': { code: null, attempts: 1 },
  '200 not json': { code: REMOTE_CODE.unexpected, attempts: 1 },
  '400': { code: REMOTE_CODE.refused, attempts: 1 },
  '401': { code: REMOTE_CODE.refused, attempts: 1 },
  '404': { code: REMOTE_CODE.refused, attempts: 1 },
  '429': { code: REMOTE_CODE.throttles, attempts: 3 },
  '429 with retry-after': { code: REMOTE_CODE.throttles, attempts: 1 },
  '429 for an hour': { code: REMOTE_CODE.throttles, attempts: 1 },
  '500': { code: REMOTE_CODE.failed, attempts: 3 },
  '503': { code: REMOTE_CODE.failed, attempts: 3 },
};

describe('one call', () => {
  test.each(FAULT_KINDS)('against a remote that does "%s" ends on time with the right word', async (kind) => {
    const { remote, send, facts } = await start(kind);
    const startedMs = performance.now();
    const answer = await send({ judge: kind === 'accepted' ? () => null : mustBeJson });
    expect(performance.now() - startedMs).toBeLessThan(DEADLINE_MS + SLACK_MS);
    expect(answer.ok ? null : answer.fault.code).toBe(EXPECTED[kind].code);
    expect(answer.attempts).toBe(EXPECTED[kind].attempts);
    expect(facts.map(({ provider, attempt }) => `${provider} ${attempt}`)).toEqual(
      Array.from({ length: answer.attempts }, (_, index) => `${remote.provider} ${index + 1}`),
    );
  });

  test.each<[string, AnswerPlan, number]>([
    ['503 twice', ['503', '503', 'ok'], 3],
    ['a lost reply', ['accepted but lost', 'ok'], 2],
    ['a 429 without Retry-After', ['429', 'ok'], 2],
  ])('gets through after %s', async (_, plan, attempts) => {
    const { send } = await start(plan);
    expect(await send()).toMatchObject({ ok: true, attempts });
  });

  test('waits as long as Retry-After asks when there is time', async () => {
    const waits: number[] = [];
    const { send } = await start(['429 with retry-after', 'ok'], { sleep: async (ms) => void waits.push(ms) });
    expect(await send({ timeoutMs: 3_000 })).toMatchObject({ ok: true, attempts: 2 });
    expect(waits).toEqual([1_020]);
  });

  test('says how long the remote asked to wait when there is no time', async () => {
    const { send } = await start('429 for an hour');
    expect(await send()).toMatchObject({ ok: false, retryable: true, retryAfterMs: 3_600_000, attempts: 1 });
  });

  test('an attempt limit leaves time to ask a hung remote again', async () => {
    const { send } = await start(['never answers', 'ok']);
    expect(await send({ attemptTimeoutMs: 100 })).toMatchObject({ ok: true, attempts: 2 });
  });

  test('what must not act twice is sent again only when it cannot have arrived', async () => {
    const lost = await start(['accepted but lost', 'ok']);
    expect(await lost.send({ repeatable: false })).toMatchObject({ ok: false, attempts: 1 });
    const failed = await start(['500', 'ok']);
    expect(await failed.send({ repeatable: false })).toMatchObject({ ok: false, attempts: 1 });
    const turnedAway = await start(['503', 'ok']);
    expect(await turnedAway.send({ repeatable: false })).toMatchObject({ ok: true, attempts: 2 });
  });

  test('ends at once when cancelled while it waits to retry', async () => {
    const stop = new AbortController();
    const { send } = await start('429', {
      sleep: () => {
        stop.abort();
        return Promise.reject(stop.signal.reason);
      },
    });
    expect(await send({ signal: stop.signal })).toMatchObject({ ok: false, attempts: 1 });
  });

  test('retries stop when the remote has used up its budget', async () => {
    const { send } = await start('429', { sleep: async () => {} });
    const attempts: number[] = [];
    for (let call = 0; call < 8; call += 1) attempts.push((await send()).attempts);
    expect(attempts).toEqual([3, 3, 3, 3, 3, 1, 1, 1]);
  });
});

describe('the breaker', () => {
  test('three failures open it; the next call is refused without a connection, across runs too', async () => {
    const first = await start('500');
    expect(await first.send()).toMatchObject({ ok: false, attempts: 3 });
    const again = await first.nextRun();
    expect(await again.send()).toMatchObject({
      ok: false,
      attempts: 0,
      retryable: true,
      fault: { code: REMOTE_CODE.circuitOpen },
    });
    expect(first.server.requests()).toHaveLength(3);
    expect(first.changes).toEqual(['closed → open']);
  });

  test('after a minute one probe goes through, and the others meanwhile do not', async () => {
    const first = await start('500');
    await first.send();
    first.advance(60_000);
    first.server.plan('ok');
    const second = await first.nextRun();
    const answers = await Promise.all([second.send(), second.send(), second.send()]);
    expect(answers.map(({ ok }) => ok).sort()).toEqual([false, false, true]);
    expect(await second.send()).toMatchObject({ ok: true });
    expect(second.changes).toEqual(['open → half-open', 'half-open → closed']);
  });

  test('one that must look is let through, and what it finds closes the breaker', async () => {
    const first = await start('500');
    await first.send();
    first.server.plan(['500', 'ok']);
    expect(await first.send({ mustLook: true })).toMatchObject({ ok: false, attempts: 1 });
    expect(await first.send()).toMatchObject({ ok: false, attempts: 0 });
    expect(await first.send({ mustLook: true })).toMatchObject({ ok: true });
    expect(await first.send()).toMatchObject({ ok: true });
    expect(first.changes).toEqual(['closed → open', 'open → closed']);
  });

  test('a failed probe is not retried and waits another minute', async () => {
    const first = await start('500');
    await first.send();
    first.advance(60_000);
    expect(await first.send()).toMatchObject({ ok: false, attempts: 1 });
    first.advance(59_000);
    const refused = await first.send();
    expect(refused).toMatchObject({ ok: false, attempts: 0 });
    expect(refused.ok ? 0 : refused.retryAfterMs).toBeGreaterThan(0);
    expect(refused.ok ? 0 : refused.retryAfterMs).toBeLessThanOrEqual(1_000);
  });

  test.each<[string, AnswerPlan]>([
    ['refused requests', '400'],
    ['throttling', '429 for an hour'],
  ])('stays closed through %s: the remote is alive', async (_, plan) => {
    const { send, changes } = await start(plan);
    for (let call = 0; call < 5; call += 1) await send();
    expect(changes).toEqual([]);
  });

  test('writes nothing on the healthy path and reads once', async () => {
    const { send, memory } = await start('ok');
    for (let call = 0; call < 3; call += 1) await send();
    expect({ reads: memory.reads, writes: memory.writes }).toEqual({ reads: 1, writes: 0 });
  });

  test('works without its memory', async () => {
    const broken: BreakerStore = {
      read: () => Promise.reject(new Error('EIO')),
      write: () => Promise.reject(new Error('ENOSPC')),
    };
    const { send } = await start(['500', 'ok'], {}, broken);
    expect(await send()).toMatchObject({ ok: true, attempts: 2 });
  });

  test('the state of every remote that was used can be exported', async () => {
    const breakers = createBreakers({ clock: createClock(), storeFor: () => createMemory() });
    breakers.of('slack');
    for (let count = 0; count < 3; count += 1) await breakers.of('pagerduty').leave('failing', 'down');
    expect(breakers.levels()).toEqual([
      { provider: 'slack', level: 0 },
      { provider: 'pagerduty', level: 1 },
    ]);
  });
});

function mustBeJson(response: HttpResponse): string | null {
  response.json();
  return null;
}

function createMemory(): BreakerStore & { reads: number; writes: number } {
  let kept: BreakerRecord | null = null;
  const memory = {
    reads: 0,
    writes: 0,
    read: async () => {
      memory.reads += 1;
      return kept;
    },
    write: async (record: BreakerRecord) => {
      memory.writes += 1;
      kept = record;
    },
  };
  return memory;
}

type Start = Parameters<typeof startFaultServer>[0];

async function start(plan: Start, clockChange: Partial<Clock> = {}, store?: BreakerStore) {
  const server = await startFaultServer(plan);
  servers.push(server);
  const memory = createMemory();
  let skippedMs = 0;
  const real = createClock();
  const clock: Clock = { ...real, monotonicMs: () => Math.floor(real.monotonicMs()) + skippedMs, ...clockChange };
  const run = () => {
    const facts: AttemptFact[] = [];
    const changes: string[] = [];
    const onChange = ({ from, to }: BreakerChange): void => void changes.push(`${from} → ${to}`);
    const breaker = createBreaker({ provider: 'pushgateway', store: store ?? memory, clock, onChange });
    const remote: Remote = createRemote({
      http,
      clock,
      random: RANDOM,
      breaker,
      onAttempt: (fact) => facts.push(fact),
    });
    const send = (change: Partial<RemoteRequest> = {}) =>
      remote.send({ method: 'POST', url: `${server.url}/push`, body: '{}', timeoutMs: DEADLINE_MS, ...change });
    return { remote, send, facts, changes };
  };
  return {
    ...run(),
    server,
    memory,
    advance: (ms: number) => {
      skippedMs += ms;
    },
    nextRun: async () => run(),
  };
}

test('a failure is a fault of ours that a client may throw', async () => {
  const { send } = await start('401');
  const answer = await send();
  expect(answer.ok ? null : answer.fault).toBeInstanceOf(Fault);
  expect(answer).toMatchObject({
    reason: 'pushgateway refused the request (401)',
    fault: { hint: 'Check its credentials.' },
  });
});
