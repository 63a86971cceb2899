// Approvals of a plan: who else has agreed to exactly these steps at this epoch.

import { isRecord, type JsonObject, own } from '../../base/json.ts';

export interface Approval {
  readonly planHash: string;
  readonly operator: string;
  readonly atMs: number;
}

export function approvalDocument({ planHash, operator, atMs }: Approval): JsonObject {
  return { schema: 'mdops.failover-approval/1', plan_hash: planHash, operator, at_ms: atMs };
}

export function parseApproval(value: unknown): Approval | null {
  if (!isRecord(value)) return null;
  const [planHash, operator, atMs] = ['plan_hash', 'operator', 'at_ms'].map((key) => own(value, key));
  if (typeof planHash !== 'string' || typeof operator !== 'string' || typeof atMs !== 'number') return null;
  return { planHash, operator, atMs };
}

export interface ApprovalMoment {
  readonly planHash: string;
  /** Who applies, and who made the plan: neither approves it. */
  readonly operators: readonly string[];
  readonly nowMs: number;
  readonly expiryMs: number;
}

/** Why the approvals do not do, or null. */
export function findApprovalProblem(approvals: readonly Approval[], moment: ApprovalMoment): string | null {
  const forPlan = approvals.filter(({ planHash }) => planHash === moment.planHash);
  if (forPlan.length === 0) return 'nobody has approved it';
  const others = forPlan.filter(({ operator }) => !moment.operators.includes(operator));
  if (others.length === 0) return `only ${forPlan[0]?.operator ?? ''} has approved it, and that is the same person`;
  const isFresh = ({ atMs }: Approval): boolean => atMs <= moment.nowMs && moment.nowMs - atMs <= moment.expiryMs;
  return others.some(isFresh) ? null : 'its approval has expired';
}
