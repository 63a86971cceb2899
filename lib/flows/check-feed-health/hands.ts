// What a check may do to the world: ask the governor, resubscribe, wait, tell people. Dry hands only say what they would.

import { count } from '../../base/count.ts';
import type { JsonObject } from '../../base/json.ts';
import type { ControlPlane } from '../../clients/control-plane/control-plane.ts';
import { type Admission, admitAction, type RefusalCode, refusedByOrder } from '../../domain/governor/governor.ts';
import { type IncidentFact, isHeard } from '../../domain/incidents/incident.ts';
import { type BatchOutcome, createSubscriptionWork, type WorkSummary } from '../../domain/subscription/work.ts';
import type { Context } from '../../run/context.ts';

export interface Hands {
  readonly maxAttempts: number;
  admit(): Promise<Admission>;
  /** What people have forbidden since; null: go on. */
  stopped(): Promise<Stopped | null>;
  /** Null: it was only planned. */
  resubscribe(symbols: readonly string[], attempt: number): Promise<WorkSummary | null>;
  /** Gives the feed time to answer to what was done. */
  settle(): Promise<void>;
  recovered(summary: string): Promise<void>;
  /** These were resubscribed, and have not ticked since: a later check refutes or proves the repair. */
  unproven(contracts: string): Promise<void>;
  /** Repairs in a row that no tick followed, the last one found out with this call. */
  countRefuted(oldestTickMs: number): Promise<number>;
  /** True when people were told, now or earlier in this episode. */
  escalate(escalation: Escalation): Promise<boolean>;
}

export interface Stopped {
  readonly code: RefusalCode;
  readonly reason: string;
}

export interface Escalation {
  readonly summary: string;
  readonly reason: string;
  readonly attempts: number;
  readonly missing: number;
  readonly stalled: number;
  readonly coverage: number | null;
  readonly exitCode: number;
}

type Ctx = Pick<Context, 'clock' | 'config' | 'governor' | 'incidents' | 'openNotifier' | 'log' | 'signal'>;

const KIND = 'remediation';

export function createHands(ctx: Ctx, target: string, controlPlane: ControlPlane): Hands {
  const { remediation } = ctx.config.health;
  return {
    maxAttempts: remediation.maxAttempts,
    admit: () => ctx.governor.admit(target, KIND, budgetOf(ctx)),
    stopped: () => findOrder(ctx, target),
    resubscribe: (symbols, attempt) => resubscribe(ctx, target, controlPlane, symbols, attempt),
    settle: () => ctx.clock.sleep(remediation.settleMs, ctx.signal),
    recovered: async (summary) => {
      await report(ctx, target, { kind: 'recovered', summary }, {});
    },
    unproven: async (contracts) => {
      const summary = `feed ${target}: ${contracts} resubscribed and without a tick since`;
      await report(ctx, target, { kind: 'failed', attempts: 0, severity: 'critical', summary }, {});
    },
    countRefuted: (oldestTickMs) => countRefuted(ctx, target, oldestTickMs),
    escalate: (escalation) => escalate(ctx, target, escalation),
  };
}

export function createDryHands(ctx: Ctx, target: string): Hands {
  return {
    maxAttempts: ctx.config.health.remediation.maxAttempts,
    admit: async () => {
      const { state, orders, now } = await ctx.governor.look(target);
      return admitAction(state, orders, KIND, budgetOf(ctx), now);
    },
    stopped: async () => null,
    resubscribe: async () => null,
    settle: async () => {},
    recovered: async () => {},
    unproven: async () => {},
    countRefuted: async () => 0,
    escalate: async () => false,
  };
}

async function escalate(ctx: Ctx, target: string, escalation: Escalation): Promise<boolean> {
  const { summary, reason, attempts, missing, stalled, coverage, exitCode } = escalation;
  const { marker } = ctx.config.health.escalation;
  ctx.log.event('health_check_escalation', summary, {
    level: 'error',
    exit_code: exitCode,
    extra: { marker, attempts, missing, stalled, reason },
  });
  const facts = {
    marker,
    attempts: String(attempts),
    missing: String(missing),
    stalled: String(stalled),
    coverage: coverage === null ? 'unknown' : String(coverage),
    'exit code': String(exitCode),
  };
  return report(ctx, target, { kind: 'failed', attempts, severity: 'critical', summary, pageNow: true }, facts);
}

/** An incident that only counts was begun by a repair without a tick since; a later tick has proven that one. */
async function countRefuted(ctx: Ctx, target: string, oldestTickMs: number): Promise<number> {
  const incident = await ctx.incidents.find(target).catch(() => null);
  if (incident?.state !== 'counting') return 0;
  if (oldestTickMs >= incident.updated_at_ms) {
    await report(ctx, target, { kind: 'recovered', summary: `feed ${target} ticked after the repair` }, {});
    return 0;
  }
  const refuted = incident.failed_attempts + 1;
  // From then on people are told, unless this repair helps.
  if (refuted < ctx.config.health.remediation.maxAttempts) {
    const summary = `feed ${target}: ${count(refuted, 'repair')} brought no tick`;
    await report(ctx, target, { kind: 'failed', attempts: 1, severity: 'critical', summary }, {});
  }
  return refuted;
}

