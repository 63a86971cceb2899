// The environment without sockets: the same roles behind an Http port, driven by whatever clock is given.

import { ROUTE_NAMES, type RouteName } from '../../base/feed-routes.ts';
import { Secret } from '../../base/secret.ts';
import type { Http, HttpRequest, HttpResponse } from '../../effects/http.ts';
import { httpFault } from '../../effects/http-faults.ts';
import { createConsumer } from './consumer.ts';
import { makeContracts } from './contracts.ts';
import { type Ask, createControlPlane } from './control-plane.ts';
import { createFeed, type FeedOptions } from './feed.ts';
import { createMemoryFence, type FenceStore } from './fence-store.ts';
import type { Role, RoleReply } from './role.ts';
import type { SimClock } from './sim-clock.ts';
import { createSubscriptionWorker } from './subscription-worker.ts';
import type { Fault } from './wire.ts';

export interface InProcessOptions {
  readonly clock: SimClock;
  readonly seed: number;
  /** Default 480: 5,500 messages a second, and one window of the rate limit. */
  readonly contracts?: number;
  readonly consumers?: readonly string[];
  readonly account?: string;
  readonly feed?: Pick<FeedOptions, 'loginMs' | 'rateLimit'>;
  /** How often roles look by themselves. Fewer looks make a quicker simulation. */
  readonly intervalMs?: { readonly worker: number; readonly consumer: number };
  /** How long an answer travels. Default 1. */
  readonly latencyMs?: number;
  readonly onEvent?: (event: Readonly<Record<string, unknown>>) => void;
}

export interface InProcessEnvironment {
  /** `http://<role>.sim/…`; anything else is refused. */
  readonly http: Http;
  /** Role names: feed-primary, feed-backup, control-plane, subscription-worker, consumer-<name>. */
  readonly names: readonly string[];
  /** Idempotent. What fences must remember survives `kill`. */
  start(name: string): Promise<void>;
  /** As SIGKILL: requests under way get no answer. */
  kill(name: string): void;
  isRunning(name: string): boolean;
  fault(name: string, fault: Fault): Promise<void>;
  heal(name: string): Promise<void>;
  /** Ends what the roles do by themselves. */
  stop(): void;
}

interface Running {
  readonly role: Role;
  readonly end: AbortController;
}

