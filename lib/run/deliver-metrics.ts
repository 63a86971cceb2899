// A run's metrics on their way: into the spool first, then everything that waits there to the gateway.

import { formatDuration } from '../base/duration.ts';
import { METRIC } from '../base/metric-names.ts';
import { createPushgateway, toGrouping } from '../clients/pushgateway/pushgateway.ts';
import { createMetricsSender, metricsBody } from '../services/metrics/deliver.ts';
import { createGroupStore } from '../services/metrics/groups.ts';
import { splitByJob } from '../services/metrics/series.ts';
import { loginHeaders } from '../services/remote/login.ts';
import type { SpoolSender } from '../services/spool/spool.ts';
import type { RunContext } from './create-context.ts';

export async function deliverMetrics(ctx: RunContext, mode: 'run' | 'note', url: string): Promise<string[]> {
  for (const { provider, level } of ctx.remotes.levels())
    ctx.metrics.set(METRIC.circuitBreakerState, level, { provider });
  const problems = ctx.metrics.refusals().map(({ name, reason }) => `${name} was not recorded: ${reason}`);
  const group = {
    job: ctx.run.command,
    environment: ctx.run.environment,
    ...(ctx.run.target === null ? {} : { target: ctx.run.target }),
  };
  for (const [own, series] of splitByJob(ctx.metrics.series(), group)) {
    const added = await ctx.spool.add('metrics', metricsBody({ group: own, mode, series }));
    if (!added.ok) problems.push(`metrics could not be kept: ${added.reason}`);
    else if (added.dropped > 0)
      problems.push(`${added.dropped} older telemetry records were dropped: the spool is full`);
  }
  const report = await withinBudget(ctx, (signal) => ctx.spool.flush({ metrics: metricsSender(ctx, url) }, signal));
  if (report.dropped > 0) problems.push(`${report.dropped} telemetry records were given up`);
  if (report.delivered > 0) ctx.log.event('metrics_pushed', `metrics pushed: ${report.delivered} groups`);
  if (report.kept > 0) ctx.log.event('metrics_spooled', `telemetry waiting: ${report.kept}`, { level: 'debug' });
  return [...problems, ...report.problems];
}

export function metricsSender(ctx: Pick<RunContext, 'config' | 'files' | 'remotes'>, url: string): SpoolSender {
  const { pushgateway } = ctx.config.remotes;
  const client = createPushgateway({
    remote: ctx.remotes.of('pushgateway'),
    url,
    headers: loginHeaders(pushgateway),
    timeoutMs: pushgateway.timeoutMs,
  });
  const store = createGroupStore(ctx.files, `${ctx.config.paths.stateDir}/metrics`);
  return createMetricsSender(store, (group, text, signal) => client.put(toGrouping(group), text, signal));
}

/** The work, with a signal that fires when telemetry has had its time. */
export async function withinBudget<T>(ctx: RunContext, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { budgetMs } = ctx.config.telemetry;
  const over = new AbortController();
  const done = new AbortController();
  ctx.clock.sleep(budgetMs, done.signal).then(
    () => over.abort(new Error(`telemetry took longer than ${formatDuration(budgetMs)}`)),
    () => undefined,
  );
  try {
    return await work(over.signal);
  } finally {
    done.abort();
  }
}
