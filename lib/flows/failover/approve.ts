// `failover approve FILE`: another operator agrees to exactly this plan.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { namePart } from '../../base/name-part.ts';
import { sanitize } from '../../base/sanitize.ts';
import { approvalDocument } from '../../domain/failover/approval.ts';
import type { Outcome } from '../../run/command.ts';
import type { FailoverCtx } from './pair.ts';
import { loadPlan } from './prepare.ts';

export async function approve(ctx: FailoverCtx, file: string): Promise<Outcome> {
  const { plan, hash } = await loadPlan(ctx, file);
  const { operator, environment } = ctx.run;
  if (plan.operator === operator) {
    throw new Fault('own plan', `Cannot approve "${file}": ${operator} made it`, {
      exit: EXIT.refused,
      hint: 'another operator has to agree',
    });
  }
  if (plan.environment !== environment || ctx.clock.wallMs() > plan.expiresAtMs) {
    throw new Fault('plan refused', `Cannot approve "${file}": it is stale or for another environment`, {
      exit: EXIT.refused,
      hint: 'make a new one with --plan-out FILE',
    });
  }
  const forced = plan.forced.length === 0 ? '' : `, forcing ${plan.forced.join(', ')}`;
  const action = `Approve ${plan.from} to ${plan.to} in ${environment}${forced}`;
  await ctx.person.confirm({ action, flag: '--yes' });
  const approval = { planHash: hash, operator, atMs: ctx.clock.wallMs() };
  await ctx.steps.run({
    name: 'approve plan',
    kind: 'idempotent',
    input: { plan_hash: hash },
    act: async () => {
      await ctx.documents.write(`failover-approvals/${namePart(`${hash} ${operator}`)}`, approvalDocument(approval));
      return null;
    },
  });
  return {
    exit: EXIT.ok,
    summary: `${operator} approves ${plan.from} to ${plan.to} in ${sanitize(environment)}${forced}`,
    report: { schema: 'mdops.failover/1', verb: 'approve', failover_plan_hash: hash, operator },
  };
}
