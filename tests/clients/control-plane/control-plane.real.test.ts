// The control plane over a real nats-server and over HTTP: the same answers mean the same, whatever carries them.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONTROL } from '../../../lib/base/control-subjects.ts';
import { HTTP_CODE } from '../../../lib/base/http-codes.ts';
import { NATS_CODE } from '../../../lib/base/nats-codes.ts';
import type { ControlPlane } from '../../../lib/clients/control-plane/control-plane.ts';
import { openControlPlane } from '../../../lib/clients/control-plane/open-control-plane.ts';
import type { NatsConnection } from '../../../lib/effects/nats.ts';
import { createClock } from '../../../lib/effects/real-clock.ts';
import { createHttp } from '../../../lib/effects/real-http.ts';
import { createNats } from '../../../lib/effects/real-nats.ts';
import { REMOTE_CODE } from '../../../lib/services/remote/answer.ts';
import { createBreaker } from '../../../lib/services/remote/breaker.ts';
import { createRemote } from '../../../lib/services/remote/remote.ts';
import { startFaultServer } from '../../../lib/sim/fault-server.ts';
import { startNatsServer, type TestNatsServer } from '../../support/nats-server.ts';

const DEADLINE_MS = 300;
const SLACK_MS = 1_500;
const SYMBOLS = ['rb2501.SHFE', 'IF2501.CFFEX'];

/** What the service says to any question; null: nothing, ever. */
type Reply = string | null;
interface Asked {
  readonly subject: string;
  readonly body: string;
  readonly trace: string | undefined;
}
interface Stage {
  reply: Reply;
  asked: Asked | null;
  readonly plane: ControlPlane;
  readonly silence: string;
}

const http = createHttp({ transport: 'one-shot' });
const nats = createNats();
const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

const STAGES = { 'over NATS': stageNats, 'over HTTP': stageHttp };

