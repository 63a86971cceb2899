// What is told of a finished run: its own gauges, and the delivery of everything it collected.

import { EXIT, NEVER_BEGAN } from '../base/exit-codes.ts';
import { describeError } from '../base/fault.ts';
import { METRIC } from '../base/metric-names.ts';
import type { Announcement } from './announcement.ts';
import type { Context } from './context.ts';
import type { FinishedRun } from './finished-run.ts';
import { hasReceivers } from './people.ts';

/** For runs that change something; null when they are not shown to anybody. */
export async function beginAnnouncement(ctx: Context): Promise<Announcement | null> {
  const { telemetry, remotes } = ctx.config;
  if (ctx.run.isDryRun || !telemetry.enabled) return null;
  if (remotes.grafana.url === undefined && !hasReceivers(ctx.config)) return null;
  return (await import('./announcement.ts')).announceRun(ctx);
}

/** Answers why something did not arrive, one sentence each. Never throws, never changes the exit code. */
export async function deliverTelemetry(
  ctx: Context,
  finished: FinishedRun,
  announcement: Announcement | null,
): Promise<readonly string[]> {
  if (finished.isDryRun) return [];
  const { telemetry, remotes, run } = ctx.config;
  const isMeasured = telemetry.enabled && !run.skipMetrics && remotes.pushgateway.url !== undefined;
  const isTraced = telemetry.enabled && telemetry.otlp.endpoint !== undefined;
  if (!isMeasured && !isTraced && remotes.grafana.url === undefined && !hasReceivers(ctx.config)) return [];
  if (isMeasured) recordRun(ctx, finished);
  const metrics = !isMeasured ? 'none' : NEVER_BEGAN.has(finished.exit) ? 'note' : 'run';
  try {
    const { deliverAll } = await import('./deliver-telemetry.ts');
    const problems = await deliverAll(ctx, finished, metrics, announcement);
    for (const problem of problems) ctx.log.event('telemetry_degraded', problem);
    return problems;
  } catch (error) {
    return [`telemetry was not delivered: ${describeError(error)}`];
  }
}

function recordRun(ctx: Context, { exit, durationMs }: FinishedRun): void {
  const labels = { command: ctx.run.command, environment: ctx.run.environment };
  const nowSeconds = ctx.clock.wallMs() / 1_000;
  const refused = NEVER_BEGAN.get(exit);
  if (refused !== undefined) {
    ctx.metrics.set(METRIC.runbookLastRefused, nowSeconds, { ...labels, reason: refused });
    return;
  }
  ctx.metrics.set(METRIC.runbookExitCode, exit, labels);
  ctx.metrics.set(METRIC.journalDegraded, exit === EXIT.stateNotWritten ? 1 : 0, labels);
  ctx.metrics.set(METRIC.runbookDuration, durationMs / 1_000, labels);
  if (exit === EXIT.ok) ctx.metrics.set(METRIC.runbookLastSuccess, nowSeconds, labels);
}
