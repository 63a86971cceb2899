// Kept connections through undici's pools: the fastest under sustained traffic, too slow to load for a single push.

import type { Agent } from 'undici';
import type { AnswerSink, Exchange, Transport, TransportOptions } from './http-transport.ts';
import { lookupName } from './real-names.ts';

// Enough for a probe fan-out; more would only queue inside the remote.
const CONNECTIONS_PER_ORIGIN = 32;
const CONNECT_MS = 10_000;

export async function createPooledTransport(options: TransportOptions): Promise<Transport> {
  const { Agent } = await import('undici');
  const closing = new AbortController();
  const agent = new Agent({
    connections: CONNECTIONS_PER_ORIGIN,
    // The layer above owns time: undici's own timers are coarse (about a second) and per phase.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout: CONNECT_MS,
      lookup: (host, lookupOptions, callback) => lookupName(host, lookupOptions, callback, closing.signal),
      ...(options.trustedIssuers === undefined ? {} : { ca: options.trustedIssuers }),
    },
  });
  return {
    exchange: (exchange, sink) => run(agent, exchange, sink),
    close: async () => {
      closing.abort();
      await agent.destroy();
    },
  };
}

async function run(agent: Agent, exchange: Exchange, sink: AnswerSink): Promise<void> {
  const { statusCode, headers, body } = await agent.request({
    origin: exchange.url.origin,
    path: `${exchange.url.pathname}${exchange.url.search}`,
    method: exchange.method as 'GET',
    headers: exchange.headers,
    body: exchange.body,
    signal: exchange.signal,
  });
  sink.head(statusCode, headers);
  for await (const chunk of body) sink.data(chunk as Uint8Array);
}