export function createInProcessEnvironment(options: InProcessOptions): InProcessEnvironment {
  const { clock, seed, account = 'sim', consumers = ['pricing', 'risk'], latencyMs = 1, onEvent = () => {} } = options;
  const contracts = makeContracts(options.contracts ?? 480);
  const running = new Map<string, Running>();
  const fences = new Map<string, FenceStore>();
  const fenceOf = (name: string): FenceStore => {
    const fence = fences.get(name) ?? createMemoryFence();
    fences.set(name, fence);
    return fence;
  };
  const kill = (name: string): void => {
    running.get(name)?.end.abort();
    running.delete(name);
  };
  const ask: Ask = async (name, subject, body) => {
    const role = running.get(name)?.role;
    if (role === undefined) throw new Error('connection refused');
    await clock.sleep(latencyMs);
    const text = await role.control(subject, JSON.stringify(body));
    if (text === null || running.get(name)?.role !== role) {
      await clock.sleep(ASK_MS);
      throw new Error('no answer in time');
    }
    return JSON.parse(text) as unknown;
  };
  const looks = (role: 'worker' | 'consumer') =>
    options.intervalMs === undefined ? {} : { intervalMs: options.intervalMs[role] };
  const feed = (route: RouteName) => (onDie: () => void) =>
    createFeed({
      ...options.feed,
      route,
      account,
      seed,
      clock,
      contracts,
      onEvent,
      onDie,
      startAs: 'standby',
      fence: fenceOf(`feed-${route}`),
    });
  const makers: Record<string, (onDie: () => void) => Promise<Role>> = {
    ...Object.fromEntries(ROUTE_NAMES.map((route) => [`feed-${route}`, feed(route)])),
    'control-plane': (onDie) =>
      createControlPlane({ clock, contracts, ask, onEvent, onDie, fence: fenceOf('control-plane') }),
    'subscription-worker': async (onDie) =>
      createSubscriptionWorker({ clock, ask, account, onDie, ...looks('worker') }),
    ...Object.fromEntries(
      consumers.map((name) => [
        `consumer-${name}`,
        async (onDie: () => void) =>
          createConsumer({ name, seed, clock, ask, account, onEvent, onDie, ...looks('consumer') }),
      ]),
    ),
  };

  const send = async (name: string, request: Parameters<Role['answer']>[0]): Promise<RoleReply | 'never' | 'dead'> => {
    const role = running.get(name)?.role;
    if (role === undefined) return 'dead';
    const answer = await role.answer(request);
    return running.get(name)?.role === role ? answer : 'dead';
  };
  const administer = async (name: string, method: string, body: string): Promise<void> => {
    const answer = await send(name, { method, path: '/admin/faults', body });
    if (typeof answer === 'object' && answer.status !== 200) throw new Error(answer.body);
  };
  return {
    http: createInProcessHttp(clock, latencyMs, (name) => running.has(name), send),
    names: Object.keys(makers),
    async start(name) {
      const make = makers[name];
      if (make === undefined) throw new Error(`no such role: ${name}`);
      if (running.has(name)) return;
      const end = new AbortController();
      const role = await make(() => void clock.sleep(DIE_MS).then(() => kill(name)));
      running.set(name, { role, end });
      void role.work(end.signal);
    },
    kill,
    isRunning: (name) => running.has(name),
    fault: (name, fault) => administer(name, 'POST', JSON.stringify(fault)),
    heal: (name) => administer(name, 'DELETE', ''),
    stop() {
      for (const name of [...running.keys()]) kill(name);
    },
  };
}

// The answer to the request that asked for it still leaves.
const DIE_MS = 10;
// As long as the roles of the real environment wait for each other.
const ASK_MS = 500;
const HOST = /^([a-z0-9-]+)\.sim$/;

function createInProcessHttp(
  clock: SimClock,
  latencyMs: number,
  isRunning: (name: string) => boolean,
  send: (name: string, request: Parameters<Role['answer']>[0]) => Promise<RoleReply | 'never' | 'dead'>,
): Http {
  const request = async ({ url, method, body = '', timeoutMs, signal }: HttpRequest): Promise<HttpResponse> => {
    const address = new URL(url instanceof Secret ? url.reveal() : url);
    const what = `${method} ${address.origin}${address.pathname}`;
    const name = HOST.exec(address.hostname)?.[1];
    const startedMs = clock.monotonicMs();
    await clock.sleep(latencyMs, signal).catch(() => {
      throw httpFault('cancelled', what);
    });
    if (name === undefined || !isRunning(name)) throw httpFault('refused', what);
    const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
    const waited = new AbortController();
    const late = clock.sleep(timeoutMs - latencyMs, mergeSignals(signal, waited.signal)).then(
      () => 'late' as const,
      () => 'ended' as const,
    );
    const answered = send(name, { method, path: address.pathname, body: text }).then((answer) =>
      answer === 'never' ? new Promise<never>(() => {}) : answer,
    );
    const answer = await Promise.race([answered, late]);
    waited.abort();
    if (answer === 'late') throw httpFault('timedOut', what);
    if (answer === 'ended') throw httpFault('cancelled', what);
    if (answer === 'dead') throw httpFault('reset', what);
    return toResponse(answer, clock.monotonicMs() - startedMs, what);
  };
  return { request, close: async () => {} };
}

function mergeSignals(given: AbortSignal | undefined, own: AbortSignal): AbortSignal {
  return given === undefined ? own : AbortSignal.any([given, own]);
}

function toResponse({ status, type, body }: RoleReply, durationMs: number, what: string): HttpResponse {
  const bytes = Buffer.from(body);
  return {
    status,
    headers: { 'content-type': type, 'content-length': String(bytes.length) },
    body: bytes,
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
