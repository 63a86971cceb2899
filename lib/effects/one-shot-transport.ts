// One connection per exchange: over a bare handle where that will do, else through Node's own client.

import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { AnswerSink, Exchange, Transport, TransportOptions } from './http-transport.ts';
import { isPlain, openPlainExchange } from './plain-exchange.ts';

export function createOneShotTransport(options: TransportOptions): Transport {
  const plain = openPlainExchange();
  return {
    exchange: async (exchange, sink) => {
      exchange.signal.throwIfAborted();
      if (plain !== null && isPlain(exchange.url)) return plain(exchange, sink);
      const { request } = exchange.url.protocol === 'https:' ? await import('node:https') : await import('node:http');
      exchange.signal.throwIfAborted();
      await run(request(exchange.url, requestOptions(exchange, options)), exchange, sink);
    },
    close: async () => {},
  };
}

function requestOptions(exchange: Exchange, options: TransportOptions): RequestOptions & { ca?: string } {
  return {
    method: exchange.method,
    headers: exchange.headers,
    agent: false,
    lookup: lookupUntil(exchange.signal),
    ...(options.trustedIssuers === undefined ? {} : { ca: options.trustedIssuers }),
  };
}

function lookupUntil(signal: AbortSignal): LookupFunction {
  return (host, options, callback) => {
    import('./real-names.ts').then(
      ({ lookupName }) => lookupName(host, options, callback, signal),
      (error: Error) => callback(error, '', 4),
    );
  };
}

function run(request: ClientRequest, exchange: Exchange, sink: AnswerSink): Promise<void> {
  return new Promise((resolve, reject) => {
    const abandon = (): void => {
      request.destroy();
      reject(exchange.signal.reason);
    };
    exchange.signal.addEventListener('abort', abandon, { once: true });
    const settle = (act: () => void): void => {
      exchange.signal.removeEventListener('abort', abandon);
      act();
    };
    request.on('error', (error) => settle(() => reject(error)));
    request.on('response', (response) => {
      drain(response, sink).then(
        () => settle(resolve),
        (error: unknown) => settle(() => reject(error)),
      );
    });
    request.end(exchange.body ?? undefined);
  });
}

function drain(response: IncomingMessage, sink: AnswerSink): Promise<void> {
  return new Promise((resolve, reject) => {
    response.on('error', reject);
    response.on('data', (chunk: Buffer) => sink.data(chunk));
    response.on('end', resolve);
    sink.head(response.statusCode ?? 0, response.headers);
  });
}