async function report(
  ctx: Ctx,
  target: string,
  fact: IncidentFact,
  facts: Readonly<Record<string, string>>,
): Promise<boolean> {
  const { incident, told, problems } = await ctx.incidents.report(target, fact, { facts, signal: ctx.signal });
  if (problems.length > 0) ctx.log.event('telemetry_degraded', problems.join('; '), { level: 'warn' });
  if (incident === null || fact.kind === 'recovered' || incident.state === 'counting') return told.length > 0;
  const { methods } = await ctx.openNotifier();
  if (methods.length === 0) {
    ctx.log.event('notification_failed', 'nobody can be told: no PagerDuty, Slack, Telegram or command is configured', {
      level: 'error',
    });
    return false;
  }
  // A quiet update of an incident that people know is no silence; a page that nobody has accepted yet is.
  return told.length > 0 || (isHeard(incident) && incident.page !== 'due');
}

async function findOrder({ governor }: Ctx, target: string): Promise<Stopped | null> {
  const { orders, now } = await governor.look(target);
  return refusedByOrder(orders, now);
}

function budgetOf(ctx: Ctx): { perHour: number; perDay: number } {
  const { remediationsPerHour, remediationsPerDay } = ctx.config.governor;
  return { perHour: remediationsPerHour, perDay: remediationsPerDay };
}

function policyOf(ctx: Ctx, attempt: number) {
  const { batchSize, rateLimitMax, rateLimitWindowMs } = ctx.config.health.remediation;
  return {
    // What was too much in one attempt may pass in smaller portions in the next.
    batchSize: Math.max(1, Math.ceil(batchSize / 2 ** (attempt - 1))),
    maxRetries: 3,
    rate: { max: rateLimitMax, windowMs: rateLimitWindowMs },
    retryBaseMs: 200,
  };
}

async function resubscribe(
  ctx: Ctx,
  target: string,
  controlPlane: ControlPlane,
  symbols: readonly string[],
  attempt: number,
): Promise<WorkSummary> {
  ctx.log.event('remediation_attempt', `attempt ${attempt}: resubscribing ${count(symbols.length, 'contract')}`, {
    extra: { attempt, contracts: symbols.length },
  });
  const work = createSubscriptionWork(symbols, policyOf(ctx, attempt));
  for (;;) {
    const move = work.next(ctx.clock.monotonicMs());
    if (move.kind === 'done' || move.kind === 'await') return work.summary();
    if (move.kind === 'wait') await ctx.clock.sleep(move.ms, ctx.signal);
    else {
      // Whoever pauses or switches off means the rest of this repair too.
      const order = move.batch.number > 1 ? await findOrder(ctx, target) : null;
      if (order !== null) {
        work.stop(order.reason);
        work.settle(move.batch, NOT_SENT, ctx.clock.monotonicMs());
        continue;
      }
      const outcome = await send(ctx, controlPlane, move.batch.symbols);
      work.settle(move.batch, outcome, ctx.clock.monotonicMs());
      logBatch(ctx, attempt, move.batch.number, move.batch.symbols.length, outcome);
    }
  }
}

const NOT_SENT: BatchOutcome = {
  kind: 'failed',
  reason: 'not sent',
  retryable: false,
  isRateLimited: false,
  retryAfterMs: null,
};

async function send(ctx: Ctx, controlPlane: ControlPlane, symbols: readonly string[]): Promise<BatchOutcome> {
  const { timeoutMs } = ctx.config.remotes.controlPlane;
  const answer = await controlPlane.subscribeBulk(symbols, { timeoutMs, signal: ctx.signal });
  if (answer.ok) return { kind: 'answered', accepted: answer.accepted, rejected: answer.rejected };
  if (ctx.signal.aborted) throw ctx.signal.reason;
  if (answer.isTimeout) return { kind: 'timed out' };
  const { reason, retryable, isRateLimited, retryAfterMs } = answer;
  return { kind: 'failed', reason, retryable, isRateLimited, retryAfterMs };
}

function logBatch(ctx: Ctx, attempt: number, batch: number, contracts: number, outcome: BatchOutcome): void {
  const facts: JsonObject = { attempt, batch, contracts, outcome: outcome.kind };
  const told =
    outcome.kind === 'answered'
      ? `${outcome.accepted.length} accepted, ${outcome.rejected.length} rejected`
      : outcome.kind === 'failed'
        ? outcome.reason
        : 'no answer in time';
  ctx.log.event(
    'subscription_batch',
    `attempt ${attempt}, batch ${batch} of ${count(contracts, 'contract')}: ${told}`,
    {
      level: 'debug',
      extra: facts,
    },
  );
}
