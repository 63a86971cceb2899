// The control plane over HTTP: `POST <base>/control/<subject>`.

import { HTTP_CODE } from '../../base/http-codes.ts';
import type { Secret } from '../../base/secret.ts';
import { REMOTE_CODE } from '../../services/remote/answer.ts';
import type { Remote } from '../../services/remote/remote.ts';
import { type ControlWire, couldNotLook } from './control-plane.ts';

export interface HttpWireDetails {
  /** `http://host:port`, perhaps with a path prefix. */
  readonly url: string;
  readonly remote: Remote;
  /** Asked before each request: authorization, traceparent. */
  readonly headers?: () => Readonly<Record<string, string | Secret>>;
  readonly maxBytes?: number;
}

// About 400,000 active subscriptions with their tick times.
const MAX_BYTES = 67_108_864;

export function createHttpWire({ url, remote, headers, maxBytes = MAX_BYTES }: HttpWireDetails): ControlWire {
  const base = url.replace(/\/+$/, '');
  return {
    ask: async ({ subject, body, timeoutMs, signal, isRepeatable, mustAsk }) => {
      const answer = await remote.send({
        method: 'POST',
        url: `${base}/control/${subject}`,
        headers: { accept: 'application/json', ...headers?.(), 'content-type': 'application/json' },
        body,
        timeoutMs,
        maxBytes,
        mustLook: mustAsk,
        ...(isRepeatable ? { isProbe: true } : { attempts: 1 }),
        ...(signal === undefined ? {} : { signal }),
      });
      if (answer.ok) return { ok: true, body: answer.response.body };
      return couldNotLook(answer.fault, {
        isRateLimited: answer.fault.code === REMOTE_CODE.throttles,
        isTimeout: answer.fault.code === HTTP_CODE.timedOut || answer.response?.status === 504,
        retryAfterMs: answer.retryAfterMs,
      });
    },
    // The HTTP client belongs to the context and is closed there.
    close: async () => {},
  };
}