describe.each(Object.keys(STAGES) as (keyof typeof STAGES)[])('%s', (name) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await STAGES[name]();
  });

  test('the catalogue is asked for and read', async () => {
    stage.reply = JSON.stringify({ symbols: SYMBOLS, source: 'cache', ts: '2026-03-02T09:00:00+08:00' });
    const found = await stage.plane.listContracts({ timeoutMs: 5_000 });
    expect(found).toMatchObject({ ok: true, symbols: SYMBOLS, source: 'cache' });
    expect(stage.asked).toEqual({ subject: CONTROL.contracts, body: '{"timeout_s":4.5}', trace: '00-trace-01' });
  });

  test('an empty catalogue is an answer', async () => {
    stage.reply = '{"symbols":[],"source":"empty"}';
    expect(await stage.plane.listContracts({ timeoutMs: 2_000 })).toMatchObject({ ok: true, symbols: [] });
  });

  test('subscriptions come as entries and as bare strings, and as bytes', async () => {
    const full = { symbol: 'rb2501.SHFE', subscription_id: 'a', created_at: 'c', last_tick_at: 't', active: true };
    const split = { symbol: 'IF2501', exchange: 'CFFEX', subscription_id: 7, last_tick_at: null, active: false };
    const odd = { symbol: 'x.SHFE', last_tick_at: 1_700_000_000, active: 'false', __proto__: { active: false } };
    const subscriptions = [full, split, odd, 'cu2501.SHFE'];
    stage.reply = JSON.stringify({ subscriptions, total: 4, source: 'market-data-service' });
    const found = await stage.plane.activeSubscriptions({ timeoutMs: 2_000 });
    expect(found).toMatchObject({
      ok: true,
      total: 4,
      isPartial: false,
      subscriptions: [
        { symbol: 'rb2501.SHFE', subscriptionId: 'a', createdAt: 'c', lastTickAt: 't', isActive: true },
        { symbol: 'IF2501.CFFEX', subscriptionId: '7', createdAt: null, lastTickAt: null, isActive: false },
        { symbol: 'x.SHFE', subscriptionId: null, lastTickAt: 'not a time: 1700000000', isActive: true },
        { symbol: 'cu2501.SHFE', subscriptionId: null, lastTickAt: undefined, isActive: true },
      ],
    });
    expect(found.ok ? Buffer.from(found.body).toString() : '').toBe(stage.reply);
  });

  test('a list cut off on request is an answer, cut off otherwise it is none', async () => {
    stage.reply = '{"subscriptions":["a.X"],"total":9,"source":"market-data-service","truncated":true}';
    const some = await stage.plane.activeSubscriptions({ timeoutMs: 2_000, limit: 1 });
    expect(some).toMatchObject({ ok: true, isPartial: true, total: 9 });
    expect(stage.asked?.body).toBe('{"limit":1}');
    const all = await stage.plane.activeSubscriptions({ timeoutMs: 2_000 });
    expect(all).toMatchObject({ ok: false, reason: expect.stringContaining('it is cut off: 1 of 9 subscriptions') });
  });

  test.each([
    ['an error', '{"subscriptions":[],"total":0,"source":"error","error":"db down"}', 'reports an error: db down'],
    ['not supported', '{"subscriptions":[],"total":0,"source":"unsupported"}', 'does not support it'],
    ['an unknown source', '{"subscriptions":[],"total":0,"source":"guess"}', 'source "guess" is unknown'],
    ['no source', '{"subscriptions":[],"total":0}', 'names no source'],
    ['cut off without a word', '{"subscriptions":["a.X"],"total":2,"source":"market-data-service"}', '1 of 2'],
    ['cut off in bytes', '{"subscriptions":["a.X"', 'not JSON'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]).toString('latin1'), 'not JSON in UTF-8'],
    ['a page', '<!doctype html>', 'not JSON'],
    ['nothing', '', 'not JSON'],
    ['a list', '[]', 'not a JSON object'],
    ['null', 'null', 'not a JSON object'],
    ['no list', '{"subscriptions":{},"total":0,"source":"market-data-service"}', 'no list'],
    [
      'an entry without a symbol',
      '{"subscriptions":[{"symbol":1}],"total":1,"source":"market-data-service"}',
      'entry 1',
    ],
    ['a null entry', '{"subscriptions":["a.X",null],"total":2,"source":"market-data-service"}', 'entry 2'],
    ['a total that is none', '{"subscriptions":[],"total":"0","source":"market-data-service"}', 'not a count'],
    ['a prototype', '{"__proto__":{"subscriptions":[],"total":0,"source":"market-data-service"}}', 'names no source'],
  ])('%s is "could not look", never an empty feed', async (_, reply, words) => {
    stage.reply = reply;
    const found = await stage.plane.activeSubscriptions({ timeoutMs: 2_000 });
    expect(found).toMatchObject({ ok: false, reason: expect.stringContaining(words), isTimeout: false });
  });

  test('what was accepted, refused and passed over is told apart', async () => {
    stage.reply = JSON.stringify({
      accepted: ['a.X', 'never-asked.X', 7, 'both.X'],
      rejected: [
        { symbol: 'b.X', reason: 'Rate limit exceeded' },
        { symbol: 'c.X', reason: 'unknown instrument' },
        { symbol: 'd.X' },
        { symbol: 'both.X', reason: 'twice' },
        null,
      ],
    });
    const asked = ['a.X', 'b.X', 'c.X', 'd.X', 'both.X', 'e.X', '__proto__'];
    expect(await stage.plane.subscribeBulk(asked, { timeoutMs: 2_000 })).toMatchObject({
      ok: true,
      accepted: ['a.X'],
      rejected: [
        { symbol: 'b.X', reason: 'Rate limit exceeded', isRateLimited: true },
        { symbol: 'c.X', reason: 'unknown instrument', isRateLimited: false },
        { symbol: 'd.X', reason: 'no reason given', isRateLimited: false },
        { symbol: 'both.X', reason: 'twice', isRateLimited: false },
      ],
      unanswered: ['e.X', '__proto__'],
    });
    expect(JSON.parse(stage.asked?.body ?? '')).toEqual({ symbols: asked });
  });

  test.each([
    ['a rate limit for the whole batch', '{"error":"rate limit: 100/s"}', true],
    ['another error', '{"error":"not logged in"}', false],
    ['half an answer', '{"accepted":["a.X"]}', false],
  ])('%s refuses the batch', async (_, reply, isRateLimited) => {
    stage.reply = reply;
    const answer = await stage.plane.subscribeBulk(['a.X'], { timeoutMs: 2_000 });
    expect(answer).toMatchObject({ ok: false, isRateLimited, retryable: isRateLimited });
  });

  test('a service that says nothing ends at the deadline', async () => {
    stage.reply = null;
    const startedMs = performance.now();
    const found = await stage.plane.subscribeBulk(['a.X'], { timeoutMs: DEADLINE_MS });
    expect(found).toMatchObject({ ok: false, code: stage.silence, isTimeout: true, retryable: true });
    expect(performance.now() - startedMs).toBeLessThan(DEADLINE_MS + SLACK_MS);
  });

  test('twenty thousand symbols go both ways', async () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `ag${index}-C-${5_000 + index}.SHFE`);
    stage.reply = JSON.stringify({ accepted: many, rejected: [] });
    const answer = await stage.plane.subscribeBulk(many, { timeoutMs: 5_000 });
    expect(answer.ok && answer.accepted.length).toBe(20_000);
    const entry = { subscription_id: '0123456789ab', created_at: '2026-03-02T08:59:00+08:00', active: true };
    const tick = '2026-03-02T09:00:00.123+08:00';
    const subscriptions = many.map((symbol) => ({ symbol, ...entry, last_tick_at: tick }));
    stage.reply = JSON.stringify({ subscriptions, total: 20_000, source: 'market-data-service' });
    const found = await stage.plane.activeSubscriptions({ timeoutMs: 5_000 });
    expect(found.ok && found.subscriptions.length).toBe(20_000);
  });
});

