// Enforcement: doubt the observer, ask the governor, resubscribe and look again; what stays broken is told to people.

import { count } from '../../base/count.ts';
import { sha256 } from '../../base/digest.ts';
import { doubtObserver, viewExchanges } from '../../domain/governor/observer.ts';
import { expectedSymbols } from '../../domain/health/feed-view.ts';
import { brokenSymbols, describeRemediation, oldestTickMs } from '../../domain/health/repair.ts';
import type { HealthReport } from '../../domain/health/report.ts';
import type { WorkSummary } from '../../domain/subscription/work.ts';
import type { Context } from '../../run/context.ts';
import type { Hands } from './hands.ts';
import { type Check, type Judged, lookAndJudge } from './judge.ts';
import { deadNeighbours } from './memory.ts';

type Ctx = Pick<Context, 'files' | 'clock' | 'config' | 'run' | 'steps' | 'log' | 'documents' | 'signal' | 'progress'>;

interface Refusal {
  readonly reason: string;
  /** A pause is an order: nobody needs to be woken for it. */
  readonly isTold: boolean;
}

interface Tried {
  made: number;
  readonly tried: Set<string>;
  readonly accepted: Set<string>;
  readonly reasons: Map<string, string>;
  rateLimitEvents: number;
  readonly acted: Map<string, number>;
}

export async function enforceHealth(ctx: Ctx, check: Check, hands: Hands, first: Judged): Promise<Judged> {
  const { report } = first;
  if (report.verdict === 'unknown') return first;
  const broken = brokenSymbols(report);
  if (broken.length === 0) {
    await hands.recovered(`feed ${check.plan.target} is ${report.verdict}`);
    return first;
  }
  const tried = createTried();
  const refusal = await findRefusal(ctx, check, hands, first, broken);
  return refusal === null ? repair(ctx, check, hands, first, tried) : giveUp(ctx, check, hands, first, tried, refusal);
}

/** Why nothing may be done now, or null once the governor has counted this remediation. */
async function findRefusal(
  ctx: Ctx,
  check: Check,
  hands: Hands,
  first: Judged,
  broken: readonly string[],
): Promise<Refusal | null> {
  if (hands.maxAttempts === 0) return { reason: 'no remediation attempts are allowed', isTold: true };
  const doubt = await findDoubt(ctx, check, first, broken);
  if (doubt !== null) return doubt;
  const admission = await hands.admit();
  return admission.allowed ? null : { reason: admission.reason, isTold: admission.code !== 'target paused' };
}

async function findDoubt(
  ctx: Ctx,
  { plan }: Check,
  { observation }: Judged,
  broken: readonly string[],
): Promise<Refusal | null> {
  const views = viewExchanges(expectedSymbols(observation.feed), new Set(broken));
  const neighbours = await deadNeighbours(ctx, plan.target, observation.nowMs);
  const doubt = doubtObserver(views, neighbours, ctx.config.governor.majorityRatio);
  return doubt === null ? null : { reason: `the observer is doubted: ${doubt}`, isTold: true };
}

/** Why the next attempt is not made: what was seen after the last one, or an order that came meanwhile. */
async function findHalt(
  ctx: Ctx,
  check: Check,
  hands: Hands,
  judged: Judged,
  broken: readonly string[],
): Promise<Refusal | null> {
  const doubt = await findDoubt(ctx, check, judged, broken);
  if (doubt !== null) return doubt;
  const stopped = await hands.stopped();
  return stopped === null ? null : { reason: stopped.reason, isTold: stopped.code !== 'target paused' };
}

async function repair(ctx: Ctx, check: Check, hands: Hands, first: Judged, tried: Tried): Promise<Judged> {
  const refuted = await hands.countRefuted(oldestTickMs(first.report, first.observation.nowMs));
  let judged = first;
  let broken = brokenSymbols(first.report);
  let halt: Refusal | null = null;
  for (let attempt = 1; attempt <= hands.maxAttempts && broken.length > 0; attempt += 1) {
    halt = attempt === 1 ? null : await findHalt(ctx, check, hands, judged, broken);
    if (halt !== null) break;
    if (!(await makeAttempt(ctx, hands, broken, attempt, tried))) return first;
    await hands.settle();
    judged = await lookAndJudge(ctx, tried.acted.size === 0 ? check : lookingLive(check), tried.acted);
    if (judged.report.verdict === 'unknown') break;
    broken = brokenSymbols(judged.report);
    tellResult(ctx, attempt, judged.report, broken.length);
  }
  const { report } = judged;
  const isRepaired = report.verdict !== 'unknown' && broken.length === 0;
  if (isRepaired) {
    const isTold = await concludeRepair(check, hands, judged, tried, refuted);
    return { ...judged, report: { ...report, remediation: describeRemediation(tried, report, isTold) } };
  }
  if (halt !== null) return giveUp(ctx, check, hands, judged, tried, halt);
  const why =
    report.verdict === 'unknown'
      ? 'could not look after resubscribing'
      : `still broken: ${count(broken.length, 'contract')}`;
  const isTold = await escalate(check, hands, report, tried, why);
  return { ...judged, report: { ...report, remediation: describeRemediation(tried, report, isTold) } };
}

