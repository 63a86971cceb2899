// Looking: catalogue and subscriptions, from files or from the control plane, into one feed.

import { Feed } from '../../domain/health/feed.ts';
import type { FeedView } from '../../domain/health/feed-view.ts';
import type { Origin } from '../../domain/health/json-list.ts';
import type { LagRules } from '../../domain/health/lag-rules.ts';
import { readPlainFeed } from '../../domain/health/plain-feed.ts';
import {
  activeFormatOf,
  createActiveReader,
  createCatalogueReader,
  formatOf,
  readIgnored,
} from '../../domain/health/read-feed.ts';
import type { Looked } from '../../domain/health/tally.ts';
import type { Context } from '../../run/context.ts';
import type { CheckPlan } from './plan.ts';
import { type ListSource, type LiveSource, openAnswer, openFile, whyUnreadable } from './source.ts';

export interface Observation {
  readonly feed: FeedView;
  readonly nowMs: number;
  readonly lagRules: LagRules;
  readonly catalogue: Looked;
  readonly active: Looked;
}

type Ctx = Pick<Context, 'files' | 'clock' | 'config'>;

interface Sources {
  readonly catalogue: ListSource;
  readonly active: ListSource;
  readonly ignored: readonly string[];
}

// A JSON catalogue takes at least this many bytes for a symbol, quotes and comma included.
const BYTES_PER_SYMBOL = 12;

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
    const sources = { catalogue, active, ignored };
    const seen = readSmall(plan, sources) ?? (await readLarge(ctx, plan, sources, lagRules.shortestMs, nowMs));
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

type Seen = Pick<Observation, 'feed' | 'catalogue' | 'active'>;

/** Null where the byte readers must do it: large lists, other formats, and everything that is not well-formed. */
function readSmall(plan: CheckPlan, { catalogue, active, ignored }: Sources): Seen | null {
  const isSmall = catalogue.isWhole && active.isWhole && catalogue.problem === '' && active.problem === '';
  if (!isSmall || catalogueFormat(plan, catalogue) !== 'json' || activeFormatOf(active.name, active.head) !== 'json') {
    return null;
  }
  const read = readPlainFeed({ catalogue: catalogue.head, active: active.head, ignored });
  if (read === null) return null;
  return {
    feed: read.feed,
    catalogue: { name: catalogue.name, origin: read.catalogue, problem: '' },
    active: { name: active.name, origin: read.active, problem: '' },
  };
}

async function readLarge(
  ctx: Ctx,
  plan: CheckPlan,
  { catalogue, active, ignored }: Sources,
  shortestMs: number,
  nowMs: number,
): Promise<Seen> {
  const feed = new Feed({
    unremarkable: { afterMs: nowMs - shortestMs, beforeMs: nowMs + ctx.config.health.futureToleranceMs },
    hint: { bytes: catalogue.size, symbols: Math.ceil(catalogue.size / BYTES_PER_SYMBOL) },
  });
  for (const symbol of ignored) feed.ignore(symbol);
  const look = async (source: ListSource, create: (origin: Origin) => Parameters<ListSource['readInto']>[0]) => {
    const origin: Origin = {};
    const problem = source.problem === '' ? await source.readInto(create(origin)) : source.problem;
    return { name: source.name, origin, problem };
  };
  return {
    feed,
    catalogue: await look(catalogue, (origin) => createCatalogueReader(feed, catalogueFormat(plan, catalogue), origin)),
    active: await look(active, (origin) => createActiveReader(feed, activeFormatOf(active.name, active.head), origin)),
  };
}

function catalogueFormat({ catalogueFormat: format }: CheckPlan, { name, head }: ListSource): 'json' | 'csv' {
  return format === 'auto' ? formatOf(name, head) : format;
}

async function readIgnoreFiles(
  ctx: Ctx,
  files: readonly string[],
): Promise<{ readonly symbols: readonly string[]; readonly trouble: Looked | null }> {
  const symbols: string[] = [];
  for (const name of files) {
    try {
      const read = readIgnored(await ctx.files.readBytes(name));
      if (read.problem !== '') return { symbols, trouble: { name, origin: {}, problem: read.problem } };
      symbols.push(...read.symbols);
    } catch (error) {
      return { symbols, trouble: { name, origin: {}, problem: whyUnreadable(error) } };
    }
  }
  return { symbols, trouble: null };
}