describe('nobody there', () => {
  test('no responder', async () => {
    const server = await start();
    const plane = open(server.url);
    const found = await plane.listContracts({ timeoutMs: 2_000 });
    expect(found).toMatchObject({ ok: false, code: NATS_CODE.noResponder, isTimeout: false });
    await plane.close();
  });

  test('no server, over NATS and over HTTP', async () => {
    const refused = await startFaultServer('refused');
    const overNats = open(`nats://127.0.0.1:${refused.port}`);
    expect(await overNats.listContracts({ timeoutMs: 2_000 })).toMatchObject({ ok: false, code: NATS_CODE.refused });
    const overHttp = open(refused.url);
    expect(await overHttp.listContracts({ timeoutMs: 2_000 })).toMatchObject({ ok: false, code: HTTP_CODE.refused });
    await overNats.close();
  });

  test('a question does not wait for the connection of a more patient one', async () => {
    const stuck = await startNatsServer();
    await stuck.freeze();
    const plane = open(stuck.url);
    const patient = plane.listContracts({ timeoutMs: 1_000 });
    const startedMs = performance.now();
    expect(await plane.listContracts({ timeoutMs: 100 })).toMatchObject({ ok: false, code: NATS_CODE.timedOut });
    expect(performance.now() - startedMs).toBeLessThan(900);
    expect(await patient).toMatchObject({ ok: false, code: NATS_CODE.timedOut });
    await stuck.stop();
  });

  test('a server that comes back is asked again', async () => {
    const server = await startNatsServer();
    const plane = open(server.url);
    await plane.listContracts({ timeoutMs: 2_000 });
    await server.stop();
    const found = await plane.listContracts({ timeoutMs: 2_000 });
    expect(found.ok ? '' : found.code).toMatch(/nats connection (?:refused|lost)/);
    const again = await startNatsServer('', server.port);
    expect(await plane.listContracts({ timeoutMs: 2_000 })).toMatchObject({ ok: false, code: NATS_CODE.noResponder });
    await plane.close();
    await again.stop();
  });

  test.each(['nats', 'http'])(
    'a remote that fails over %s is left alone by writers, never by those who look',
    async (scheme) => {
      const refused = await startFaultServer('refused');
      const plane = open(`${scheme}://127.0.0.1:${refused.port}`);
      const unreachable = scheme === 'nats' ? NATS_CODE.refused : HTTP_CODE.refused;
      for (let count = 0; count < 4; count += 1) {
        expect(await plane.listContracts({ timeoutMs: 500 })).toMatchObject({ ok: false, code: unreachable });
      }
      const written = await plane.subscribeBulk(['a.X'], { timeoutMs: 500 });
      expect(written).toMatchObject({ ok: false, code: REMOTE_CODE.circuitOpen, retryable: true });
    },
  );

  test('HTTP 429 for a batch is a rate limit and is not sent twice', async () => {
    const server = await startFaultServer('429');
    closers.push(() => server.close());
    const answer = await open(server.url).subscribeBulk(['a.X'], { timeoutMs: 2_000 });
    expect(answer).toMatchObject({ ok: false, isRateLimited: true, retryable: true });
    expect(server.requests()).toHaveLength(1);
  });

  test.each(['ftp://127.0.0.1', '127.0.0.1:4222', ''])('the address "%s" is refused', (url) => {
    expect(() => open(url)).toThrow(expect.objectContaining({ code: 'control plane address invalid' }));
  });
});

async function stageNats(): Promise<Stage> {
  const server = await start('max_payload: 8388608');
  const service: NatsConnection = await nats.connect({ url: server.url, timeoutMs: 5_000 });
  const plane = open(server.url);
  const stage: Stage = { reply: null, asked: null, plane, silence: NATS_CODE.timedOut };
  for (const subject of Object.values(CONTROL)) {
    await service.respond(subject, async ({ data, headers }) => {
      stage.asked = { subject, body: Buffer.from(data).toString(), trace: headers['traceparent'] };
      return stage.reply === null ? null : Buffer.from(stage.reply, 'latin1');
    });
  }
  closers.push(
    () => service.close(),
    () => plane.close(),
  );
  return stage;
}

async function stageHttp(): Promise<Stage> {
  const server = await startFaultServer(({ path, body, headers }) => {
    stage.asked = { subject: path.replace('/md/control/', ''), body, trace: headers['traceparent'] };
    return stage.reply === null ? 'never answers' : { status: 200, body: Buffer.from(stage.reply, 'latin1') };
  });
  const stage: Stage = { reply: null, asked: null, plane: open(`${server.url}/md/`), silence: HTTP_CODE.timedOut };
  closers.push(() => server.close());
  return stage;
}

function open(url: string): ControlPlane {
  const clock = createClock();
  const store = { read: async () => null, write: async () => {} };
  const breaker = createBreaker({ provider: 'control-plane', store, clock });
  const remote = createRemote({ http, clock, random: { next: () => 0.1, hex: () => '' }, breaker });
  return openControlPlane({ url, clock, nats, remote, trace: () => ({ traceparent: '00-trace-01' }) });
}

async function start(config?: string): Promise<TestNatsServer> {
  const server = await startNatsServer(config);
  closers.push(() => server.stop());
  return server;
}
