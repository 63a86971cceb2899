// `check-feed-health`: look, judge, repair within a budget, tell.

import type { JsonObject } from '../../base/json.ts';
import { METRIC } from '../../base/metric-names.ts';
import type { ControlPlane } from '../../clients/control-plane/control-plane.ts';
import { findChanges } from '../../domain/health/changes.ts';
import type { HealthReport } from '../../domain/health/report.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import type { Hands } from './hands.ts';
import { type Judged, lookAndJudge } from './judge.ts';
import { loadLimits } from './limits.ts';
import { recallCheck, rememberCheck } from './memory.ts';
import { describeNext, plannedBatches } from './next.ts';
import { type CheckPlan, planCheck } from './plan.ts';
import { logReport, measure, writeArtifacts } from './publish.ts';
import { showReport, summarize } from './view.ts';

export async function checkFeedHealth(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const plan = planCheck(ctx, invocation);
  const limits = await loadLimits(ctx, plan.calendarFile);
  const controlPlane = plan.needsControlPlane ? await ctx.openControlPlane() : null;
  try {
    const live = controlPlane === null ? null : (await import('./live-source.ts')).createLiveSource(ctx, controlPlane);
    const check = { plan, limits, live };
    const seen = await lookAndJudge(ctx, check);
    if (controlPlane === null || plan.mode !== 'enforce') return await conclude(ctx, plan, seen);
    const { enforceHealth } = await import('./enforce.ts');
    const judged = await enforceHealth(ctx, check, await handsFor(ctx, plan, controlPlane), seen);
    await measureLatch(ctx, plan.target);
    return await conclude(ctx, plan, judged);
  } finally {
    await controlPlane?.close();
  }
}

/** The alert that asks for an `automation ack` lives on this gauge; the first enforcing run after the ack clears it. */
async function measureLatch({ governor, metrics, run }: Context, target: string): Promise<void> {
  const { state } = await governor.look(target);
  const labels = { target, environment: run.environment };
  metrics.set(METRIC.automationLatched, state.latch === null ? 0 : 1, labels);
}

async function handsFor(ctx: Context, plan: CheckPlan, controlPlane: ControlPlane): Promise<Hands> {
  const { createDryHands, createHands } = await import('./hands.ts');
  return ctx.run.isDryRun ? createDryHands(ctx, plan.target) : createHands(ctx, plan.target, controlPlane);
}

async function conclude(ctx: Context, plan: CheckPlan, { report: judged, observation }: Judged): Promise<Outcome> {
  const { nowMs } = observation;
  const { coverageThreshold, limitList, remediation } = ctx.config.health;
  const planned = plannedBatches(judged, remediation.batchSize);
  const report: HealthReport = planned === null ? judged : { ...judged, metadata: { ...judged.metadata, planned } };
  const summary = summarize(report);
  const changes = findChanges(await recallCheck(ctx, plan.target), report, nowMs);
  await rememberCheck(ctx, plan.target, report, nowMs);
  const artifacts = await writeArtifacts(ctx, plan, report, nowMs);
  measure(ctx, plan, report);
  logReport(ctx, report, summary);
  const { target } = plan;
  const { environment } = ctx.run;
  const next = describeNext(plan, report, planned);
  const shown = { report, target, environment, changes, coverageThreshold, limitList, artifacts, next };
  return {
    exit: report.exit_code,
    summary,
    report: report as unknown as JsonObject,
    view: (paint, columns) => showReport(shown, paint, columns),
  };
}
