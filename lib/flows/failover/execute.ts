// Executes a plan: intent first, then its steps; what goes wrong before consumers move is undone, after it reconciled.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault, isFault } from '../../base/fault.ts';
import type { RouteName, Situation } from '../../base/feed-routes.ts';
import { METRIC } from '../../base/metric-names.ts';
import type { Intent } from '../../domain/failover/intent.ts';
import { type Plan, planHash } from '../../domain/failover/plan.ts';
import { isPrimary, nextEpoch } from '../../domain/failover/situation.ts';
import type { Outcome } from '../../run/command.ts';
import { decide } from './decide.ts';
import { MOVE_CODE, type Move, type Parity, switchEpoch } from './move.ts';
import { allClear, clearIntent, type Pair, page, showActive, writeIntent } from './pair.ts';
import { parityPolicy, probeOnce } from './prove-parity.ts';
import { settle } from './settle.ts';
import { takeSteps } from './take-steps.ts';

interface Execution {
  readonly pair: Pair;
  readonly plan: Plan;
  readonly move: Move;
  readonly intent: Intent;
  /** The target was off before, and goes off again when it was not needed. */
  readonly wasOff: boolean;
  readonly wasPrimary: boolean;
}

/** Throws for everything but a completed failover. Null: settled on the new route by a way on which nothing was proven. */
export async function executePlan(
  pair: Pair,
  plan: Plan,
  situation: Situation,
  isCounted = false,
): Promise<Parity | null> {
  let parity: Parity | null = null;
  const execution = openExecution(pair, plan, situation, isCounted, (proven) => {
    parity = proven;
    showLatency(pair, plan, proven.latencyMs);
  });
  await writeIntent(pair, execution.intent);
  try {
    await takeSteps(pair, execution.move, plan.steps);
  } catch (error) {
    // Cancelled: the intent stays, and the next start reconciles.
    if (pair.signal.aborted) {
      pair.log.event('failover_stage', 'left half done: mdops failover reconcile finishes it', { level: 'warn' });
      throw error;
    }
    await recover(execution, error, parity);
  }
  await clearIntent(pair);
  showActive(pair, plan.to);
  await allClear(pair, plan.to);
  return parity;
}

function showLatency({ metrics, run }: Pair, { to }: Plan, latencyMs: number): void {
  const name = to === 'backup' ? METRIC.failoverLatency : METRIC.failbackLatency;
  const mode = run.verb === 'drill' ? 'drill' : to === 'backup' ? 'failover' : 'failback';
  metrics.set(name, latencyMs, { mode });
}

function openExecution(
  pair: Pair,
  plan: Plan,
  situation: Situation,
  isCounted: boolean,
  onParity: Move['onParity'],
): Execution {
  const { from, to, strategy } = plan;
  // Stop-first spends an epoch of its own on stopping.
  const expectedEpoch = strategy === 'stop-first' ? nextEpoch(situation) + 1 : plan.epoch;
  const epoch = nextEpoch(situation, expectedEpoch);
  const target = situation.routes[to];
  const move: Move = {
    from,
    to,
    expectedEpoch,
    epoch,
    policy: parityPolicy(pair, plan.acceptsGap),
    parityTimeoutMs: pair.config.failover.parityTimeoutMs,
    isFenced: plan.forced.includes('unfenced'),
    onParity,
  };
  const { id: runId, operator } = pair.run;
  const moving = { epoch: switchEpoch(move), strategy, stage: 'moving', isCounted } as const;
  const intent: Intent = { runId, operator, from, to, ...moving };
  const wasOff = target.reachable && target.state.role === 'off';
  return { pair, plan, move, intent, wasOff, wasPrimary: isPrimary(target) };
}

/** Resolves when the pair is settled on the new route after all; throws otherwise. */
async function recover(execution: Execution, error: unknown, parity: Parity | null): Promise<void> {
  const { pair, plan, intent } = execution;
  const code = isFault(error) ? error.code : 'unexpected error';
  const situation = await pair.routes.look();
  // The old route was asked for seconds: the new one may have come back on stand-by meanwhile, and then nobody publishes.
  const hasFallen = situation.routes[plan.to].reachable && !isPrimary(situation.routes[plan.to]);
  if (code === MOVE_CODE.unfenced && plan.strategy === 'promote-first' && !hasFallen) {
    await writeIntent(pair, { ...intent, stage: 'unfenced' });
    showActive(pair, plan.to);
    const { message, hint = '' } = error as Fault;
    await page(pair, `${message}; consumers follow ${plan.to}`);
    // Not done, but consumers are there: how long that took is known.
    throw new Fault(code, message, { hint, facts: { active: plan.to, latency_ms: latencyOf(parity) }, cause: error });
  }
  if (isUntouched(execution, situation)) {
    await stepBack(execution);
    await clearIntent(pair);
    throw error;
  }
  await settleAgain(execution, error);
}

