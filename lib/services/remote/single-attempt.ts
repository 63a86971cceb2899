// A remote that is measured: every request is sent exactly once, and no breaker is asked or told.

import type { Http } from '../../effects/http.ts';
import { judgeAnswer, judgeFault, type Verdict } from './answer.ts';
import type { Breaker } from './breaker.ts';
import type { Remote, RemoteRequest } from './remote.ts';

export function createSingleAttempt(http: Http, provider: string): Remote {
  const breaker: Breaker = {
    provider,
    enter: async () => ({ allowed: true }),
    leave: async () => {},
    state: () => 'closed',
  };
  return {
    provider,
    breaker,
    send: async (request) => {
      const verdict = await attempt(http, provider, request);
      if (verdict.ok) return { ok: true, response: verdict.response, attempts: 1 };
      const { fault, response } = verdict;
      return {
        ok: false,
        retryable: fault.retryable,
        reason: fault.message,
        attempts: 1,
        retryAfterMs: null,
        response,
        fault,
      };
    },
  };
}

async function attempt(http: Http, provider: string, request: RemoteRequest): Promise<Verdict> {
  const { attemptTimeoutMs: _, repeatable: __, attempts: ___, mustLook: ____, judge, ...wire } = request;
  try {
    return judgeAnswer(provider, await http.request(wire), judge);
  } catch (error) {
    return judgeFault(error, provider);
  }
}
