// The network between programs and remotes: answers come late, twice, half, from somebody else, or not at all.

import { Secret } from '../../base/secret.ts';
import type { Http, HttpRequest, HttpResponse } from '../../effects/http.ts';
import { httpFault } from '../../effects/http-faults.ts';
import type { Chance } from './chance.ts';
import type { Gate } from './gate.ts';
import type { Scheduler } from './scheduler.ts';

export interface RemoteRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The host that asks. */
  readonly from: string;
}

export interface RemoteReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A remote: answers at once, later, or never; one that throws is not there. */
export type Remote = (request: RemoteRequest) => RemoteReply | Promise<RemoteReply>;

export const LIES = [
  'refused',
  'black hole',
  'reset before',
  'lost reply',
  'truncated reply',
  'delivered late',
  'delivered twice',
  'slow',
  'status 500',
  'status 503',
  'status 429',
  'redirect',
  'html',
  'garbage',
  'drip',
  'tls failure',
  'flood',
  'not http',
  'wrong type',
  'status 400',
  'status 401',
  'status 404',
] as const;
export type Lie = (typeof LIES)[number];

export interface Network {
  connect(hostname: string, remote: Remote): void;
  /** Asked for every request; null for an honest exchange. */
  lieOf: (from: string, hostname: string, request: RemoteRequest) => Lie | null;
  http(from: string, gate: Gate): Http;
  /** Between remotes: the same wires, no program behind. */
  ask(from: string, hostname: string, path: string, body: string): Promise<RemoteReply>;
}

async function work(remote: Remote, request: RemoteRequest): Promise<RemoteReply> {
  return remote(request);
}

const LATENCY_MS = [0.2, 3] as const;
/** Long enough to come after every deadline of a probe, short enough to come within a run. */
const LATE_MS = [2_500, 20_000] as const;
const INNER_TIMEOUT_MS = 500;

type Exchange =
  | { readonly kind: 'reply'; readonly reply: RemoteReply }
  | { readonly kind: 'refused' | 'reset' | 'truncated' | 'tls' | 'tooLarge' | 'malformed' };

export function createNetwork(scheduler: Scheduler, chance: Chance): Network {
  const remotes = new Map<string, Remote>();

  /** Resolves with what the asker gets; for a black hole never. */
  function exchange(request: RemoteRequest, hostname: string): Promise<Exchange> {
    const lie = network.lieOf(request.from, hostname, request);
    return new Promise((resolve) => {
      const answer = (found: Exchange): void => {
        scheduler.after(chance.between(...LATENCY_MS), () => resolve(found));
      };
      const deliver = (onReply: (reply: RemoteReply) => void): void => {
        const remote = remotes.get(hostname);
        if (remote === undefined) answer({ kind: 'refused' });
        else void work(remote, request).then(onReply, () => answer({ kind: 'refused' }));
      };
      const honest = (): void => deliver((reply) => answer({ kind: 'reply', reply }));
      const delayed = (act: () => void, range: readonly [number, number]): void => {
        scheduler.after(chance.between(...range), act);
      };
      delayed(() => {
        switch (lie) {
          case null:
            honest();
            break;
          case 'refused':
            answer({ kind: 'refused' });
            break;
          case 'black hole':
            break;
          case 'reset before':
            answer({ kind: 'reset' });
            break;
          case 'tls failure':
            answer({ kind: 'tls' });
            break;
          case 'drip':
            // What was asked is done; its answer comes byte by byte, past every deadline.
            deliver(() => {});
            break;
          case 'lost reply':
            deliver(() => answer({ kind: 'reset' }));
            break;
          case 'truncated reply':
            deliver(() => answer({ kind: 'truncated' }));
            break;
          case 'flood':
            deliver(() => answer({ kind: 'tooLarge' }));
            break;
          case 'not http':
            answer({ kind: 'malformed' });
            break;
          case 'delivered late':
            delayed(() => deliver(() => {}), LATE_MS);
            break;
          case 'delivered twice':
            honest();
            delayed(() => deliver(() => {}), LATE_MS);
            break;
          case 'slow':
            delayed(honest, [100, 1_500]);
            break;
          default:
            answer({ kind: 'reply', reply: IMPOSTORS[lie] });
        }
      }, LATENCY_MS);
    });
  }

  const network: Network = {
    connect: (hostname, remote) => {
      remotes.set(hostname, remote);
    },
    lieOf: () => null,
    http: (from, gate) => ({
      request: (request) => send(scheduler, gate, from, request, exchange),
      close: async () => {},
    }),
    ask: async (from, hostname, path, body) => {
      const request = { method: 'POST', path, body, headers: {}, from };
      const late = new Promise<'late'>((resolve) => {
        scheduler.after(INNER_TIMEOUT_MS, () => resolve('late'));
      });
      const found = await Promise.race([exchange(request, hostname), late]);
      if (found === 'late') throw new Error('no answer in time');
      if (found.kind !== 'reply') throw new Error(found.kind);
      return found.reply;
    },
  };
  return network;
}

