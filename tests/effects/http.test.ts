// Both transports keep one contract: the same misbehaviour ends in the same words, on time.

import { afterAll, describe, expect, test } from 'vitest';
import { Fault } from '../../lib/base/fault.ts';
import { HTTP_CODE } from '../../lib/base/http-codes.ts';
import { Secret } from '../../lib/base/secret.ts';
import type { Http, HttpRequest } from '../../lib/effects/http.ts';
import { createHttp } from '../../lib/effects/real-http.ts';
import { FAULT_KINDS, type FaultKind, startFaultServer } from '../../lib/sim/fault-server.ts';

const DEADLINE_MS = 250;
// Timers, a busy machine, and nothing else: an answer that never ends must not cost more.
const SLACK_MS = 1_500;

const EXPECTED = {
  ok: 200,
  accepted: 202,
  refused: HTTP_CODE.refused,
  'black hole': HTTP_CODE.timedOut,
  'reset on connect': HTTP_CODE.reset,
  'tls garbage': HTTP_CODE.tls,
  'never answers': HTTP_CODE.timedOut,
  'drips its headers': HTTP_CODE.timedOut,
  'drips its body': HTTP_CODE.timedOut,
  'resets before its answer': HTTP_CODE.reset,
  'resets in its answer': HTTP_CODE.truncated,
  'truncates by length': HTTP_CODE.truncated,
  'truncates by chunks': HTTP_CODE.truncated,
  'floods without end': HTTP_CODE.tooLarge,
  'announces too much': HTTP_CODE.tooLarge,
  'accepted but lost': HTTP_CODE.reset,
  'not http': HTTP_CODE.malformed,
  'redirect to itself': 302,
  'redirect to another origin': 302,
  '200 html': 200,
  '200 wrong type': 200,
  '200 not json': 200,
  '400': 400,
  '401': 401,
  '404': 404,
  '429': 429,
  '429 with retry-after': 429,
  '429 for an hour': 429,
  '500': 500,
  '503': 503,
} satisfies Record<FaultKind, number | string>;

