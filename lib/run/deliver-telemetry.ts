// Everything that is told of a finished run, in the order of its worth: pages, chat, metrics, dashboards.

import { EXIT } from '../base/exit-codes.ts';
import { METRIC } from '../base/metric-names.ts';
import { createAnnotationSender } from '../clients/grafana/spooled-annotations.ts';
import { createPushgateway, toGrouping } from '../clients/pushgateway/pushgateway.ts';
import { createMetricsSender, metricsBody } from '../services/metrics/deliver.ts';
import { createGroupStore, type GroupStore } from '../services/metrics/groups.ts';
import { splitByJob } from '../services/metrics/series.ts';
import type { SpoolKind } from '../services/spool/record.ts';
import type { FlushReport, SpoolSender } from '../services/spool/spool.ts';
import { type Announcement, annotationsOf } from './announcement.ts';
import type { Context } from './context.ts';
import type { FinishedRun } from './finished-run.ts';
import { hasReceivers } from './people.ts';

/** Of the budget: people first, but the last sinks shall have their chance too. */
const PEOPLE_SHARE = 0.5;

export type Deliveries = Pick<
  Context,
  | 'clock'
  | 'config'
  | 'files'
  | 'incidents'
  | 'log'
  | 'metrics'
  | 'openNotifier'
  | 'redact'
  | 'remotes'
  | 'run'
  | 'spool'
  | 'tracer'
  | 'version'
>;

export async function deliverAll(
  ctx: Deliveries,
  finished: FinishedRun,
  metrics: 'run' | 'note' | 'none',
  announcement: Announcement | null,
): Promise<readonly string[]> {
  const { budgetMs } = ctx.config.telemetry;
  const sinceMs = ctx.clock.monotonicMs();
  const told = await withinTime(ctx, budgetMs * PEOPLE_SHARE, (signal) =>
    collect([
      ctx.config.remotes.pagerduty.routingKey === undefined ? [] : ctx.incidents.settle(signal()),
      announcement === null ? [] : announcement.tellEnd(finished, signal()),
      hasReceivers(ctx.config) ? flushProblems(ctx, ['notification'], signal()) : [],
    ]),
  );
  // After the people: what they answered is counted in these metrics.
  const kept = metrics === 'none' ? [] : await keepMetrics(ctx, metrics);
  const leftMs = budgetMs - (ctx.clock.monotonicMs() - sinceMs);
  const shown = await withinTime(ctx, leftMs, (signal) =>
    collect([
      flushMachines(ctx, metrics !== 'none', signal),
      announcement === null ? [] : announcement.closeRegion(finished, signal()),
      exportSpans(ctx, finished, signal),
    ]),
  );
  return [...told, ...kept, ...shown];
}

/** Spans of the run so far: those of this delivery itself end after it. */
async function exportSpans(ctx: Deliveries, finished: FinishedRun, signal: LazySignal): Promise<readonly string[]> {
  const { otlp, resourceAttributes } = ctx.config.telemetry;
  if (otlp.endpoint === undefined) return [];
  const { createOtlp } = await import('../clients/otlp/otlp.ts');
  const { run, tracer, version } = ctx;
  const error = finished.exit === EXIT.ok ? null : `exit ${finished.exit}`;
  const facts = { 'mdops.run_id': run.id, 'mdops.operator': run.operator, 'process.exit.code': finished.exit };
  const { spans, lost } = tracer.finish(error, run.target === null ? facts : { ...facts, 'mdops.target': run.target });
  const client = createOtlp({ ...otlp, endpoint: otlp.endpoint, remote: ctx.remotes.of('otlp') });
  const clean = spans.map((span) => ({ ...span, name: ctx.redact(span.name) }));
  const resource = {
    'service.name': 'mdops',
    'service.version': version,
    'deployment.environment.name': run.environment,
    ...Object.fromEntries(resourceAttributes),
  };
  const delivery = await client.send({ traceId: tracer.traceId, spans: clean, resource, version }, signal());
  const problems = lost === 0 ? [] : [`${lost} spans were more than one run may have`];
  return delivery.ok ? problems : [...problems, `spans: ${delivery.reason}`];
}

