// What one check was asked to do: flags and configuration, read once.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { CatalogueFormat } from '../../domain/health/formats.ts';
import type { HealthMode } from '../../domain/health/report.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';

export type ArtifactFormat = 'json' | 'csv';

export interface CheckPlan {
  readonly mode: HealthMode;
  readonly target: string;
  /** Null: the control plane is asked. */
  readonly catalogueFile: string | null;
  readonly catalogueFormat: CatalogueFormat;
  readonly activeFile: string | null;
  /** To look, or to repair. */
  readonly needsControlPlane: boolean;
  readonly ignoreFiles: readonly string[];
  readonly calendarFile: string | null;
  /** Judge as of this instant; null: now. */
  readonly asOfMs: number | null;
  readonly artifacts: readonly ArtifactFormat[];
  readonly labels: { readonly feed: string; readonly account: string; readonly session_window: string };
}

export function planCheck(ctx: Pick<Context, 'config' | 'environment'>, invocation: Invocation): CheckPlan {
  const { health, sessions, remotes } = ctx.config;
  const hasControlPlane = remotes.controlPlane.url !== undefined || remotes.nats.url !== undefined;
  const plan: CheckPlan = {
    mode: health.mode as HealthMode,
    target: health.feedLabel,
    catalogueFile: health.catalogue ?? null,
    catalogueFormat: (invocation.text('catalogue-format') ?? 'auto') as CatalogueFormat,
    activeFile: health.activeFile ?? null,
    needsControlPlane: health.mode === 'enforce' || health.catalogue === undefined || health.activeFile === undefined,
    ignoreFiles: invocation.texts('ignore').map((file) => absolute(ctx.environment.cwd, file)),
    calendarFile: sessions.calendar ?? null,
    asOfMs: readInstant(invocation.text('now')),
    artifacts: readArtifacts(health.mode as HealthMode, invocation.texts('out') as readonly ArtifactFormat[]),
    labels: {
      feed: health.feedLabel,
      account: health.accountLabel,
      session_window: invocation.text('session-window') ?? sessions.window ?? 'all',
    },
  };
  refuseContradictions(plan, hasControlPlane);
  return plan;
}

function refuseContradictions(plan: CheckPlan, hasControlPlane: boolean): void {
  const usesFiles = plan.catalogueFile !== null && plan.activeFile !== null;
  if (!usesFiles && !hasControlPlane) {
    const lacking = plan.catalogueFile === null ? 'which contracts to expect' : 'what is subscribed';
    const flag = plan.catalogueFile === null ? '--catalogue FILE' : '--active-file FILE';
    throw usage(`Cannot check the feed: nothing tells ${lacking}`, `give ${flag}, or --control-plane URL`);
  }
  if (plan.asOfMs !== null && !usesFiles) {
    throw usage('Cannot use --now with a live control plane', 'give --catalogue and --active-file, or leave --now out');
  }
  if (plan.mode === 'enforce' && !hasControlPlane) {
    throw usage('Cannot enforce without a control plane to resubscribe through', 'give --control-plane URL');
  }
}

function usage(message: string, hint: string): Fault {
  return new Fault('usage', message, { exit: EXIT.usage, hint });
}

/** Audit keeps both forms as evidence. */
function readArtifacts(mode: HealthMode, asked: readonly ArtifactFormat[]): readonly ArtifactFormat[] {
  return mode === 'audit' ? ['json', 'csv'] : [...new Set(asked)];
}

/** Without a zone it is UTC, like the ticks it is compared with. */
function readInstant(text: string | undefined): number | null {
  if (text === undefined) return null;
  return Date.parse(/([Zz]|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
}

function absolute(cwd: string, file: string): string {
  return file.startsWith('/') ? file : `${cwd}/${file}`;
}