/** A snapshot shows nothing of what was done after it. */
function lookingLive(check: Check): Check {
  return { ...check, plan: { ...check.plan, activeFile: null, asOfMs: null } };
}

/**
 * Contracts that have not ticked since leave the episode open: the next check knows. Repairs that no tick follows look
 * done each time, so people hear of them after as many as of those that fail at once. True when they were told.
 */
async function concludeRepair(
  check: Check,
  hands: Hands,
  { report, unproven }: Judged,
  tried: Tried,
  refuted: number,
): Promise<boolean> {
  if (unproven.length === 0) await hands.recovered(`feed ${check.plan.target} is ${report.verdict} again`);
  else if (refuted < hands.maxAttempts) await hands.unproven(count(unproven.length, 'contract'));
  else return escalate(check, hands, report, tried, `${count(refuted, 'repair')} before this one brought no tick`);
  return false;
}

/** Says why no (further) contract is resubscribed, and tells people unless it was their own order. */
async function giveUp(
  ctx: Ctx,
  check: Check,
  hands: Hands,
  judged: Judged,
  tried: Tried,
  { reason, isTold: tells }: Refusal,
): Promise<Judged> {
  const { report } = judged;
  const said = `nothing ${tried.made === 0 ? 'is' : 'more is'} resubscribed: ${reason}`;
  ctx.log.event('remediation_refused', said, {
    level: 'warn',
    extra: { contracts: brokenSymbols(report).length, reason },
  });
  const isTold = tells && (await escalate(check, hands, report, tried, reason));
  const warnings = [...report.warnings, said.replace(' is resubscribed', ' was resubscribed')];
  return { ...judged, report: { ...report, warnings, remediation: describeRemediation(tried, report, isTold) } };
}

/** False when it was only planned. */
async function makeAttempt(
  ctx: Ctx,
  hands: Hands,
  broken: readonly string[],
  attempt: number,
  tried: Tried,
): Promise<boolean> {
  ctx.progress.update(`resubscribing ${count(broken.length, 'contract')}, attempt ${attempt}`);
  const actedMs = ctx.clock.wallMs();
  let isPlanned = false;
  let summary: WorkSummary | null = null;
  await ctx.steps.run({
    name: `resubscribe, attempt ${attempt}`,
    kind: 'idempotent',
    input: { contracts: broken.length, digest: sha256(broken.join('\n')) },
    act: async () => {
      summary = await hands.resubscribe(broken, attempt);
      isPlanned = summary === null;
      if (summary === null) return {};
      return { accepted: summary.accepted.length, rejected: summary.rejected.length, batches: summary.batches };
    },
  });
  // Null when an earlier run had made this attempt: what came of it is seen by looking.
  if (summary !== null) noteAttempt(tried, summary, broken, actedMs);
  return !isPlanned;
}

function noteAttempt(tried: Tried, summary: WorkSummary, broken: readonly string[], actedMs: number): void {
  tried.made += summary.batches > 0 ? 1 : 0;
  tried.rateLimitEvents += summary.rateLimitHits;
  for (const symbol of broken) tried.tried.add(symbol);
  for (const symbol of summary.accepted) {
    tried.accepted.add(symbol);
    tried.reasons.delete(symbol);
    tried.acted.set(symbol, actedMs);
  }
  for (const { symbol, reason } of summary.rejected) tried.reasons.set(symbol, reason);
  for (const symbol of summary.leftOver) tried.reasons.set(symbol, summary.stoppedBecause ?? 'not sent');
}

function tellResult(ctx: Ctx, attempt: number, report: HealthReport, left: number): void {
  const text = left === 0 ? 'nothing is broken any more' : `still broken: ${count(left, 'contract')}`;
  ctx.log.event('remediation_result', `attempt ${attempt}: ${text}`, {
    level: left === 0 ? 'info' : 'warn',
    extra: { attempt, verdict: report.verdict, missing: report.missing_contracts.length, broken: left },
  });
}

function escalate(check: Check, hands: Hands, report: HealthReport, tried: Tried, reason: string): Promise<boolean> {
  const missing = report.missing_contracts.length;
  const stalled = report.stalled_contracts.length;
  return hands.escalate({
    summary: `feed ${check.plan.target} is ${report.verdict}: ${missing} missing, ${stalled} stalled; ${reason}`,
    reason,
    attempts: tried.made,
    missing,
    stalled,
    coverage: report.coverage_ratio,
    exitCode: report.exit_code,
  });
}

function createTried(): Tried {
  return {
    made: 0,
    tried: new Set(),
    accepted: new Set(),
    reasons: new Map(),
    rateLimitEvents: 0,
    acted: new Map(),
  };
}
