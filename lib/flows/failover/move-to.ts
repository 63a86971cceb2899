// `failover to-backup` and `to-primary`: reconcile what is unfinished, plan, agree, execute.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault, systemCode } from '../../base/fault.ts';
import type { RouteName, Situation } from '../../base/feed-routes.ts';
import { sanitize } from '../../base/sanitize.ts';
import { type Plan, planDocument, planHash } from '../../domain/failover/plan.ts';
import { isFeeding, isPrimary, isSettledOn, primaries } from '../../domain/failover/situation.ts';
import type { Outcome } from '../../run/command.ts';
import { lookPastHandover } from './decide.ts';
import { executePlan, movedOutcome } from './execute.ts';
import { type Pair, page, readIntent, showActive } from './pair.ts';
import { admitAutomatic, passGuards, pathOf, planMove, type Request } from './prepare.ts';
import { freeze, reconcile, UNDECIDED } from './reconcile.ts';

export async function moveTo(pair: Pair, request: Request): Promise<Outcome> {
  const isPlanOnly = request.planOut !== undefined;
  if ((await readIntent(pair)) !== null) {
    if (isPlanOnly) throw unfinished();
    await reconcile(pair, { ...UNDECIDED, acceptsGap: request.acceptsGap, isAutomatic: request.isAutomatic });
  }
  const situation = await lookPastHandover(pair);
  mustSeeSwitch(situation);
  const { to } = request;
  const plan = await planMove(pair, request, situation);
  if (isSettledOn(situation, to)) return nothingToDo(pair, to, `consumers follow ${to} already`);
  if (primaries(situation).length > 1 && !plan.forced.includes('two-primaries') && !isPlanOnly) {
    return freeze(pair, null, 'both routes are primary and no record says why');
  }
  if (request.isAutomatic && isNeedless(situation, plan.from)) {
    return nothingToDo(pair, plan.from, `${plan.from} feeds: nothing is to be gained`);
  }
  await guarded(pair, request, plan, situation);
  if (request.planOut !== undefined) return writePlan(pair, request.planOut, plan);
  // Who answers shall know what; the journal has it in any case.
  if (pair.person.isPresent) for (const line of planLines(plan)) pair.log.event('message', line);
  const askedMs = pair.clock.monotonicMs();
  await pair.person.confirm({ action: describePlan(pair, plan), flag: '--yes' });
  // A latency is the failover's, not that of the person who had to agree.
  const agreed: Pair = { ...pair, startedMs: pair.startedMs + (pair.clock.monotonicMs() - askedMs) };
  if (request.isAutomatic) await admitAutomatic(pair);
  await pair.steps.note('failover_plan', { plan_hash: planHash(plan), forced: [...plan.forced] });
  const parity = await executePlan(agreed, plan, situation, request.isAutomatic);
  return movedOutcome(pair, plan, parity, to === 'backup' ? 'to-backup' : 'to-primary');
}

async function guarded(pair: Pair, request: Request, plan: Plan, situation: Situation): Promise<void> {
  try {
    await passGuards(pair, request, plan, situation);
  } catch (error) {
    const isBlind = error instanceof Fault && error.facts['guard'] === 'observer';
    if (isBlind && request.planOut === undefined) await page(pair, error.message);
    throw error;
  }
}

/** A plan only looks: what would be settled first moves the pair on, and the plan would be stale with it. */
function unfinished(): Fault {
  return new Fault('failover unfinished', 'Cannot plan a failover: the last one is not finished', {
    exit: EXIT.refused,
    hint: 'mdops failover reconcile first',
  });
}

function isNeedless({ routes }: Situation, from: RouteName): boolean {
  return isPrimary(routes[from]) && isFeeding(routes[from]);
}

function mustSeeSwitch({ switch: seen }: Situation): void {
  if (seen.reachable) return;
  throw new Fault('switch unreachable', `Cannot fail over: the switch does not answer: ${seen.reason}`, {
    exit: EXIT.unavailable,
    hint: 'nothing was changed; mdops start-live-env status shows what runs',
  });
}

function nothingToDo(pair: Pair, active: RouteName, reason: string): Outcome {
  showActive(pair, active);
  const report = { schema: 'mdops.failover/1', active, from: null, to: active, reason };
  return { exit: EXIT.ok, summary: `nothing to do: ${reason}`, report };
}

async function writePlan(pair: Pair, file: string, plan: Plan): Promise<Outcome> {
  const document = planDocument(plan);
  const text = `${JSON.stringify(document, null, 2)}\n`;
  await pair.files.replace(pathOf(pair, file), text, { mode: 0o644 }).catch((error: unknown) => {
    throw notWritten(file, error);
  });
  const minutes = Math.round(pair.config.failover.planExpiryMs / 60_000);
  return {
    exit: EXIT.ok,
    summary: `plan written to ${sanitize(file)}, good for ${minutes} minutes: ${plan.from} to ${plan.to}`,
    report: { ...document },
    view: () => [...planLines(plan), `written to ${sanitize(file)}; apply it within ${minutes} minutes`],
  };
}

const NO_PLACE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

/** A place that is none is a slip of the pen; a disk that refuses is told as such. */
function notWritten(file: string, error: unknown): unknown {
  if (!NO_PLACE.has(systemCode(error))) return error;
  return new Fault('plan not written', `Cannot write the plan to "${file}": no file can be there`, {
    exit: EXIT.usage,
    hint: 'name a file in a directory that exists',
    cause: error,
  });
}

function planLines(plan: Plan): string[] {
  const steps = plan.steps.map(({ kind, route }, index) => `  ${index + 1}. ${kind} ${route}`);
  return [
    `${plan.from} to ${plan.to} in ${plan.environment}, ${plan.strategy}`,
    ...steps,
    `  outage  ${plan.outage}`,
    `  fenced  ${plan.fence}`,
  ];
}

function describePlan({ run }: Pair, plan: Plan): string {
  const outage = plan.strategy === 'stop-first' ? `, with an outage ${plan.outage}` : '';
  return `Fail over "${run.environment}" from ${plan.from} to ${plan.to}${outage}`;
}
