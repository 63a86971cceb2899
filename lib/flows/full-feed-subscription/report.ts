// The end of a subscription run: verdict, summary document, and the answer for a person.

import { formatDuration } from '../../base/duration.ts';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Paint } from '../../base/paint.ts';
import { oneLine } from '../../base/sanitize.ts';
import type { Refusal } from '../../domain/subscription/work.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Chosen } from './choose.ts';
import type { Keeper } from './keeper.ts';
import type { Tally } from './portions.ts';
import type { Sender } from './sender.ts';
import type { SubscriptionSettings } from './settings.ts';

export interface Played {
  readonly chosen: Chosen;
  readonly tally: Tally;
  readonly sender: Sender;
  readonly keeper: Keeper;
  readonly tookMs: number;
}

type Ctx = Pick<Context, 'run' | 'log'>;

const SCHEMA = 'mdops.subscription/1';
const SUMMARY = 'summary.json';
const NAMES = 40;
const SHOWN = 10;
const BATCHES_SHOWN = 5;
const BATCHES_KEPT = 100;

export async function concludeRun(ctx: Ctx, settings: SubscriptionSettings, played: Played): Promise<Outcome> {
  const { chosen, tally, sender, keeper, tookMs } = played;
  const { batches, rateLimitHits, retries, splits } = sender.counts();
  const exit = judge(played);
  const stopped = sender.stoppedBecause();
  const report: JsonObject = {
    ...header(ctx, settings, chosen),
    accepted_total: tally.accepted,
    rejected: tally.rejected.map(plain),
    failed: tally.failed.map(plain),
    left_over_total: tally.leftOver,
    stopped_because: stopped,
    requests: batches,
    rate_limit_hits: rateLimitHits,
    retries,
    splits,
    duration_ms: Math.round(tookMs),
    exit_code: exit,
  };
  const path = await keeper.keep(chosen.folder, SUMMARY, report);
  const summary = summarize(played);
  return {
    exit,
    summary,
    report: { ...report, artifacts: path === null ? null : chosen.folder },
    view: (paint) => show(played, exit, summary, path, paint),
  };
}

export function concludePlan(ctx: Ctx, settings: SubscriptionSettings, chosen: Chosen): Outcome {
  const { batchSize, rate } = settings.policy;
  const { wanted } = chosen;
  const requests = Math.ceil(wanted.length / batchSize);
  const batches = Array.from({ length: Math.min(requests, BATCHES_KEPT) }, (_, i) =>
    wanted.slice(i * batchSize, (i + 1) * batchSize),
  );
  // The first window is free at once.
  const leastMs = Math.max(0, Math.ceil(wanted.length / rate.max) - 1) * rate.windowMs;
  const summary =
    wanted.length === 0 ? nothingToDo(chosen) : `would subscribe ${wanted.length} contracts in ${requests} requests`;
  const lines = batches.slice(0, BATCHES_SHOWN).map((symbols, i) => `  batch ${i + 1}: ${names(symbols)}`);
  const more = requests > BATCHES_SHOWN ? [`  and ${requests - BATCHES_SHOWN} more`] : [];
  const pace = `at most ${rate.max} contracts in ${formatDuration(rate.windowMs)}: at least ${formatDuration(leastMs)}`;
  return {
    exit: EXIT.ok,
    summary,
    report: {
      ...header(ctx, settings, chosen),
      planned: { contracts: wanted.length, requests, batches },
      exit_code: 0,
    },
    view: (paint) => [
      paint.strong(summary),
      countLine(chosen),
      ...(wanted.length === 0 ? [] : [paint.faint(pace), ...lines, ...more]),
    ],
  };
}

/** A refusal is the service's word; what was never answered, or stopped, is a failure of the work. */
function judge({ chosen, tally, sender }: Played): ExitCode {
  const isUnanswered = tally.failed.length > 0 && sender.answered() === 0 && tally.accepted === 0;
  if (sender.stoppedBecause() !== null || tally.leftOver > 0 || isUnanswered) return EXIT.critical;
  return tally.accepted === chosen.wanted.length ? EXIT.ok : EXIT.warning;
}

