// What one subscription run was asked to do: flags and configuration, read once.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { SubscriptionPolicy } from '../../domain/subscription/policy.ts';
import { selectSymbols } from '../../domain/subscription/selection.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';

export interface SubscriptionSettings {
  readonly target: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly limit: number | null;
  readonly policy: SubscriptionPolicy;
  readonly requestTimeoutMs: number;
  readonly exporter: { readonly host: string; readonly port: number } | null;
  readonly labels: { readonly feed: string; readonly account: string; readonly session_window: string };
  /** Artifacts of this run. */
  readonly folder: string;
}

const EVERYTHING = ['*'];
const RETRY_BASE_MS = 200;

export function readSettings(ctx: Pick<Context, 'config' | 'run'>, invocation: Invocation): SubscriptionSettings {
  const { subscription, health, sessions } = ctx.config;
  const include = invocation.texts('include');
  const settings: SubscriptionSettings = {
    target: health.feedLabel,
    include: include.length === 0 ? EVERYTHING : include,
    exclude: invocation.texts('exclude'),
    limit: invocation.number('limit') ?? null,
    policy: {
      batchSize: subscription.batchSize,
      maxRetries: subscription.maxRetries,
      rate: { max: subscription.rateLimitMax, windowMs: subscription.rateLimitWindowMs },
      retryBaseMs: RETRY_BASE_MS,
    },
    requestTimeoutMs: subscription.requestTimeoutMs,
    exporter:
      subscription.metricsPort === undefined
        ? null
        : { host: subscription.metricsHost, port: subscription.metricsPort },
    labels: {
      feed: health.feedLabel,
      account: health.accountLabel,
      session_window: invocation.text('session-window') ?? sessions.window ?? 'all',
    },
    folder: `${subscription.outputDir ?? ctx.config.paths.logDir}/full_feed_subscription_${ctx.run.id}`,
  };
  refuseBadPatterns(settings);
  return settings;
}

/** Before anybody is asked: without a catalogue only the patterns themselves can be wrong. */
function refuseBadPatterns({ include, exclude }: SubscriptionSettings): void {
  const tried = selectSymbols({ symbols: [], include, exclude, active: new Set() });
  if (tried.ok) return;
  throw new Fault('usage', `Cannot select contracts: ${tried.problems.join('; ')}`, {
    exit: EXIT.usage,
    hint: "quote patterns, for example --include 'rb*.SHFE' --exclude '*.CZCE'",
  });
}