/** Consumers were not moved, and the old route was not told anything. */
function isUntouched({ plan, wasPrimary }: Execution, situation: Situation): boolean {
  if (plan.strategy === 'stop-first' || !situation.switch.reachable) return false;
  const { active, epoch } = situation.switch.state;
  const isPromoted = isPrimary(situation.routes[plan.to]) && !wasPrimary;
  return epoch === plan.epoch && active === plan.from && !isPromoted;
}

async function stepBack({ pair, plan, move, wasOff }: Execution): Promise<void> {
  if (!wasOff) return;
  const obeyed = await pair.routes.setRole({ route: plan.to, role: 'off', epoch: move.epoch });
  if (obeyed.kind === 'done') return;
  // A route on stand-by hurts nobody.
  pair.log.event('route_state', `${plan.to} stays on stand-by: ${obeyed.reason}`, { level: 'warn' });
}

async function settleAgain(execution: Execution, error: unknown): Promise<void> {
  const { pair, plan, intent } = execution;
  const reason = error instanceof Error ? error.message : String(error);
  const { decision, situation } = await decide(pair, intent, null);
  if (decision.kind === 'settled') {
    await clearIntent(pair);
    throw error;
  }
  if (decision.kind !== 'settle') {
    await page(pair, `failover to ${plan.to} is half done: ${reason}; ${decision.reason}`);
    throw error;
  }
  const gap = await unprovenTarget(execution, situation, decision.keep);
  if (gap !== null) {
    await page(pair, `failover to ${plan.to} is half done: ${reason}; ${plan.to} is no better: ${gap}`);
    throw error;
  }
  const { keep } = decision;
  const { epoch: meantEpoch, isCounted } = intent;
  await settle(pair, { keep, situation, meantEpoch, isFenced: false, needsProof: false, isCounted });
  if (keep === plan.to) return;
  const isRefusal = isFault(error) && error.code === MOVE_CODE.notProven;
  throw new Fault('failover rolled back', `${reason}; consumers are back on ${plan.from}`, {
    exit: isRefusal ? EXIT.refused : EXIT.critical,
    hint: `find out why ${plan.to} does not hold before trying again`,
    cause: error,
  });
}

/**
 * Why the target may not be taken although the old route is lost sight of, or null. Consumers may still follow a route
 * that only we cannot see: who did not accept a gap is not given one.
 */
async function unprovenTarget({ pair, plan, move }: Execution, { switch: seen }: Situation, keep: RouteName) {
  if (keep !== plan.to || (seen.reachable && seen.state.active === keep)) return null;
  return probeOnce(pair, move);
}

export function movedOutcome(pair: Pair, plan: Plan, parity: Parity | null, verb: string): Outcome {
  const latency = latencyOf(parity);
  const { isDryRun } = pair.run;
  const how = latency === null ? 'settled after the first way failed' : `parity after ${latency} ms`;
  return {
    exit: EXIT.ok,
    // A log reader takes it for a fact that consumers follow.
    summary: isDryRun
      ? `would move consumers from ${plan.from} to ${plan.to}; they follow ${plan.from}`
      : `consumers follow ${plan.to}; ${how}`,
    report: {
      schema: 'mdops.failover/1',
      verb,
      environment: pair.run.environment,
      from: plan.from,
      to: plan.to,
      active: isDryRun ? plan.from : plan.to,
      planned: isDryRun,
      strategy: plan.strategy,
      fence: plan.fence,
      ...measuredOf(pair, parity),
      parity_probes: parity?.probes ?? 0,
      parity_probes_covered: parity?.covered ?? 0,
      failover_plan_hash: planHash(plan),
    },
  };
}

/** A dry run measures nothing that will be. */
export function measuredOf({ run }: Pair, parity: Parity | null) {
  if (run.isDryRun) return { latency_ms: null, feed_time_to_parity_ms: null };
  return { latency_ms: latencyOf(parity), feed_time_to_parity_ms: parity?.timeToParityMs ?? null };
}

/** In whole milliseconds; null where parity was not proven. */
function latencyOf(parity: Parity | null): number | null {
  return parity === null ? null : Math.round(parity.latencyMs);
}