const IMPOSTORS = {
  'status 500': { status: 500, body: 'internal error' },
  'status 503': { status: 503, body: 'unavailable' },
  'status 429': { status: 429, headers: { 'retry-after': '1' }, body: '' },
  redirect: { status: 302, headers: { location: 'http://elsewhere.sim/' }, body: '' },
  html: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>sign in</html>' },
  garbage: { status: 200, body: '{"active":' },
  'wrong type': { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' },
  'status 400': { status: 400, body: 'bad request' },
  'status 401': { status: 401, headers: { 'www-authenticate': 'Basic' }, body: '' },
  'status 404': { status: 404, body: 'not found' },
} as const satisfies Record<string, RemoteReply>;

async function send(
  scheduler: Scheduler,
  gate: Gate,
  from: string,
  request: HttpRequest,
  exchange: (request: RemoteRequest, hostname: string) => Promise<Exchange>,
): Promise<HttpResponse> {
  const url = new URL(request.url instanceof Secret ? request.url.reveal() : request.url);
  // As with the real wires: nothing of a secret address may be shown.
  const shown = request.url instanceof Secret ? `to the address in ${request.url.source}` : url.origin + url.pathname;
  const what = `${request.method} ${shown}`;
  const body = request.body === undefined ? '' : Buffer.from(request.body).toString('utf8');
  return gate.pass('http', `${what} ${body.slice(0, 200)}`, async () => {
    if (request.signal?.aborted) throw httpFault('cancelled', what);
    const sinceMs = scheduler.nowMs();
    const wire = { method: request.method, path: url.pathname + url.search, body, headers: namesOf(request), from };
    const found = await withinDeadline(scheduler, request, exchange(wire, url.hostname));
    if (found === 'late') throw httpFault('timedOut', what);
    if (found === 'cancelled') throw httpFault('cancelled', what);
    if (found.kind !== 'reply') throw httpFault(found.kind, what);
    return toResponse(found.reply, scheduler.nowMs() - sinceMs, what);
  });
}

function withinDeadline<T>(
  scheduler: Scheduler,
  { timeoutMs, signal }: HttpRequest,
  work: Promise<T>,
): Promise<T | 'late' | 'cancelled'> {
  return new Promise((resolve, reject) => {
    const end = (found: T | 'late' | 'cancelled'): void => {
      takeBack();
      signal?.removeEventListener('abort', onAbort);
      resolve(found);
    };
    const onAbort = (): void => end('cancelled');
    const takeBack = scheduler.after(timeoutMs, () => end('late'));
    signal?.addEventListener('abort', onAbort, { once: true });
    work.then(end, reject);
  });
}

function namesOf({ headers = {} }: HttpRequest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      value instanceof Secret ? value.reveal() : value,
    ]),
  );
}

function toResponse({ status, headers = {}, body }: RemoteReply, durationMs: number, what: string): HttpResponse {
  return {
    status,
    headers,
    get body() {
      return Buffer.from(body);
    },
    durationMs,
    text: () => body,
    json: () => {
      try {
        return JSON.parse(body) as unknown;
      } catch {
        throw httpFault('notJson', what);
      }
    },
  };
}