function header(ctx: Ctx, { labels, include, exclude, limit }: SubscriptionSettings, chosen: Chosen): JsonObject {
  return {
    schema: SCHEMA,
    run_id: ctx.run.id,
    resumes: ctx.run.resumes,
    environment: ctx.run.environment,
    ...labels,
    include,
    exclude,
    limit,
    catalogue_total: chosen.catalogueTotal,
    selected_total: chosen.selectedTotal,
    already_active_total: chosen.alreadyActiveTotal,
    beyond_limit_total: chosen.beyondLimitTotal,
    wanted_total: chosen.wanted.length,
    idle_patterns: chosen.idlePatterns,
  };
}

function summarize({ chosen, tally, sender, tookMs }: Played): string {
  if (chosen.wanted.length === 0) return nothingToDo(chosen);
  const { rateLimitHits } = sender.counts();
  const stopped = sender.stoppedBecause();
  const parts = [
    `subscribed ${tally.accepted} of ${chosen.wanted.length} contracts in ${formatDuration(tookMs)}`,
    ...(tally.rejected.length > 0 ? [`${tally.rejected.length} rejected`] : []),
    ...(tally.failed.length > 0 ? [`${tally.failed.length} given up`] : []),
    ...(tally.leftOver > 0 ? [`${tally.leftOver} left`] : []),
    ...(rateLimitHits > 0 ? [`${rateLimitHits} times rate limited`] : []),
    ...(stopped === null ? [] : [`stopped: ${stopped}`]),
  ];
  return parts.join(', ');
}

function nothingToDo({ selectedTotal }: Chosen): string {
  return `nothing to subscribe: ${selectedTotal} of ${selectedTotal} selected contracts are active`;
}

function show(played: Played, exit: ExitCode, summary: string, path: string | null, paint: Paint): string[] {
  const { chosen, tally } = played;
  const mark = exit === EXIT.ok ? paint.good('✓') : exit === EXIT.warning ? paint.warn('!') : paint.bad('✗');
  const ignore =
    tally.rejected.length > 0 && path !== null
      ? [`  mdops check-feed-health --ignore ${path} leaves the rejected out`]
      : [];
  const again = tally.failed.length + tally.leftOver > 0 ? ['  mdops full-feed-subscription again sends the rest'] : [];
  const next = [...ignore, ...again];
  return [
    `${mark} ${summary}`,
    countLine(chosen),
    ...refusalLines('rejected', tally.rejected, paint),
    ...refusalLines('given up', tally.failed, paint),
    ...(path === null ? [] : [paint.faint(`summary: ${path}`)]),
    ...(next.length === 0 ? [] : ['', paint.strong('next'), ...next]),
  ];
}

function countLine({ catalogueTotal, selectedTotal, alreadyActiveTotal, beyondLimitTotal }: Chosen): string {
  const beyond = beyondLimitTotal > 0 ? `, ${beyondLimitTotal} beyond the limit` : '';
  return `${selectedTotal} of ${catalogueTotal} contracts selected, ${alreadyActiveTotal} active already${beyond}`;
}

function refusalLines(what: string, refusals: readonly Refusal[], paint: Paint): string[] {
  const lines = refusals
    .slice(0, SHOWN)
    .map(({ symbol, reason }) => `  ${what}: ${oneLine(symbol, NAMES)}: ${oneLine(reason, 100)}`);
  return refusals.length > SHOWN ? [...lines, paint.faint(`  and ${refusals.length - SHOWN} more ${what}`)] : lines;
}

function names(symbols: readonly string[]): string {
  const shown = symbols.slice(0, BATCHES_SHOWN).map((symbol) => oneLine(symbol, NAMES));
  const more = symbols.length > BATCHES_SHOWN ? ` and ${symbols.length - BATCHES_SHOWN} more` : '';
  return `${shown.join(', ')}${more}`;
}

function plain({ symbol, reason }: Refusal): JsonObject {
  return { symbol, reason };
}
