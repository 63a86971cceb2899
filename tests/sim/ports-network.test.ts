// One contract, two implementations: what a flow hears of remotes and of time, real and simulated.

import { afterEach, expect, test } from 'vitest';
import { isFault } from '../../lib/base/fault.ts';
import { HTTP_CODE } from '../../lib/base/http-codes.ts';
import type { Http } from '../../lib/effects/http.ts';
import { createClock } from '../../lib/effects/real-clock.ts';
import { createHttp } from '../../lib/effects/real-http.ts';
import { type AddressFault, type AnswerPlan, startFaultServer } from '../../lib/sim/fault-server.ts';
import { LIES, type Lie } from '../../lib/sim/world/network.ts';
import { createWorld } from './worlds/world.ts';

const TIMEOUT_MS = 300;
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** What a flow can tell: the answer's status and what it was told beside it, or the fault. */
type Heard = Readonly<Record<string, unknown>>;

/** The simulated lie beside the real server that does the same. */
const REMOTES: Record<string, { readonly lie: Lie | null; readonly real: AddressFault | AnswerPlan; heard: Heard }> = {
  'answers as asked': {
    lie: null,
    real: { status: 200, body: '{"a":1}' },
    heard: { status: 200, json: { a: 1 } },
  },
  'is not there': { lie: 'refused', real: 'refused', heard: { code: HTTP_CODE.refused, mayHaveArrived: false } },
  'never answers': {
    lie: 'black hole',
    real: 'never answers',
    heard: { code: HTTP_CODE.timedOut, mayHaveArrived: true },
  },
  'closes before it answers': {
    lie: 'lost reply',
    real: 'resets before its answer',
    heard: { code: HTTP_CODE.reset, mayHaveArrived: true },
  },
  'stops half-way': {
    lie: 'truncated reply',
    real: 'truncates by length',
    heard: { code: HTTP_CODE.truncated, mayHaveArrived: true },
  },
  'answers 500': { lie: 'status 500', real: '500', heard: { status: 500 } },
  'answers 503': { lie: 'status 503', real: '503', heard: { status: 503 } },
  'answers 429 and how long to wait': {
    lie: 'status 429',
    real: { status: 429, headers: { 'Retry-After': '1' }, body: '' },
    heard: { status: 429, retryAfter: '1' },
  },
  'sends elsewhere': { lie: 'redirect', real: 'redirect to another origin', heard: { status: 302 } },
  'closes as soon as it is asked': {
    lie: 'reset before',
    real: 'resets before its answer',
    heard: { code: HTTP_CODE.reset, mayHaveArrived: true },
  },
  'answers byte by byte': {
    lie: 'drip',
    real: 'drips its body',
    heard: { code: HTTP_CODE.timedOut, mayHaveArrived: true },
  },
  'answers without end': { lie: 'flood', real: 'floods without end', heard: { code: HTTP_CODE.tooLarge } },
  'shows no certificate': {
    lie: 'tls failure',
    real: 'tls garbage',
    heard: { code: HTTP_CODE.tls, mayHaveArrived: false },
  },
  'speaks something else': { lie: 'not http', real: 'not http', heard: { code: HTTP_CODE.malformed } },
  'answers half a JSON': { lie: 'garbage', real: '200 not json', heard: { status: 200, json: HTTP_CODE.notJson } },
  'answers with the wrong type': {
    lie: 'wrong type',
    real: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' },
    heard: { status: 200, json: HTTP_CODE.notJson },
  },
  'answers 400': { lie: 'status 400', real: { status: 400, body: 'bad request' }, heard: { status: 400 } },
  'answers 401': { lie: 'status 401', real: { status: 401, body: '' }, heard: { status: 401 } },
  'answers 404': { lie: 'status 404', real: '404', heard: { status: 404 } },
  'is a page to sign in': {
    lie: 'html',
    real: '200 html',
    heard: { status: 200, json: HTTP_CODE.notJson },
  },
};

async function hear(http: Http, url: string): Promise<Heard> {
  try {
    const answer = await http.request({ method: 'POST', url: `${url}/x?y=1`, body: '{}', timeoutMs: TIMEOUT_MS });
    return { status: answer.status, retryAfter: answer.headers['retry-after'], json: readJson(answer) };
  } catch (error) {
    if (!isFault(error)) throw error;
    return { code: error.code, mayHaveArrived: error.facts['mayHaveArrived'], retryable: error.retryable };
  }
}

