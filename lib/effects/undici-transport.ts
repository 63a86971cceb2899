// Kept connections through undici's pools: the fastest under sustained traffic, too slow to load for a single push.

import type { Socket } from 'node:net';
import type { Agent } from 'undici';
import type { AnswerSink, Exchange, Transport, TransportOptions } from './http-transport.ts';
import { lookupName } from './real-names.ts';

// Enough for a probe fan-out; more would only queue inside the remote.
const CONNECTIONS_PER_ORIGIN = 32;
const CONNECT_MS = 10_000;

/** `isBounded`: not more than so many connections to one origin; what comes on top waits for one of them. */
export async function createPooledTransport(options: TransportOptions, isBounded: boolean): Promise<Transport> {
  const { Agent, buildConnector } = await import('undici');
  const closing = new AbortController();
  // `destroy` leaves a socket that is still connecting to its own timeout: those are ended here.
  const connecting = new Set<Socket>();
  const connector = buildConnector({
    timeout: CONNECT_MS,
    lookup: (host, lookupOptions, callback) => lookupName(host, lookupOptions, callback, closing.signal),
    ...(options.trustedIssuers === undefined ? {} : { ca: options.trustedIssuers }),
  });
  const agent = new Agent({
    connections: isBounded ? CONNECTIONS_PER_ORIGIN : null,
    // The layer above owns time: undici's own timers are coarse (about a second) and per phase.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (target, callback) => {
      const socket = connector(target, callback) as unknown as Socket;
      connecting.add(socket);
      for (const end of ['connect', 'close']) socket.once(end, () => connecting.delete(socket));
    },
  });
  return {
    exchange: (exchange, sink) => run(agent, exchange, sink),
    close: async () => {
      closing.abort();
      for (const socket of connecting) socket.destroy();
      await agent.destroy();
    },
  };
}

/** undici's lowest layer: a stream and an iterator for each answer would cost a third of the rate. */
function run(agent: Agent, exchange: Exchange, sink: AnswerSink): Promise<void> {
  const { url, method, headers, body, signal } = exchange;
  return new Promise((resolve, reject) => {
    let abandon = (): void => {};
    const settle = (act: () => void): void => {
      signal.removeEventListener('abort', abandon);
      act();
    };
    agent.dispatch(
      { origin: url.origin, path: `${url.pathname}${url.search}`, method: method as 'GET', headers, body },
      {
        onRequestStart: (controller) => {
          abandon = () => controller.abort(signal.reason as Error);
          if (signal.aborted) abandon();
          else signal.addEventListener('abort', abandon, { once: true });
        },
        onResponseStart: (_controller, status, answered) => {
          // 1xx only announce an answer.
          if (status >= 200) sink.head(status, answered);
        },
        onResponseData: (_controller, chunk) => sink.data(chunk),
        onResponseEnd: () => settle(resolve),
        onResponseError: (_controller, error) => settle(() => reject(error)),
      },
    );
  });
}
