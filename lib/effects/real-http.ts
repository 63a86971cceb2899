// HTTP as the port promises it: one policy (deadline, cap, secrets, faults) above two ways of moving bytes.

import { isFault } from '../base/fault.ts';
import type { Http, HttpRequest, HttpResponse } from './http.ts';
import { collectAnswer } from './http-answer.ts';
import { classify, httpFault } from './http-faults.ts';
import { readRequest } from './http-request.ts';
import type { Transport, TransportOptions } from './http-transport.ts';

export interface HttpOptions extends TransportOptions {
  /** `one-shot` for commands that send a few requests, `pooled` for probes, polling and load. */
  readonly transport: 'one-shot' | 'pooled';
}

const DEFAULT_MAX_BYTES = 1_048_576;
// Node fires longer timers at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createHttp(options: HttpOptions): Http {
  const closing = new AbortController();
  let transport: Promise<Transport> | undefined;
  return {
    request: async (request) => {
      transport ??= loadTransport(options);
      return attempt(transport, request, closing.signal);
    },
    close: async () => {
      closing.abort();
      await (await transport)?.close();
    },
  };
}

async function loadTransport(options: HttpOptions): Promise<Transport> {
  if (options.transport === 'pooled') return (await import('./undici-transport.ts')).createPooledTransport(options);
  return (await import('./one-shot-transport.ts')).createOneShotTransport(options);
}

async function attempt(
  transport: Promise<Transport>,
  request: HttpRequest,
  closing: AbortSignal,
): Promise<HttpResponse> {
  const startedMs = performance.now();
  const { what, ...wire } = readRequest(request);
  const stop = new AbortController();
  const answer = collectAnswer(what, request.maxBytes ?? DEFAULT_MAX_BYTES, (maxBytes) =>
    stop.abort(httpFault('tooLarge', what, `more than ${maxBytes} bytes`)),
  );
  const timer = setTimeout(
    () => stop.abort(httpFault('timedOut', what, `${request.timeoutMs} ms, ${answer.progress()}`)),
    Math.min(Math.max(0, request.timeoutMs) || 0, LONGEST_TIMER_MS),
  );
  const unfollow = follow([closing, request.signal], () => stop.abort(httpFault('cancelled', what)));
  try {
    const exchange = transport.then((ready) =>
      ready.exchange({ ...wire, method: request.method, signal: stop.signal }, answer),
    );
    // The deadline does not wait for the transport to notice it.
    await Promise.race([whenAborted(stop.signal), exchange]);
    stop.signal.throwIfAborted();
    return answer.finish(performance.now() - startedMs);
  } catch (error) {
    if (stop.signal.aborted) throw stop.signal.reason;
    throw isFault(error) ? error : classify(error, what, answer.hasHead());
  } finally {
    clearTimeout(timer);
    unfollow();
  }
}

function follow(signals: readonly (AbortSignal | undefined)[], act: () => void): () => void {
  for (const signal of signals) {
    if (signal?.aborted) act();
    signal?.addEventListener('abort', act, { once: true });
  }
  return () => {
    for (const signal of signals) signal?.removeEventListener('abort', act);
  };
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