function readJson(answer: { json(): unknown }): unknown {
  try {
    return answer.json();
  } catch (error) {
    return isFault(error) ? error.code : error;
  }
}

async function hearReal(real: AddressFault | AnswerPlan): Promise<Heard> {
  const server = await startFaultServer(real);
  const http = createHttp({ transport: 'one-shot' });
  open.push(server, http);
  return hear(http, server.url);
}

async function hearSimulated(lie: Lie | null): Promise<Heard> {
  const world = createWorld({ seed: 1, yieldShare: 0 });
  world.addHost('ops-1');
  world.network.connect('remote.sim', () => ({ status: 200, body: '{"a":1}' }));
  world.network.lieOf = () => lie;
  const { http } = world.start({ name: 'one', host: 'ops-1', operator: 'wang' }).effects;
  const heard = hear(http, 'http://remote.sim');
  await world.run(60_000);
  return heard;
}

test.each(Object.entries(REMOTES))('a remote that %s', async (_name, { lie, real, heard }) => {
  const [fromReal, fromSimulated] = [await hearReal(real), await hearSimulated(lie)];
  expect(fromSimulated).toEqual(fromReal);
  expect(fromReal).toMatchObject(heard);
});

test('every lie but those of time and number is held against the real thing', () => {
  const held = Object.values(REMOTES).map(({ lie }) => lie);
  expect(LIES.filter((lie) => !held.includes(lie))).toEqual(['delivered late', 'delivered twice', 'slow']);
});

test('who is lied to cannot tell whether its request arrived: some did, some did not', async () => {
  const arrivals = new Map<Lie, number>();
  for (const lie of LIES) {
    const world = createWorld({ seed: 1, yieldShare: 0 });
    world.addHost('ops-1');
    arrivals.set(lie, 0);
    world.network.connect('remote.sim', () => {
      arrivals.set(lie, arrivals.get(lie)! + 1);
      return { status: 200, body: '{"a":1}' };
    });
    world.network.lieOf = () => lie;
    void hear(world.start({ name: 'one', host: 'ops-1', operator: 'wang' }).effects.http, 'http://remote.sim');
    await world.run(60_000);
  }
  const having = (count: number): Lie[] => LIES.filter((lie) => arrivals.get(lie) === count);
  expect(having(2)).toEqual(['delivered twice']);
  expect(having(1)).toEqual(['lost reply', 'truncated reply', 'delivered late', 'slow', 'drip', 'flood']);
});

/**
 * `grainMs`: a timer counts whole milliseconds of the event loop's own clock and cuts off the fraction in which it begins;
 * the monotonic clock, which budgets and deadlines read, sees that fraction. Within one clock nothing may be missing.
 */
const CLOCKS = {
  real: async () => ({ clock: createClock(), drive: async () => {}, grainMs: 1 }),
  simulated: async () => {
    const world = createWorld({ seed: 1, yieldShare: 0 });
    world.addHost('ops-1');
    const { clock } = world.start({ name: 'one', host: 'ops-1', operator: 'wang' }).effects;
    return { clock, drive: () => world.run(10_000), grainMs: 0 };
  },
};

test.each(Object.entries(CLOCKS))('%s time: a sleep is never short, and a signal ends it', async (_name, open) => {
  const { clock, drive, grainMs } = await open();
  const boot = clock.bootId();
  const sinceMs = clock.monotonicMs();
  const slept = clock.sleep(20).then(() => clock.monotonicMs() - sinceMs);
  const gone = new AbortController();
  const cut = clock.sleep(5_000, gone.signal).catch((reason: unknown) => reason);
  void clock.sleep(5).then(() => gone.abort('enough'));
  await drive();
  const missingMs = 20 - (await slept);
  expect(missingMs <= 0 || missingMs < grainMs, `${missingMs} ms are missing`).toBe(true);
  expect(await cut).toBe('enough');
  expect(await clock.sleep(5, AbortSignal.abort('too late')).catch((reason: unknown) => reason)).toBe('too late');
  expect(clock.bootId()).toBe(boot);
});
