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
  | 'incidents'
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
  const name = intentName(run.environment);
  throw new Fault('intent unreadable', `Cannot read the last failover from state "${name}": it is not one of ours`, {
    exit: EXIT.stateNotWritten,
    hint: 'restore it (mdops backup restore), or move it away and decide: mdops failover reconcile --keep ROUTE',
  });
}

/** Durable when it resolves; nothing may be changed before. */
export async function writeIntent({ documents, run }: FailoverCtx, intent: Intent): Promise<void> {
  await documents.write(intentName(run.environment), intentDocument(intent) as Json);
}

/** Emptied before it is removed: a removal that a power cut undoes must not bring an old intent back. */
export async function clearIntent({ documents, run }: FailoverCtx): Promise<void> {
  const name = intentName(run.environment);
  if ((await documents.read(name)) !== null) await documents.write(name, null);
  await documents.remove(name);
}

/** `md_active_feed`: 1 on the active route, 0 on the other. */
export function showActive({ metrics, config }: FailoverCtx, active: RouteName): void {
  const { primary, backup } = config.feeds;
  metrics.set(METRIC.activeFeed, active === 'primary' ? 1 : 0, { feed: primary.label });
  metrics.set(METRIC.activeFeed, active === 'backup' ? 1 : 0, { feed: backup.label });
}

/** For what a person must know now. Told last, after everything that can be done is done; never throws. */
export async function page({ incidents, run, signal }: FailoverCtx, summary: string): Promise<void> {
  const fact = { kind: 'failed', attempts: 0, severity: 'critical', summary, pageNow: true } as const;
  await incidents.report(incidentTarget(run.environment), fact, { signal });
}

/** Ends the page, if there was one. */
export async function allClear({ incidents, run, signal }: FailoverCtx, active: RouteName): Promise<void> {
  const summary = `consumers follow ${active}, the pair is settled`;
  await incidents.report(incidentTarget(run.environment), { kind: 'recovered', summary }, { signal });
}

function incidentTarget(environment: string): string {
  return `feeds-${environment}`;
}

function intentName(environment: string): string {
  return `failover/intent ${environment}`;
}
