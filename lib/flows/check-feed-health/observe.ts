// Looking: catalogue and subscriptions, from files or from the control plane, into one feed.

import { activeFormatOf, formatOf } from '../../domain/health/formats.ts';
import type { LagRules } from '../../domain/health/lag-rules.ts';
import type { Looked } from '../../domain/health/tally.ts';
import type { Context } from '../../run/context.ts';
import type { CheckPlan } from './plan.ts';
import {
  type ListSource,
  type LiveSource,
  openAnswer,
  openFile,
  type Seen,
  type Sources,
  whyUnreadable,
} from './source.ts';

export interface Observation extends Seen {
  readonly nowMs: number;
  readonly lagRules: LagRules;
}

type Ctx = Pick<Context, 'files' | 'clock' | 'config'>;

export async function observeFeed(
  ctx: Ctx,
  plan: CheckPlan,
  live: LiveSource | null,
  rulesAt: (nowMs: number) => LagRules,
): Promise<Observation> {
  const { symbols: ignored, trouble } = await readIgnoreFiles(ctx, plan.ignoreFiles);
  const [catalogue, active] = await openSources(ctx, plan, live);
  const nowMs = plan.asOfMs ?? ctx.clock.wallMs();
  const lagRules = rulesAt(nowMs);
  try {
    const { catalogueFormat: format } = plan;
    const seen = await readLists(ctx, lagRules.shortestMs, nowMs, {
      catalogue,
      active,
      catalogueFormat: format === 'auto' ? formatOf(catalogue.name, catalogue.head) : format,
      activeFormat: activeFormatOf(active.name, active.head),
      ignored,
    });
    return { ...seen, nowMs, lagRules, catalogue: trouble ?? seen.catalogue };
  } finally {
    await Promise.all([catalogue.close(), active.close()]);
  }
}

async function openSources(ctx: Ctx, plan: CheckPlan, live: LiveSource | null): Promise<[ListSource, ListSource]> {
  const { catalogueFile, activeFile } = plan;
  const catalogue = async (): Promise<ListSource> =>
    live === null || catalogueFile !== null
      ? openFile(ctx, catalogueFile ?? '')
      : openAnswer('md.contracts.list', await live.contracts());
  const active = async (): Promise<ListSource> =>
    live === null || activeFile !== null
      ? openFile(ctx, activeFile ?? '')
      : openAnswer('md.subscriptions.active', await live.active());
  return Promise.all([catalogue(), active()]);
}

/** Small lists and large ones are read by different means, each loaded where it is needed. */
async function readLists(ctx: Ctx, shortestMs: number, nowMs: number, sources: Sources): Promise<Seen> {
  if (isSmall(sources)) {
    const { readSmall } = await import('./read-small.ts');
    const seen = readSmall(sources);
    if (seen !== null) return seen;
  }
  const { readLarge } = await import('./read-large.ts');
  return readLarge(sources, { afterMs: nowMs - shortestMs, beforeMs: nowMs + ctx.config.health.futureToleranceMs });
}

function isSmall({ catalogue, active, catalogueFormat, activeFormat }: Sources): boolean {
  const isAtHand = catalogue.isWhole && active.isWhole && catalogue.problem === '' && active.problem === '';
  return isAtHand && catalogueFormat === 'json' && activeFormat === 'json';
}

async function readIgnoreFiles(
  ctx: Ctx,
  files: readonly string[],
): Promise<{ readonly symbols: readonly string[]; readonly trouble: Looked | null }> {
  const symbols: string[] = [];
  for (const name of files) {
    const { readIgnored } = await import('../../domain/health/read-feed.ts');
    try {
      const read = readIgnored(name, await ctx.files.readBytes(name));
      if (read.problem !== '') return { symbols, trouble: { name, origin: {}, problem: read.problem } };
      symbols.push(...read.symbols);
    } catch (error) {
      return { symbols, trouble: { name, origin: {}, problem: whyUnreadable(error) } };
    }
  }
  return { symbols, trouble: null };
}
