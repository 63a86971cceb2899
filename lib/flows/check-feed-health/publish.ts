// What a check leaves behind for machines: gauges, the log event, artifacts.

import { describeError } from '../../base/fault.ts';
import { METRIC } from '../../base/metric-names.ts';
import { stampInZone } from '../../base/zoned-time.ts';
import type { HealthReport } from '../../domain/health/report.ts';
import { reportAsCsv } from '../../domain/health/report-csv.ts';
import type { Context } from '../../run/context.ts';
import type { ArtifactFormat, CheckPlan } from './plan.ts';

const FORMATS = {
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
  csv: reportAsCsv,
} as const satisfies Record<ArtifactFormat, (report: HealthReport) => string>;

/** A check that could not look has no coverage to report. */
export function measure(ctx: Pick<Context, 'metrics' | 'log'>, plan: CheckPlan, report: HealthReport): void {
  const { labels } = plan;
  if (report.coverage_ratio === null) {
    ctx.log.event('message', 'no coverage is pushed: the check could not look', { level: 'warn' });
    return;
  }
  const critical = report.stalled_contracts.filter(({ severity }) => severity === 'critical').length;
  const warning = report.stalled_contracts.length - critical;
  ctx.metrics.set(METRIC.coverageRatio, report.coverage_ratio, labels);
  ctx.metrics.set(METRIC.missingTotal, report.missing_contracts.length, labels);
  ctx.metrics.set(METRIC.stalledTotal, critical, { ...labels, severity: 'critical' });
  ctx.metrics.set(METRIC.stalledTotal, warning, { ...labels, severity: 'warning' });
}

export function logReport(ctx: Pick<Context, 'log'>, report: HealthReport, summary: string): void {
  ctx.log.event('health_checked', summary, {
    exit_code: report.exit_code,
    extra: {
      verdict: report.verdict,
      coverage_ratio: report.coverage_ratio,
      expected: report.expected_total,
      active: report.active_total,
      missing: report.missing_contracts.length,
      stalled: report.stalled_contracts.length,
      unexpected: report.unexpected_contracts.length,
      unobservable: report.unobservable_total,
      errors: report.errors,
      warnings: report.warnings,
    },
  });
}

/** Paths written. What cannot be written is said, and the verdict stands. */
export async function writeArtifacts(
  ctx: Pick<Context, 'files' | 'config' | 'log' | 'run'>,
  plan: CheckPlan,
  report: HealthReport,
  nowMs: number,
): Promise<string[]> {
  if (ctx.run.isDryRun) return [];
  const { outDir = ctx.config.paths.logDir, logPrefix } = ctx.config.health;
  const base = `${outDir}/${logPrefix}_${stampInZone(nowMs, ctx.config.timezone)}`;
  const written: string[] = [];
  for (const format of plan.artifacts) {
    const path = `${base}.${format}`;
    try {
      await ctx.files.makeDirectory(outDir);
      await ctx.files.replace(path, FORMATS[format](report), { mode: 0o640 });
      written.push(path);
    } catch (error) {
      ctx.log.event('message', `Cannot write the report to "${path}": ${describeError(error)}`, { level: 'error' });
    }
  }
  return written;
}
