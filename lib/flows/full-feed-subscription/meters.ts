// What a run shows while it lasts, and what is left of it for Prometheus: hits, retries, coverage, heartbeat.

import { METRIC } from '../../base/metric-names.ts';
import type { WorkCounts } from '../../domain/subscription/work.ts';
import type { Context } from '../../run/context.ts';
import type { LiveMetrics } from '../../run/exporter.ts';
import type { Chosen } from './choose.ts';
import type { Watch } from './sender.ts';
import type { SubscriptionSettings } from './settings.ts';

export interface Meters {
  readonly watch: Watch;
  close(): Promise<void>;
}

type Ctx = Pick<Context, 'clock' | 'log' | 'metrics' | 'openExporter' | 'progress'>;

/** Coverage is shown and not pushed: a gateway would tell of this run's coverage for ever, the health check's is the news. */
export async function openMeters(ctx: Ctx, settings: SubscriptionSettings, chosen: Chosen): Promise<Meters> {
  const { labels } = settings;
  const live = settings.exporter === null ? null : await openExporter(ctx, settings.exporter);
  const wanted = chosen.wanted.length;
  let before: WorkCounts = { batches: 0, rateLimitHits: 0, retries: 0, splits: 0 };
  let accepted = 0;
  const show = (counts: WorkCounts): void => {
    const hits = counts.rateLimitHits - before.rateLimitHits;
    // Without an increment the counter still comes to be, at 0.
    ctx.metrics.increment(METRIC.rateLimitHits, labels, hits);
    if (live !== null) {
      const { metrics } = live;
      metrics.increment(METRIC.rateLimitHits, labels, hits);
      metrics.increment(METRIC.subscriptionRetries, labels, counts.retries - before.retries);
      metrics.set(METRIC.coverageRatio, (chosen.alreadyActiveTotal + accepted) / chosen.selectedTotal, labels);
      metrics.set(METRIC.subscriptionHeartbeat, ctx.clock.wallMs() / 1_000, labels);
    }
    before = counts;
  };
  show(before);
  return {
    watch: (counts, newlyAccepted) => {
      accepted += newlyAccepted;
      show(counts);
      const limited = counts.rateLimitHits === 0 ? '' : `, ${counts.rateLimitHits} times rate limited`;
      ctx.progress.update(`subscribed ${accepted} of ${wanted} in ${counts.batches} requests${limited}`);
    },
    close: async () => {
      if (live?.opened.ok === true) await live.opened.close();
    },
  };
}

async function openExporter(ctx: Ctx, at: { readonly host: string; readonly port: number }): Promise<LiveMetrics> {
  const live = await ctx.openExporter(at);
  if (live.opened.ok) ctx.log.event('message', `metrics at ${live.opened.url}`);
  else
    ctx.log.event('message', `Cannot show metrics at ${at.host}:${at.port}: ${live.opened.reason}`, { level: 'warn' });
  return live;
}
