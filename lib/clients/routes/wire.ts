// One question to a route or to the switch, over HTTP or NATS. No breaker: what is to be repaired must not be left alone.

import type { ControlSubject } from '../../base/control-subjects.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { describeError, isFault } from '../../base/fault.ts';
import type { Http } from '../../effects/http.ts';
import type { ControlWire } from '../control-plane/control-plane.ts';

export interface RouteQuestion {
  readonly subject: ControlSubject;
  readonly body: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Changes nothing. */
  readonly isProbe: boolean;
}

export type RouteReply =
  | { readonly ok: true; readonly body: Uint8Array }
  | { readonly ok: false; readonly problem: string };

/** Asked once; repeating is the caller's decision. */
export type RouteWire = (question: RouteQuestion) => Promise<RouteReply>;

// A route's state is a few hundred bytes.
const MAX_BYTES = 65_536;

export function httpRouteWire(http: Http, url: string): RouteWire {
  const base = url.replace(/\/+$/, '');
  return async ({ subject, body, timeoutMs, signal, isProbe }) => {
    try {
      const answer = await http.request({
        method: 'POST',
        url: `${base}/control/${subject}`,
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body,
        timeoutMs,
        maxBytes: MAX_BYTES,
        signal,
        isProbe,
      });
      if (answer.status === 200) return { ok: true, body: answer.body };
      return { ok: false, problem: `it answered ${answer.status}` };
    } catch (error) {
      // A bug of ours is no news about the route.
      if (!isFault(error) || error.exit === EXIT.bug) throw error;
      return { ok: false, problem: describeError(error) };
    }
  };
}

export function controlRouteWire(wire: ControlWire): RouteWire {
  return async ({ isProbe, ...question }) => {
    const answer = await wire.ask({ ...question, isRepeatable: isProbe, mustAsk: isProbe });
    return answer.ok ? answer : { ok: false, problem: answer.reason };
  };
}
