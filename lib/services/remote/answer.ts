// What one attempt at a remote means: good, worth another attempt, or final; and what it says about the remote's health.

import { EXIT } from '../../base/exit-codes.ts';
import { describeError, Fault, type FaultDetails, isFault } from '../../base/fault.ts';
import { HTTP_CODE } from '../../base/http-codes.ts';
import type { BreakerEvidence } from '../../domain/breaker.ts';
import type { HttpResponse } from '../../effects/http.ts';

export const REMOTE_CODE = {
  circuitOpen: 'remote circuit open',
  redirects: 'remote redirects',
  refused: 'remote refused the request',
  throttles: 'remote throttles',
  failed: 'remote failed',
  unexpected: 'remote answer unexpected',
} as const;

export type Verdict =
  | { readonly ok: true; readonly response: HttpResponse; readonly evidence: 'alive' }
  | {
      readonly ok: false;
      readonly fault: Fault;
      readonly evidence: BreakerEvidence;
      readonly response: HttpResponse | null;
    };

/** Says what is wrong with an answer of status 2xx, or null when it is what the remote should say. */
export type Judge = (response: HttpResponse) => string | null;

export function judgeAnswer(provider: string, response: HttpResponse, judge: Judge | undefined): Verdict {
  const { status } = response;
  if (status >= 200 && status < 300) {
    const wrong = findWrong(response, judge);
    if (wrong === null) return { ok: true, response, evidence: 'alive' };
    // Something else answers in its place (a sign-in page, a proxy): the remote is not there.
    return failure(response, 'failing', REMOTE_CODE.unexpected, `${provider} answered ${status}, but ${wrong}`, {
      exit: EXIT.unavailable,
      hint: 'Check that the address is the service itself and not a proxy or a sign-in page.',
    });
  }
  if (status === 429) {
    return failure(response, 'alive', REMOTE_CODE.throttles, `${provider} asks to slow down (429)`, {
      exit: EXIT.unavailable,
      retryable: true,
      hint: 'Wait, or send less.',
    });
  }
  if (status >= 500 || status === 408) {
    return failure(response, 'failing', REMOTE_CODE.failed, `${provider} answered ${status}`, {
      exit: EXIT.unavailable,
      retryable: true,
      hint: 'Look at its log; it is tried again later.',
    });
  }
  if (status >= 300 && status < 400) {
    return failure(response, 'failing', REMOTE_CODE.redirects, `${provider} redirects elsewhere (${status})`, {
      exit: EXIT.unavailable,
      hint: 'Redirects are never followed: configure the final address.',
    });
  }
  return failure(response, 'alive', REMOTE_CODE.refused, `${provider} refused the request (${status})`, {
    hint: HINTS.get(status) ?? 'Look at its log for what it did not accept.',
  });
}

export function judgeFault(error: unknown, provider: string): Verdict {
  const fault = isFault(error)
    ? error
    : new Fault(REMOTE_CODE.failed, `${provider} could not be asked: ${describeError(error)}`);
  return { ok: false, fault, evidence: EVIDENCE.get(fault.code) ?? 'failing', response: null };
}

export function circuitOpen(provider: string, { waitMs, reason }: { waitMs: number; reason: string }): Fault {
  return new Fault(REMOTE_CODE.circuitOpen, `${provider} is left alone for now: ${reason}`, {
    exit: EXIT.unavailable,
    retryable: true,
    hint: `It is tried again in ${Math.ceil(waitMs / 1_000)} s.`,
  });
}

const HINTS = new Map([
  [401, 'Check its credentials.'],
  [403, 'Check its credentials and what they may do.'],
  [404, 'Check the path of its address.'],
]);

// Our own mistakes and our own cancelling say nothing about the remote.
const EVIDENCE: ReadonlyMap<string, BreakerEvidence> = new Map<string, BreakerEvidence>([
  [HTTP_CODE.cancelled, 'unproven'],
  [HTTP_CODE.address, 'unproven'],
  [HTTP_CODE.request, 'unproven'],
]);

function findWrong(response: HttpResponse, judge: Judge | undefined): string | null {
  try {
    return judge?.(response) ?? null;
  } catch (error) {
    return describeError(error);
  }
}

function failure(
  response: HttpResponse,
  evidence: BreakerEvidence,
  code: string,
  message: string,
  details: FaultDetails,
): Verdict {
  const fault = new Fault(code, message, { ...details, facts: { status: response.status } });
  return { ok: false, fault, evidence, response };
}
