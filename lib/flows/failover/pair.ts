// The pair of routes a failover works on: what the flow may use, and the pair's records on this host.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { RouteName } from '../../base/feed-routes.ts';
import type { Json } from '../../base/json.ts';
import { METRIC } from '../../base/metric-names.ts';
import type { Routes } from '../../clients/routes/routes.ts';
import { type Intent, intentDocument, parseIntent } from '../../domain/failover/intent.ts';
import type { Context } from '../../run/context.ts';

export type FailoverCtx = Pick<
  Context,
  | 'clock'
  | 'config'
  | 'documents'
  | 'files'
  | 'environment'
  | 'governor'
  | 'log'
  | 'metrics'
  | 'openRoutes'
  | 'person'
  | 'progress'
  | 'run'
  | 'signal'
  | 'steps'
>;

export interface Pair extends FailoverCtx {
  readonly routes: Routes;
  readonly startedMs: number;
}

export async function openPair(ctx: FailoverCtx): Promise<Pair> {
  const startedMs = ctx.clock.monotonicMs();
  return { ...ctx, startedMs, routes: await ctx.openRoutes() };
}

export async function readIntent({ documents, run }: FailoverCtx): Promise<Intent | null> {
  const found = await documents.read(intentName(run.environment));
  if (found === null) return null;
  const intent = parseIntent(found);
  if (intent !== null) return intent;
  throw new Fault('intent unreadable', 'Cannot read the record of the last failover: it is not one of ours', {
    exit: EXIT.stateNotWritten,
    hint: 'look with mdops failover status, then mdops failover reconcile --keep ROUTE',
  });
}

/** Durable when it resolves; nothing may be changed before. */
export async function writeIntent({ documents, run }: FailoverCtx, intent: Intent): Promise<void> {
  await documents.write(intentName(run.environment), intentDocument(intent) as Json);
}

export async function clearIntent({ documents, run }: FailoverCtx): Promise<void> {
  await documents.remove(intentName(run.environment));
}

/** `md_active_feed`: 1 on the active route, 0 on the other. */
export function showActive({ metrics, config }: FailoverCtx, active: RouteName): void {
  const { primary, backup } = config.feeds;
  metrics.set(METRIC.activeFeed, active === 'primary' ? 1 : 0, { feed: primary.label });
  metrics.set(METRIC.activeFeed, active === 'backup' ? 1 : 0, { feed: backup.label });
}

/** For what a person must know now. */
export function page({ log }: FailoverCtx, message: string): void {
  log.event('failover_stage', message, { level: 'error', extra: { page: true } });
}

function intentName(environment: string): string {
  return `failover/intent ${environment}`;
}
