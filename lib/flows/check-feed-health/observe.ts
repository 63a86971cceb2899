// Looking: catalogue and subscriptions, from files or from the control plane, into one feed.

import { describeError, systemCode } from '../../base/fault.ts';
import { type ListReader, PIECE_BYTES, readWhole } from '../../domain/health/byte-reader.ts';
import { Feed } from '../../domain/health/feed.ts';
import type { Origin } from '../../domain/health/json-list.ts';
import type { LagRules } from '../../domain/health/lag-rules.ts';
import {
  activeFormatOf,
  createActiveReader,
  createCatalogueReader,
  formatOf,
  readIgnored,
} from '../../domain/health/read-feed.ts';
import type { Looked } from '../../domain/health/tally.ts';
import type { ReadFile } from '../../effects/files.ts';
import type { Context } from '../../run/context.ts';
import type { CheckPlan } from './plan.ts';

/** What the live environment answers to a question, or why there is no answer. */
export interface LiveSource {
  contracts(): Promise<LiveAnswer>;
  active(): Promise<LiveAnswer>;
}
export type LiveAnswer =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: string };

export interface Observation {
  readonly feed: Feed;
  readonly nowMs: number;
  readonly lagRules: LagRules;
  readonly catalogue: Looked;
  readonly active: Looked;
}

type Ctx = Pick<Context, 'files' | 'clock' | 'config'>;

// A JSON catalogue takes at least this many bytes for a symbol, quotes and comma included.
const BYTES_PER_SYMBOL = 12;

export async function observeFeed(
  ctx: Ctx,
  plan: CheckPlan,
  live: LiveSource | null,
  rulesAt: (nowMs: number) => LagRules,
): Promise<Observation> {
  const [contracts, active] = await askLive(plan, live);
  const nowMs = plan.asOfMs ?? ctx.clock.wallMs();
  const lagRules = rulesAt(nowMs);
  const feed = new Feed({
    unremarkable: { afterMs: nowMs - lagRules.shortestMs, beforeMs: nowMs + ctx.config.health.futureToleranceMs },
    hint: await sizeHint(ctx, plan.catalogueFile, contracts),
  });
  const ignored = await readIgnoreFiles(ctx, feed, plan.ignoreFiles);
  const catalogue = contracts === null ? await readCatalogue(ctx, feed, plan) : takeContracts(feed, contracts);
  const subscriptions = active === null ? await readActive(ctx, feed, plan) : takeActive(feed, active);
  return { feed, nowMs, lagRules, catalogue: ignored ?? catalogue, active: subscriptions };
}

async function askLive(plan: CheckPlan, live: LiveSource | null): Promise<[LiveAnswer | null, LiveAnswer | null]> {
  if (live === null) return [null, null];
  return Promise.all([
    plan.catalogueFile === null ? live.contracts() : null,
    plan.activeFile === null ? live.active() : null,
  ]);
}

async function sizeHint(ctx: Ctx, file: string | null, answer: LiveAnswer | null) {
  const info = file === null ? null : await ctx.files.info(file, { follow: true });
  const bytes = answer?.ok === true ? answer.bytes.length : (info?.size ?? 0);
  return { bytes, symbols: Math.ceil(bytes / BYTES_PER_SYMBOL) };
}

async function readIgnoreFiles(ctx: Ctx, feed: Feed, files: readonly string[]): Promise<Looked | null> {
  for (const file of files) {
    try {
      const problem = readIgnored(feed, await ctx.files.readBytes(file));
      if (problem !== '') return { name: file, origin: {}, problem };
    } catch (error) {
      return { name: file, origin: {}, problem: whyUnreadable(error) };
    }
  }
  return null;
}

function readCatalogue(ctx: Ctx, feed: Feed, plan: CheckPlan): Promise<Looked> {
  const { catalogueFile: file, catalogueFormat: format } = plan;
  return readFile(ctx, file ?? '', (head, origin) =>
    createCatalogueReader(feed, format === 'auto' ? formatOf(file ?? '', head) : format, origin),
  );
}

function readActive(ctx: Ctx, feed: Feed, plan: CheckPlan): Promise<Looked> {
  const file = plan.activeFile ?? '';
  return readFile(ctx, file, (head, origin) => createActiveReader(feed, activeFormatOf(file, head), origin));
}

async function readFile(
  ctx: Ctx,
  path: string,
  createReader: (head: Uint8Array, origin: Origin) => ListReader,
): Promise<Looked> {
  const origin: Origin = {};
  let file: ReadFile;
  try {
    file = await ctx.files.openRead(path);
  } catch (error) {
    return { name: path, origin, problem: whyUnreadable(error) };
  }
  try {
    const head = new Uint8Array(Math.min(PIECE_BYTES, file.size + 1));
    const first = await file.read(head);
    const reader = createReader(head.subarray(0, first), origin);
    reader.room(first).set(head.subarray(0, first));
    for (let count = first; count > 0 && reader.take(count); ) {
      count = await file.read(reader.room(PIECE_BYTES).subarray(0, PIECE_BYTES));
    }
    return { name: path, origin, problem: reader.finish() };
  } catch (error) {
    return { name: path, origin, problem: whyUnreadable(error) };
  } finally {
    await file.close();
  }
}

function whyUnreadable(error: unknown): string {
  const code = systemCode(error);
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'EISDIR') return 'it is a directory';
  return describeError(error);
}

function takeContracts(feed: Feed, answer: LiveAnswer): Looked {
  const name = 'md.contracts.list';
  if (!answer.ok) return { name, origin: {}, problem: answer.reason };
  const origin: Origin = {};
  const problem = readWhole(createCatalogueReader(feed, 'json', origin), answer.bytes);
  return { name, origin, problem };
}

function takeActive(feed: Feed, answer: LiveAnswer): Looked {
  const name = 'md.subscriptions.active';
  if (!answer.ok) return { name, origin: {}, problem: answer.reason };
  const origin: Origin = {};
  const problem = readWhole(createActiveReader(feed, 'json', origin), answer.bytes);
  return { name, origin, problem };
}
