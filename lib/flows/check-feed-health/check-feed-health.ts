// `check-feed-health`: look, judge, repair within a budget, tell.

import type { JsonObject } from '../../base/json.ts';
import { formatInZone } from '../../base/zoned-time.ts';
import { assessFeed } from '../../domain/health/assess.ts';
import { findChanges } from '../../domain/health/changes.ts';
import type { HealthReport } from '../../domain/health/report.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import { type Limits, loadLimits } from './limits.ts';
import { recallCheck, rememberCheck } from './memory.ts';
import { type Observation, observeFeed } from './observe.ts';
import { type CheckPlan, planCheck } from './plan.ts';
import { logReport, measure, writeArtifacts } from './publish.ts';
import { showReport, summarize } from './view.ts';

export async function checkFeedHealth(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const plan = planCheck(ctx, invocation);
  const limits = await loadLimits(ctx, plan.calendarFile);
  const observation = await observeFeed(ctx, plan, null, limits.rulesAt);
  const report = judge(ctx, plan, limits, observation);
  return conclude(ctx, plan, report, observation.nowMs);
}

function judge(ctx: Context, plan: CheckPlan, limits: Limits, observation: Observation): HealthReport {
  const { nowMs } = observation;
  const { health, timezone } = ctx.config;
  return assessFeed({
    ...observation,
    generatedAt: formatInZone(nowMs, timezone),
    mode: plan.mode,
    coverageThreshold: health.coverageThreshold,
    futureToleranceMs: health.futureToleranceMs,
    notes: limits.notesAt(nowMs),
    metadata: { environment: ctx.run.environment, target: plan.target, ...plan.labels },
  });
}

async function conclude(ctx: Context, plan: CheckPlan, report: HealthReport, nowMs: number): Promise<Outcome> {
  const summary = summarize(report);
  const changes = findChanges(await recallCheck(ctx, plan.target), report, nowMs);
  await rememberCheck(ctx, plan.target, report, nowMs);
  const artifacts = await writeArtifacts(ctx, plan, report, nowMs);
  measure(ctx, plan, report);
  logReport(ctx, report, summary);
  const { coverageThreshold, limitList } = ctx.config.health;
  const { target } = plan;
  const { environment } = ctx.run;
  const next: string[] = [];
  const shown = { report, target, environment, changes, coverageThreshold, limitList, artifacts, next };
  return {
    exit: report.exit_code,
    summary,
    report: report as unknown as JsonObject,
    view: (paint, columns) => showReport(shown, paint, columns),
  };
}
