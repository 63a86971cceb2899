// One remote: attempts within a deadline and a retry budget, behind its circuit breaker.

import type { Fault } from '../../base/fault.ts';
import { HTTP_CODE } from '../../base/http-codes.ts';
import { parseRetryAfter, planRetry, RETRY_POLICY, type RetryPolicy } from '../../domain/retry.ts';
import type { Clock } from '../../effects/clock.ts';
import type { Http, HttpRequest, HttpResponse } from '../../effects/http.ts';
import type { Random } from '../../effects/random.ts';
import { circuitOpen, type Judge, judgeAnswer, judgeFault, type Verdict } from './answer.ts';
import type { Breaker } from './breaker.ts';

export interface RemoteRequest extends HttpRequest {
  /** For everything together: attempts, waits between them, bodies. */
  readonly timeoutMs: number;
  /** For one attempt. Default: what is left, so that a hung remote is asked once. */
  readonly attemptTimeoutMs?: number;
  /** False where acting twice is worse than not acting: then only what cannot have arrived is sent again. */
  readonly repeatable?: boolean;
  /** Sent although the breaker is open, for requests whose purpose is to find out. */
  readonly mustLook?: boolean;
  /** Most attempts, where fewer than the policy's are wanted. */
  readonly attempts?: number;
  readonly judge?: Judge;
}

export type RemoteAnswer =
  | { readonly ok: true; readonly response: HttpResponse; readonly attempts: number }
  | RemoteFailure;

export interface RemoteFailure {
  readonly ok: false;
  /** Worth trying again later (spool it); this call is over. */
  readonly retryable: boolean;
  readonly reason: string;
  readonly attempts: number;
  /** What the remote, or its breaker, asks to wait. */
  readonly retryAfterMs: number | null;
  readonly response: HttpResponse | null;
  /** For clients that throw. */
  readonly fault: Fault;
}

export interface AttemptFact {
  readonly provider: string;
  readonly attempt: number;
  readonly durationMs: number;
  readonly status: number | null;
  /** A fault's code, or null when it went well. */
  readonly code: string | null;
  readonly retryInMs: number | null;
}

export interface RemoteDetails {
  readonly http: Http;
  readonly clock: Clock;
  readonly random: Random;
  readonly breaker: Breaker;
  readonly policy?: RetryPolicy;
  /** Silent for this long, it is left alone at once. Default: it counts as any other failure. */
  readonly hungAfterMs?: number;
  readonly onAttempt?: (fact: AttemptFact) => void;
}

export interface Remote {
  readonly provider: string;
  readonly breaker: Breaker;
  /** Never throws. */
  send(request: RemoteRequest): Promise<RemoteAnswer>;
}

export function createRemote(details: RemoteDetails): Remote {
  const policy = details.policy ?? RETRY_POLICY;
  let savedRetries = policy.savedRetries;
  return {
    provider: details.breaker.provider,
    breaker: details.breaker,
    send: async (request) => {
      savedRetries = Math.min(policy.savedRetries, savedRetries + policy.retriesPerCall);
      const spend = (): void => {
        savedRetries -= 1;
      };
      return send({ ...details, policy, savedRetries: () => savedRetries, spend }, request);
    },
  };
}

interface Sender extends RemoteDetails {
  readonly policy: RetryPolicy;
  readonly savedRetries: () => number;
  readonly spend: () => void;
}

async function send(sender: Sender, request: RemoteRequest): Promise<RemoteAnswer> {
  const { breaker, clock } = sender;
  const endsMs = clock.monotonicMs() + request.timeoutMs;
  for (let attempts = 1; ; attempts += 1) {
    const entry = await breaker.enter({ mustLook: request.mustLook === true });
    if (!entry.allowed) return toFailure(circuitOpen(breaker.provider, entry), attempts - 1, null, entry.waitMs);
    const startedMs = clock.monotonicMs();
    const verdict = await attempt(sender, request, endsMs - startedMs);
    const durationMs = clock.monotonicMs() - startedMs;
    const isHung = !verdict.ok && GIVEN_UP.has(verdict.fault.code) && durationMs >= (sender.hungAfterMs ?? Infinity);
    if (isHung) await breaker.leave('hung', `it gave no answer for ${Math.round(durationMs)} ms`);
    else await breaker.leave(verdict.evidence, verdict.ok ? '' : verdict.fault.message);
    const retryInMs = verdict.ok ? null : planNext(sender, request, verdict, attempts, endsMs);
    sender.onAttempt?.(describe(breaker.provider, attempts, durationMs, verdict, retryInMs));
    if (verdict.ok) return { ok: true, response: verdict.response, attempts };
    if (retryInMs === null || !(await waited(clock, retryInMs, request.signal))) {
      return toFailure(verdict.fault, attempts, verdict.response, retryAfterOf(verdict.response, clock));
    }
    sender.spend();
  }
}

/** By its own deadline, or because the run would not wait any longer. */
const GIVEN_UP: ReadonlySet<string> = new Set([HTTP_CODE.timedOut, HTTP_CODE.cancelled]);

async function attempt(sender: Sender, request: RemoteRequest, leftMs: number): Promise<Verdict> {
  const { attemptTimeoutMs, repeatable: _, attempts: __, mustLook: ___, judge, ...wire } = request;
  const { provider } = sender.breaker;
  try {
    const timeoutMs = Math.min(leftMs, attemptTimeoutMs ?? leftMs);
    return judgeAnswer(provider, await sender.http.request({ ...wire, timeoutMs }), judge);
  } catch (error) {
    return judgeFault(error, provider);
  }
}

function planNext(
  sender: Sender,
  request: RemoteRequest,
  verdict: Extract<Verdict, { ok: false }>,
  attempts: number,
  endsMs: number,
): number | null {
  if (!verdict.fault.retryable || sender.breaker.state() === 'open') return null;
  if (request.repeatable === false && mayHaveActed(verdict)) return null;
  const most = Math.min(sender.policy.attempts, request.attempts ?? sender.policy.attempts);
  return planRetry(
    { ...sender.policy, attempts: most },
    {
      attempts,
      leftMs: endsMs - sender.clock.monotonicMs(),
      savedRetries: sender.savedRetries(),
      retryAfterMs: retryAfterOf(verdict.response, sender.clock),
      random: sender.random.next(),
    },
  );
}

function mayHaveActed({ fault, response }: Extract<Verdict, { ok: false }>): boolean {
  if (response === null) return fault.facts['mayHaveArrived'] !== false;
  // 429 and 503 say that the request was turned away; other failures may come after the act.
  return response.status !== 429 && response.status !== 503;
}

function retryAfterOf(response: HttpResponse | null, clock: Clock): number | null {
  return parseRetryAfter(response?.headers['retry-after'], clock.wallMs());
}

async function waited(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await clock.sleep(ms, signal);
    return true;
  } catch {
    return false;
  }
}

function toFailure(
  fault: Fault,
  attempts: number,
  response: HttpResponse | null,
  retryAfterMs: number | null,
): RemoteFailure {
  return { ok: false, retryable: fault.retryable, reason: fault.message, attempts, retryAfterMs, response, fault };
}

function describe(
  provider: string,
  attempt: number,
  durationMs: number,
  verdict: Verdict,
  retryInMs: number | null,
): AttemptFact {
  const status = verdict.response?.status ?? null;
  return { provider, attempt, durationMs, status, code: verdict.ok ? null : verdict.fault.code, retryInMs };
}
