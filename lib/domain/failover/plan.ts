// The plan of a failover as data: what will be done, from which epoch on, until when it may be applied.

import { sha256 } from '../../base/digest.ts';
import { isRouteName, otherRoute, type RouteName } from '../../base/feed-routes.ts';
import { isRecord, type JsonObject, own, stableJson } from '../../base/json.ts';
import { isEpoch, isStrategy, type Strategy } from './intent.ts';

export type StepKind = 'bring up' | 'prove parity' | 'switch to' | 'verify' | 'demote' | 'stop';

export interface PlanStep {
  readonly kind: StepKind;
  readonly route: RouteName;
}

export interface Plan {
  readonly environment: string;
  readonly from: RouteName;
  readonly to: RouteName;
  readonly strategy: Strategy;
  /** The epoch seen when the plan was made. */
  readonly epoch: number;
  readonly acceptsGap: boolean;
  /** Guards that are skipped. */
  readonly forced: readonly string[];
  readonly operator: string;
  readonly steps: readonly PlanStep[];
  /** In words: when consumers have no feed. */
  readonly outage: string;
  /** In words: who refuses a run that comes too late. */
  readonly fence: string;
  readonly madeAtMs: number;
  readonly expiresAtMs: number;
}

export type PlanRequest = Omit<Plan, 'steps' | 'outage' | 'expiresAtMs' | 'from'> & { readonly expiryMs: number };

const ORDER = {
  'promote-first': ['bring up', 'prove parity', 'switch to', 'verify', 'demote'],
  'stop-first': ['stop', 'bring up', 'prove parity', 'switch to', 'verify'],
} as const satisfies Record<Strategy, readonly StepKind[]>;

const OUTAGE = {
  'promote-first': 'none: at least one feed is on at every moment',
  'stop-first': 'from the stop of the old route until the new one has proven parity',
} as const satisfies Record<Strategy, string>;

export function makePlan({ expiryMs, ...request }: PlanRequest): Plan {
  const from = otherRoute(request.to);
  const steps = stepsOf(request.strategy, request.to);
  return { ...request, from, steps, outage: OUTAGE[request.strategy], expiresAtMs: request.madeAtMs + expiryMs };
}

function stepsOf(strategy: Strategy, to: RouteName): readonly PlanStep[] {
  return ORDER[strategy].map((kind) => ({
    kind,
    route: kind === 'demote' || kind === 'stop' ? otherRoute(to) : to,
  }));
}

/** Of everything but the moment and the person: two looks at the same situation make the same plan. */
export function planHash({ madeAtMs: _made, expiresAtMs: _expires, operator: _operator, ...plan }: Plan): string {
  return sha256(stableJson(plan));
}

export function planDocument(plan: Plan): JsonObject {
  return {
    schema: 'mdops.failover-plan/1',
    plan: { ...plan, steps: plan.steps.map(({ kind, route }) => ({ kind, route })) },
    plan_hash: planHash(plan),
    // Also of the moment and the author: the file's own seal.
    seal: sha256(stableJson(plan)),
  };
}

export type ReadPlan =
  | { readonly ok: true; readonly plan: Plan; readonly hash: string }
  | { readonly ok: false; readonly reason: string };

export function readPlanDocument(value: unknown): ReadPlan {
  if (!isRecord(value) || own(value, 'schema') !== 'mdops.failover-plan/1') return refuse('it is no failover plan');
  const plan = own(value, 'plan');
  if (!isPlan(plan)) return refuse('it is not a whole failover plan');
  const hash = planHash(plan);
  if (own(value, 'seal') !== sha256(stableJson(plan)) || own(value, 'plan_hash') !== hash) {
    return refuse('changed: it is not what was written');
  }
  if (stableJson(stepsOf(plan.strategy, plan.to)) !== stableJson(plan.steps)) {
    return refuse('changed: this mdops would do other steps');
  }
  return { ok: true, plan, hash };
}

export interface PlanMoment {
  readonly environment: string;
  readonly epoch: number;
  readonly nowMs: number;
  readonly expiryMs: number;
}

/** Why a plan may not be applied now, or null. */
export function findPlanProblem(plan: Plan, now: PlanMoment): string | null {
  if (plan.environment !== now.environment) return `it is for "${plan.environment}", not "${now.environment}"`;
  if (plan.epoch !== now.epoch) return `stale: made at epoch ${plan.epoch}, the pair is at ${now.epoch}`;
  // A clock that was set back must not make a plan young again.
  if (now.nowMs < plan.madeAtMs) return 'it was made in the future: one of the clocks is wrong';
  const ageMs = now.nowMs - plan.madeAtMs;
  const isExpired = now.nowMs > plan.expiresAtMs || ageMs > now.expiryMs;
  return isExpired ? `expired: made ${Math.ceil(ageMs / 1_000)} s ago` : null;
}

function isPlan(value: unknown): value is Plan {
  if (!isRecord(value)) return false;
  const areTexts = ['environment', 'operator', 'outage', 'fence'].every((key) => typeof own(value, key) === 'string');
  const areTimes = ['madeAtMs', 'expiresAtMs'].every((key) => Number.isFinite(own(value, key)));
  const areLists = ['forced', 'steps'].every((key) => Array.isArray(own(value, key)));
  const to = own(value, 'to');
  if (!areTexts || !areTimes || !areLists || !isRouteName(to) || own(value, 'from') !== otherRoute(to)) return false;
  return isStrategy(own(value, 'strategy')) && isEpoch(own(value, 'epoch')) && isBoolean(own(value, 'acceptsGap'));
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function refuse(reason: string): ReadPlan {
  return { ok: false, reason };
}
