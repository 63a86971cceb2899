// What is told of a finished run to machines: its own gauges, and the delivery of everything it collected.

import { EXIT, type ExitCode, NEVER_BEGAN } from '../base/exit-codes.ts';
import { METRIC } from '../base/metric-names.ts';
import type { RunContext } from './create-context.ts';

export interface FinishedRun {
  readonly exit: ExitCode;
  readonly durationMs: number;
  readonly isDryRun: boolean;
}

/** Answers why something did not arrive, one sentence each. Never throws, never changes the exit code. */
export async function deliverTelemetry(ctx: RunContext, finished: FinishedRun): Promise<string[]> {
  if (finished.isDryRun || ctx.config.run.skipMetrics) return [];
  recordRun(ctx, finished);
  return [];
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