describe.each(['one-shot', 'pooled'] as const)('%s http', (transport) => {
  const http = createHttp({ transport });
  afterAll(() => http.close());

  test.each(FAULT_KINDS)('meets a server that does "%s" on time and in our words', async (kind) => {
    const server = await startFaultServer(kind);
    try {
      const startedMs = performance.now();
      const seen = await outcome(http, { method: 'POST', url: `${server.url}/push?key=hunter2`, body: '{}' });
      expect(seen.result).toBe(EXPECTED[kind]);
      expect(performance.now() - startedMs).toBeLessThan(DEADLINE_MS + SLACK_MS);
      expect(seen.message).not.toContain('hunter2');
    } finally {
      await server.close();
    }
  });

  // Not an IPv4 address to the eye: the one-shot transport hands these to Node's own client.
  test.each(FAULT_KINDS)('meets a server on another kind of address that does "%s"', async (kind) => {
    const server = await startFaultServer(kind);
    try {
      const url = `${server.url.replace('127.0.0.1', '[::ffff:127.0.0.1]')}/push`;
      expect((await outcome(http, { method: 'POST', url, body: '{}' })).result).toBe(EXPECTED[kind]);
    } finally {
      await server.close();
    }
  });

  test('sends method, path, query, headers and body as they are', async () => {
    const server = await startFaultServer({ status: 200, body: '{"a":1}', headers: { 'X-Kind': 'test' } });
    const response = await http.request({
      method: 'PUT',
      url: `${server.url}/a%2Fb/c?d=e`,
      headers: { Authorization: new Secret('Bearer s3cret', 'TOKEN'), 'x-n': '1' },
      body: new TextEncoder().encode('grüezi'),
      timeoutMs: 2_000,
    });
    await server.close();
    expect(response.json()).toEqual({ a: 1 });
    expect(response.headers['x-kind']).toBe('test');
    const [seen] = server.requests();
    expect(seen).toMatchObject({ method: 'PUT', path: '/a%2Fb/c?d=e', body: 'grüezi' });
    expect(seen?.headers).toMatchObject({ authorization: 'Bearer s3cret', 'x-n': '1', 'content-length': '7' });
  });

  test('turns user info into a header and shows it nowhere', async () => {
    const server = await startFaultServer('resets before its answer');
    const url = server.url.replace('//', '//op:p%40ss@');
    const { message } = await outcome(http, { method: 'GET', url: `${url}/x` });
    await server.close();
    expect(server.requests()[0]?.headers['authorization']).toBe(`Basic ${btoa('op:p@ss')}`);
    expect(message).toBe(`Cannot GET ${server.url}/x: connection closed without an answer`);
  });

  test('names a secret address by its source only', async () => {
    const server = await startFaultServer('refused');
    const url = new Secret(`${server.url}/services/T000/B000/XXXX`, 'SLACK_WEBHOOK_URL');
    const { message } = await outcome(http, { method: 'POST', url, body: '{}' });
    await server.close();
    expect(message).toBe('Cannot POST to the address in SLACK_WEBHOOK_URL: connection refused');
  });

  test.each([
    ['an address that is none', 'hunter2 nonsense', {}, HTTP_CODE.address],
    ['a scheme we do not speak', 'file:///etc/passwd?hunter2', {}, HTTP_CODE.address],
    ['a header value with a line break', 'http://127.0.0.1:1/', { a: 'hunter2\r\nb: c' }, HTTP_CODE.request],
    ['a header name with a space', 'http://127.0.0.1:1/', { 'a hunter2': 'b' }, HTTP_CODE.request],
  ])('refuses %s without repeating it', async (_, url, headers, code) => {
    const { result, message } = await outcome(http, { method: 'GET', url, headers });
    expect(result).toBe(code);
    expect(message).not.toContain('hunter2');
  });

  test('ends at once when cancelled, before and during the exchange', async () => {
    const server = await startFaultServer('never answers');
    const before = await outcome(http, {
      method: 'GET',
      url: server.url,
      signal: AbortSignal.abort(),
      timeoutMs: 9_000,
    });
    const stop = new AbortController();
    const during = outcome(http, { method: 'GET', url: server.url, signal: stop.signal, timeoutMs: 9_000 });
    await until(() => server.requests().length > 0);
    const startedMs = performance.now();
    stop.abort();
    expect((await during).result).toBe(HTTP_CODE.cancelled);
    expect(performance.now() - startedMs).toBeLessThan(SLACK_MS);
    expect(before.result).toBe(HTTP_CODE.cancelled);
    await server.close();
  });

  test('says whether the remote may have acted', async () => {
    const [refused, lost] = await Promise.all([startFaultServer('refused'), startFaultServer('accepted but lost')]);
    expect((await outcome(http, { method: 'POST', url: refused.url })).facts['mayHaveArrived']).toBe(false);
    expect((await outcome(http, { method: 'POST', url: lost.url })).facts['mayHaveArrived']).toBe(true);
    await lost.close();
  });

  test('refuses an answer that is not JSON with a fault of ours', async () => {
    const server = await startFaultServer('200 html');
    const response = await http.request({ method: 'GET', url: server.url, timeoutMs: 2_000 });
    await server.close();
    expect(() => response.json()).toThrow(expect.objectContaining({ code: HTTP_CODE.notJson }));
  });

  test('accepts an answer of exactly the cap and drops a byte-order mark', async () => {
    const body = `\ufeff[${'1,'.repeat(50)}1]`;
    const server = await startFaultServer({ status: 200, body });
    const size = Buffer.byteLength(body);
    const request = { method: 'GET', url: server.url, timeoutMs: 2_000 } as const;
    const response = await http.request({ ...request, maxBytes: size });
    expect(response.json()).toHaveLength(51);
    expect((await outcome(http, { ...request, maxBytes: size - 1 })).result).toBe(HTTP_CODE.tooLarge);
    await server.close();
  });

  test.each(['never answers', 'drips its body', 'floods without end', 'refused'] as const)(
    'nothing of a request that met "%s" keeps a process alive once closed',
    async (kind) => {
      const own = createHttp({ transport });
      const server = await startFaultServer(kind);
      await untilCalm();
      const before = countSockets();
      await outcome(own, { method: 'GET', url: server.url, timeoutMs: 100 });
      await own.close();
      // Before the server closes: it would end the connection for us.
      await until(() => countSockets() <= before);
      await server.close();
    },
  );

  test.each(['never answers', 'drips its body', 'floods without end'] as const)(
    'an exchange given up because the server "%s" takes its connection along',
    async (kind) => {
      const own = createHttp({ transport });
      const server = await startFaultServer(kind);
      const before = countSockets();
      await outcome(own, { method: 'GET', url: server.url, timeoutMs: 100 });
      await until(() => countSockets() <= before);
      await own.close();
      await server.close();
    },
  );

  test('closing ends what is in flight', async () => {
    const own = createHttp({ transport });
    const server = await startFaultServer('never answers');
    const pending = outcome(own, { method: 'GET', url: server.url, timeoutMs: 9_000 });
    await until(() => server.requests().length > 0);
    await own.close();
    expect((await pending).result).toBe(HTTP_CODE.cancelled);
    await server.close();
  });
});

test('the pooled transport keeps its connections, the one-shot transport says that it will not', async () => {
  const server = await startFaultServer('ok');
  for (const transport of ['one-shot', 'pooled'] as const) {
    const http = createHttp({ transport });
    await http.request({ method: 'GET', url: server.url, timeoutMs: 2_000 });
    await http.close();
  }
  await server.close();
  expect(server.requests().map(({ headers }) => headers['connection'])).toEqual(['close', 'keep-alive']);
});

interface Outcome {
  readonly result: number | string;
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

async function outcome(http: Http, request: Omit<HttpRequest, 'timeoutMs'> & { timeoutMs?: number }): Promise<Outcome> {
  try {
    const response = await http.request({ timeoutMs: DEADLINE_MS, ...request });
    return { result: response.status, message: '', facts: {} };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const everything = `${error.message} ${error.hint} ${JSON.stringify(error.facts)} ${String(error.cause)}`;
    return {
      result: error.code,
      message: everything.includes('hunter2') ? everything : error.message,
      facts: error.facts,
    };
  }
}

function countSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
}

/** The server's own connections (a black hole fills its queue with some) have come to rest. */
async function untilCalm(): Promise<void> {
  let [count, sinceMs] = [countSockets(), performance.now()];
  await until(() => {
    if (countSockets() !== count) [count, sinceMs] = [countSockets(), performance.now()];
    return performance.now() - sinceMs > 200;
  });
}

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error('the condition never became true');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
