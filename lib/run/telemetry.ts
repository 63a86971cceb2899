// What is told of a finished run to machines: its own gauges, and the delivery of everything it collected.

import { EXIT, type ExitCode, NEVER_BEGAN } from '../base/exit-codes.ts';
import { describeError } from '../base/fault.ts';
import { METRIC } from '../base/metric-names.ts';
import type { RunContext } from './create-context.ts';

export interface FinishedRun {
  readonly exit: ExitCode;
  readonly durationMs: number;
  readonly isDryRun: boolean;
}

/** Answers why something did not arrive, one sentence each. Never throws, never changes the exit code. */
export async function deliverTelemetry(ctx: RunContext, finished: FinishedRun): Promise<string[]> {
  const { pushgateway } = ctx.config.remotes;
  if (finished.isDryRun || ctx.config.run.skipMetrics || !ctx.config.telemetry.enabled) return [];
  if (pushgateway.url === undefined) return [];
  recordRun(ctx, finished);
  try {
    const { deliverMetrics } = await import('./deliver-metrics.ts');
    const mode = NEVER_BEGAN.has(finished.exit) ? 'note' : 'run';
    return await deliverMetrics(ctx, mode, pushgateway.url);
  } catch (error) {
    return [`metrics were not delivered: ${describeError(error)}`];
  }
}

function recordRun(ctx: RunContext, { exit, durationMs }: FinishedRun): void {
  const labels = { command: ctx.run.command, environment: ctx.run.environment };
  const nowSeconds = ctx.clock.wallMs() / 1_000;
  const refused = NEVER_BEGAN.get(exit);
  if (refused !== undefined) {
    ctx.metrics.set(METRIC.runbookLastRefused, nowSeconds, { ...labels, reason: refused });
    return;
  }
  ctx.metrics.set(METRIC.runbookExitCode, exit, labels);
  ctx.metrics.set(METRIC.runbookDuration, durationMs / 1_000, labels);
  if (exit === EXIT.ok) ctx.metrics.set(METRIC.runbookLastSuccess, nowSeconds, labels);
}