/** Durable before anything is pushed. */
async function keepMetrics(ctx: Deliveries, mode: 'run' | 'note'): Promise<string[]> {
  for (const { provider, level } of ctx.remotes.levels()) {
    ctx.metrics.set(METRIC.circuitBreakerState, level, { provider });
  }
  const problems = ctx.metrics.refusals().map(({ name, reason }) => `${name} was not recorded: ${reason}`);
  const { command, environment, target } = ctx.run;
  const group = { job: command, environment, ...(target === null ? {} : { target: ctx.redact(target) }) };
  for (const [own, series] of splitByJob(ctx.metrics.series(), group)) {
    const added = await ctx.spool.add('metrics', metricsBody({ group: own, mode, series }));
    if (!added.ok) problems.push(`metrics could not be kept: ${added.reason}`);
    else if (added.dropped > 0) problems.push(`${added.dropped} telemetry records were dropped: the spool is full`);
  }
  return problems;
}

/** While the gateway is known to be away a record in the spool is all: folding and rendering wait with it. */
async function flushMachines(ctx: Deliveries, isMeasured: boolean, signal: LazySignal): Promise<readonly string[]> {
  const kinds: SpoolKind[] = ctx.config.remotes.grafana.url === undefined ? [] : ['annotation'];
  const reason = isMeasured ? await ctx.remotes.whyLeftAlone('pushgateway') : null;
  const waiting = reason === null ? [] : [`metrics wait in the spool, Pushgateway is left alone for now: ${reason}`];
  if (isMeasured && reason === null) kinds.push('metrics');
  return kinds.length === 0 ? waiting : [...waiting, ...(await flushProblems(ctx, kinds, signal()))];
}

async function flushProblems(ctx: Deliveries, kinds: readonly SpoolKind[], signal: AbortSignal): Promise<string[]> {
  const report = await flushSpool(ctx, kinds, signal);
  if (report.delivered > 0) ctx.log.event('metrics_pushed', `delivered: ${report.delivered}`, { level: 'debug' });
  const dropped = report.dropped === 0 ? [] : [`${report.dropped} telemetry records were given up`];
  return [...dropped, ...report.problems];
}

export function flushSpool(ctx: Deliveries, kinds: readonly SpoolKind[], signal: AbortSignal): Promise<FlushReport> {
  const senders: Partial<Record<SpoolKind, SpoolSender>> = {};
  for (const kind of kinds) {
    const sender = SENDERS[kind](ctx);
    if (sender !== null) senders[kind] = sender;
  }
  return ctx.spool.flush(senders, signal);
}

export function groupStore({ files, config }: Pick<Deliveries, 'files' | 'config'>): GroupStore {
  return createGroupStore(files, `${config.paths.stateDir}/metrics`);
}

/** Null where the remote is not configured: its records wait. */
const SENDERS: Readonly<Record<SpoolKind, (ctx: Deliveries) => SpoolSender | null>> = {
  metrics: (ctx) => {
    const { url, timeoutMs } = ctx.config.remotes.pushgateway;
    if (url === undefined) return null;
    const remote = ctx.remotes.of('pushgateway');
    const gateway = createPushgateway({ remote, url, timeoutMs });
    return createMetricsSender({
      store: groupStore(ctx),
      push: (group, text, signal) => gateway.put(toGrouping(group), text, signal),
      startedAt: (signal) => gateway.startedAt(signal),
      nowMs: () => ctx.clock.wallMs(),
    });
  },
  annotation: (ctx) => {
    const grafana = annotationsOf(ctx);
    return grafana === null ? null : createAnnotationSender(grafana);
  },
  notification: (ctx) => async (records, settle, signal) => {
    const notifier = await ctx.openNotifier();
    return notifier.spoolSender(ctx.config.remotes.slack.timeoutMs)(records, settle, signal);
  },
};

async function collect(work: readonly (Promise<readonly string[]> | readonly string[])[]): Promise<string[]> {
  return (await Promise.all(work)).flat();
}

/** Made when first asked for: most runs wait for nobody, and Node compiles its event targets at first use. */
type LazySignal = () => AbortSignal;

/** The work, with a signal that fires when it has had its time. */
async function withinTime<T>(ctx: Deliveries, ms: number, work: (signal: LazySignal) => Promise<T>): Promise<T> {
  const sinceMs = ctx.clock.monotonicMs();
  const limits: Limit[] = [];
  try {
    return await work(() => {
      limits[0] ??= startLimit(ctx, Math.max(0, ms - (ctx.clock.monotonicMs() - sinceMs)));
      return limits[0].over.signal;
    });
  } finally {
    for (const { done } of limits) done.abort();
  }
}

interface Limit {
  readonly over: AbortController;
  readonly done: AbortController;
}

function startLimit(ctx: Deliveries, ms: number): Limit {
  const over = new AbortController();
  const done = new AbortController();
  ctx.clock.sleep(ms, done.signal).then(
    () => over.abort(),
    () => undefined,
  );
  return { over, done };
}
