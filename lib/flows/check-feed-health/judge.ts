// Looking and judging as one act, so that the check and every look after a repair are the same.

import { formatInZone } from '../../base/zoned-time.ts';
import { assessFeed } from '../../domain/health/assess.ts';
import { findUnproven } from '../../domain/health/repair.ts';
import type { HealthReport } from '../../domain/health/report.ts';
import type { Context } from '../../run/context.ts';
import type { Limits } from './limits.ts';
import { type Observation, observeFeed } from './observe.ts';
import type { CheckPlan } from './plan.ts';
import type { LiveSource } from './source.ts';

export interface Check {
  readonly plan: CheckPlan;
  readonly limits: Limits;
  readonly live: LiveSource | null;
}

export interface Judged {
  readonly observation: Observation;
  readonly report: HealthReport;
  /** Resubscribed, present, and silent since. */
  readonly unproven: readonly string[];
}

type Ctx = Pick<Context, 'files' | 'clock' | 'config' | 'run'>;

const NOTHING: ReadonlyMap<string, number> = new Map();

/** `acted`: when symbols were resubscribed. What was stale before that is not held against the feed. */
export async function lookAndJudge(ctx: Ctx, check: Check, acted = NOTHING): Promise<Judged> {
  const { plan, limits, live } = check;
  const observation = await observeFeed(ctx, plan, live, (nowMs) => limits.rulesAt(nowMs, acted));
  const { feed, nowMs, lagRules } = observation;
  const { health, timezone } = ctx.config;
  const unproven = findUnproven(feed, acted, lagRules);
  const report = assessFeed({
    ...observation,
    generatedAt: formatInZone(nowMs, timezone),
    mode: plan.mode,
    coverageThreshold: health.coverageThreshold,
    futureToleranceMs: health.futureToleranceMs,
    unproven,
    notes: limits.notesAt(nowMs),
    metadata: { environment: ctx.run.environment, target: plan.target, ...plan.labels },
  });
  return { observation, report, unproven };
}
