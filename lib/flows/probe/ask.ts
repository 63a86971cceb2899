// One arrival: the question, and what its answer is worth. Nothing is tried twice: a retry would hide a failure.

import { describeError, isFault } from '../../base/fault.ts';
import { HTTP_CODE } from '../../base/http-codes.ts';
import { NATS_CODE } from '../../base/nats-codes.ts';
import { oneLine } from '../../base/sanitize.ts';
import { Secret } from '../../base/secret.ts';
import type { AskOptions, ControlPlane } from '../../clients/control-plane/control-plane.ts';
import type { ProbeAnswer } from '../../domain/probe/tally.ts';
import type { Context } from '../../run/context.ts';
import type { ProbePlan } from './plan.ts';

export interface Asker {
  /** Never throws. */
  ask(options: AskOptions): Promise<ProbeAnswer>;
  close(): Promise<void>;
}

type Ctx = Pick<Context, 'http' | 'openControlPlane'>;

const GOOD: ProbeAnswer = { ok: true };

export async function openAsker(ctx: Ctx, plan: ProbePlan): Promise<Asker> {
  const { target } = plan;
  if (target.kind === 'http') return { ask: (options) => askPage(ctx, plan, target, options), close: async () => {} };
  const controlPlane = await ctx.openControlPlane(target.url, { isMeasured: true });
  return {
    ask: (options) => askControlPlane(controlPlane, target.ask, options),
    close: () => controlPlane.close(),
  };
}

async function askPage(
  { http }: Ctx,
  { pattern }: ProbePlan,
  target: Extract<ProbePlan['target'], { readonly kind: 'http' }>,
  { timeoutMs, signal }: AskOptions,
): Promise<ProbeAnswer> {
  const { url, method, headers, token, send, status } = target;
  try {
    const answer = await http.request({
      method,
      url,
      headers: {
        ...Object.fromEntries(headers),
        ...(token === undefined ? {} : { authorization: new Secret(`Bearer ${token.reveal()}`, token.source) }),
      },
      timeoutMs,
      isProbe: true,
      ...(send === undefined ? {} : { body: send }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (answer.status !== status)
      return failed(`status ${answer.status}`, `answers ${answer.status}, wanted ${status}`);
    if (pattern === null || pattern.test(answer.text())) return GOOD;
    return failed('body differs', `answers without ${oneLine(String(pattern), 60)}`);
  } catch (error) {
    return failed(isFault(error) ? error.code : 'failed', describeError(error));
  }
}

async function askControlPlane(
  controlPlane: ControlPlane,
  question: 'active' | 'contracts',
  options: AskOptions,
): Promise<ProbeAnswer> {
  // One entry is enough to prove the way there and back, and costs the service little.
  const looked =
    question === 'active'
      ? await controlPlane.activeSubscriptions({ ...options, limit: 1 })
      : await controlPlane.listContracts(options);
  return looked.ok ? GOOD : failed(looked.code, looked.reason);
}

function failed(code: string, detail: string): ProbeAnswer {
  return { ok: false, error: code.replace(/^(?:http|nats) /, ''), isOurs: OURS.has(code), detail: oneLine(detail) };
}

/** Where the target was never reached and cannot be blamed: our resolver, our routes, our own request. */
const OURS: ReadonlySet<string> = new Set([
  HTTP_CODE.unresolved,
  HTTP_CODE.unreachable,
  HTTP_CODE.address,
  HTTP_CODE.request,
  HTTP_CODE.failed,
  NATS_CODE.unresolved,
  NATS_CODE.unreachable,
  NATS_CODE.address,
  NATS_CODE.failed,
]);
