// HTTP as the port promises it: one policy (deadline, cap, secrets, faults) above two ways of moving bytes.

import { setMaxListeners } from 'node:events';
import { isFault } from '../base/fault.ts';
import type { Http, HttpRequest, HttpResponse } from './http.ts';
import { collectAnswer } from './http-answer.ts';
import { classify, httpFault } from './http-faults.ts';
import { readRequest } from './http-request.ts';
import type { Transport, TransportOptions } from './http-transport.ts';
import { startLimit } from './limit.ts';

export type Traffic = 'one-shot' | 'pooled' | 'unbounded';

export interface HttpOptions extends TransportOptions {
  /** `one-shot` for commands that send a few requests, `pooled` for probes and polling, `unbounded` where none may wait. */
  readonly transport: Traffic;
}

const DEFAULT_MAX_BYTES = 1_048_576;

export function createHttp(options: HttpOptions): Http {
  const closing = new AbortController();
  // Every request in flight listens to it: many at once are no leak.
  setMaxListeners(0, closing.signal);
  let transport: Promise<Transport> | undefined;
  return {
    request: async (request) => {
      transport ??= loadTransport(options);
      return attempt(await transport, request, closing.signal);
    },
    close: async () => {
      closing.abort();
      await (await transport)?.close();
    },
  };
}

async function loadTransport(options: HttpOptions): Promise<Transport> {
  if (options.transport === 'one-shot')
    return (await import('./one-shot-transport.ts')).createOneShotTransport(options);
  return (await import('./undici-transport.ts')).createPooledTransport(options, options.transport === 'pooled');
}

async function attempt(transport: Transport, request: HttpRequest, closing: AbortSignal): Promise<HttpResponse> {
  const startedMs = monotonicMs();
  const { what, ...wire } = readRequest(request);
  const limit = startLimit({
    timeoutMs: request.timeoutMs,
    signals: [closing, request.signal],
    timedOut: () => httpFault('timedOut', what, `${Math.round(request.timeoutMs)} ms, ${answer.progress()}`),
    cancelled: () => httpFault('cancelled', what),
  });
  const answer = collectAnswer(what, request.maxBytes ?? DEFAULT_MAX_BYTES, (maxBytes) =>
    limit.stop(httpFault('tooLarge', what, `more than ${maxBytes} bytes`)),
  );
  const exchange = { ...wire, method: request.method, signal: limit.signal };
  try {
    await limit.race(transport.exchange(exchange, answer));
    limit.signal.throwIfAborted();
    return answer.finish(monotonicMs() - startedMs);
  } catch (error) {
    if (limit.signal.aborted) throw limit.signal.reason;
    throw isFault(error) ? error : classify(error, what, answer.hasHead());
  } finally {
    limit.end();
  }
}

/** Not `performance.now()`: its first use runs a seventh of what Node's HTTP client runs for a whole push. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
