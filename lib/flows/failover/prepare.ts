// Before a move: guards, budget, the plan, who has agreed to it.

import { isAbsolute, join } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { describeError, Fault, systemCode } from '../../base/fault.ts';
import type { RouteName, Situation } from '../../base/feed-routes.ts';
import { parseJson } from '../../base/json.ts';
import { findApprovalProblem, parseApproval } from '../../domain/failover/approval.ts';
import { checkGuards, type GuardFinding, type GuardName } from '../../domain/failover/guards.ts';
import { isStrategy } from '../../domain/failover/intent.ts';
import { findPlanProblem, makePlan, type Plan, planHash, readPlanDocument } from '../../domain/failover/plan.ts';
import type { RefusalCode } from '../../domain/governor/governor.ts';
import { type FailoverCtx, type Pair, page } from './pair.ts';

export interface Request {
  readonly to: RouteName;
  readonly acceptsGap: boolean;
  readonly forced: readonly GuardName[];
  readonly confirmed: string | undefined;
  readonly isAutomatic: boolean;
  readonly apply: string | undefined;
  readonly planOut: string | undefined;
}

export async function planMove(pair: Pair, request: Request, situation: Situation): Promise<Plan> {
  const { clock, config, run } = pair;
  const epoch = situation.switch.reachable ? situation.switch.state.epoch : 0;
  const moment = { environment: run.environment, epoch, nowMs: clock.wallMs(), expiryMs: config.failover.planExpiryMs };
  if (request.apply !== undefined) {
    const { plan } = await loadPlan(pair, request.apply);
    const problem = findContradiction(plan, request) ?? findPlanProblem(plan, moment);
    if (problem !== null) throw refusePlan(request.apply, problem);
    return plan;
  }
  const strategy = config.failover.strategy;
  return makePlan({
    environment: run.environment,
    to: request.to,
    strategy: isStrategy(strategy) ? strategy : 'promote-first',
    epoch,
    acceptsGap: request.acceptsGap,
    forced: [...request.forced],
    fence: pair.routes.fence,
    operator: run.operator,
    madeAtMs: moment.nowMs,
    expiryMs: moment.expiryMs,
  });
}

/** Exactly this plan: what was not written into it is not done on the way. */
function findContradiction(plan: Plan, { to, acceptsGap, forced }: Request): string | null {
  if (plan.to !== to) return `it leads to ${plan.to}`;
  if (acceptsGap && !plan.acceptsGap) return 'it accepts no gap';
  const stranger = forced.find((guard) => !plan.forced.includes(guard));
  return stranger === undefined ? null : `it does not force ${stranger}`;
}

export async function loadPlan(
  ctx: FailoverCtx,
  file: string,
): Promise<{ readonly plan: Plan; readonly hash: string }> {
  let value: unknown;
  try {
    value = parseJson(await ctx.files.readText(pathOf(ctx, file)));
  } catch (error) {
    const code = systemCode(error);
    throw refusePlan(
      file,
      code === 'ENOENT' ? 'there is no such file' : `it cannot be read: ${code ?? describeError(error)}`,
    );
  }
  const read = readPlanDocument(value);
  if (!read.ok) throw refusePlan(file, read.reason);
  return read;
}

export function pathOf({ environment }: FailoverCtx, file: string): string {
  return isAbsolute(file) ? file : join(environment.cwd, file);
}

/** Throws for the first guard that stands against the move and is not forced. */
export async function passGuards(pair: Pair, request: Request, plan: Plan, situation: Situation): Promise<void> {
  const findings = checkGuards({ situation, to: request.to });
  const standing = findings.find(({ guard }) => !plan.forced.includes(guard));
  if (standing !== undefined) throw refuseByGuard(standing);
  // What is only written down needs nobody's consent yet.
  if (request.planOut !== undefined || plan.forced.length === 0) return;
  if (pair.config.failover.twoPersons) await mustBeApproved(pair, plan);
  await agreeToForce(pair, plan.forced, `${plan.from} to ${plan.to}`, request.confirmed);
}

/** The environment's name is typed, and the guard's end is journaled and paged. */
export async function agreeToForce(
  pair: Pair,
  guards: readonly string[],
  what: string,
  confirmed: string | undefined,
): Promise<void> {
  const { person, run, log, steps } = pair;
  const name = run.environment;
  const forced = guards.join(', ');
  if (confirmed !== name) {
    await person.confirm({ action: `Force ${forced} on ${name}: ${what}`, typed: name, flag: `--confirm ${name}` });
  }
  await steps.note('guard_forced', { guards: [...guards], operator: run.operator });
  const summary = `${run.operator} forces ${forced} on ${name}`;
  log.event('guard_forced', summary, { level: 'warn', extra: { guards: [...guards] } });
  await page(pair, summary);
}

async function mustBeApproved(pair: Pair, plan: Plan): Promise<void> {
  const { documents, clock, config, run } = pair;
  const hash = planHash(plan);
  const approvals = [];
  for (const name of await documents.list('failover-approvals')) {
    const approval = parseApproval(await documents.read(`failover-approvals/${name}`));
    if (approval !== null) approvals.push(approval);
  }
  const moment = { planHash: hash, operators: [run.operator, plan.operator], nowMs: clock.wallMs() };
  const problem = findApprovalProblem(approvals, { ...moment, expiryMs: config.failover.planExpiryMs });
  if (problem === null) return;
  throw new Fault('plan not approved', `Cannot force a guard on ${run.environment}: ${problem}`, {
    exit: EXIT.refused,
    hint: 'write it with --plan-out FILE, let another operator run mdops failover approve FILE, then --apply FILE',
  });
}

/** Counted durably before anything is done, so that a crash counts too. Throws when automation may not act. */
export async function admitAutomatic({ governor, config, run, steps }: Pair): Promise<void> {
  const { failoversPerHour } = config.governor;
  const target = `feeds-${run.environment}`;
  const admission = await governor.admit(target, 'failover', {
    perHour: failoversPerHour,
    perDay: 24 * failoversPerHour,
  });
  await steps.note('failover_admission', { target, allowed: admission.allowed });
  if (admission.allowed) return;
  throw new Fault(`automatic failover refused: ${admission.code}`, `No automatic failover: ${admission.reason}`, {
    exit: EXIT.refused,
    hint: `${wayBack(admission.code, target)}; a person may fail over at any time`,
  });
}

function wayBack(code: RefusalCode, target: string): string {
  if (code === 'automation off') return 'mdops automation on lets it act again';
  if (code === 'target paused') return `mdops automation resume ${target} ends the pause`;
  return `find the cause, then mdops automation ack ${target}`;
}

function refusePlan(file: string, problem: string): Fault {
  return new Fault('plan refused', `Cannot apply the plan "${file}": ${problem}`, {
    exit: EXIT.refused,
    hint: 'make a new one with --plan-out FILE',
  });
}

function refuseByGuard({ guard, reason, hint }: GuardFinding): Fault {
  return new Fault(`guard ${guard}`, `Refused by the guard "${guard}": ${reason}`, {
    exit: EXIT.refused,
    hint: `${hint}; or knowingly: --force ${guard}`,
    facts: { guard },
  });
}
