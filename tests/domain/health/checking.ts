// One way for the tests to ask for a judgement: texts in, report out.

import { assessFeed } from '../../../lib/domain/health/assess.ts';
import { readWhole } from '../../../lib/domain/health/byte-reader.ts';
import { Feed, type FeedOptions } from '../../../lib/domain/health/feed.ts';
import type { FeedView } from '../../../lib/domain/health/feed-view.ts';
import { activeFormatOf, formatOf } from '../../../lib/domain/health/formats.ts';
import type { Origin } from '../../../lib/domain/health/json-list.ts';
import { createLagRules, type LagRules } from '../../../lib/domain/health/lag-rules.ts';
import { readPlainFeed } from '../../../lib/domain/health/plain-feed.ts';
import { createActiveReader, createCatalogueReader } from '../../../lib/domain/health/read-feed.ts';
import type { HealthReport } from '../../../lib/domain/health/report.ts';

export const NOW = '2026-01-05T09:30:00Z';
export const NOW_MS = Date.parse(NOW);
export const LIMITS = { warningMs: 120_000, criticalMs: 300_000 };

export interface Question {
  readonly catalogue: string | Uint8Array;
  readonly active: string | Uint8Array;
  readonly ignored?: readonly string[];
  readonly feed?: FeedOptions;
  readonly lagRules?: LagRules;
  readonly coverageThreshold?: number;
}

/** The same question through parsed JSON, as small feeds go; null where that way declines. */
export function checkPlainly(question: Question): HealthReport | null {
  const read = readPlainFeed({
    catalogue: bytesOf(question.catalogue),
    active: bytesOf(question.active),
    ignored: question.ignored ?? [],
  });
  return read === null ? null : judge(question, read.feed, [read.catalogue, ''], [read.active, '']);
}

export function check(question: Question): HealthReport {
  const feed = new Feed(question.feed);
  const catalogue = bytesOf(question.catalogue);
  const active = bytesOf(question.active);
  const catalogueOrigin: Origin = {};
  const activeOrigin: Origin = {};
  for (const symbol of question.ignored ?? []) feed.ignore(symbol);
  const catalogueProblem = readWhole(createCatalogueReader(feed, formatOf('', catalogue), catalogueOrigin), catalogue);
  const activeProblem = readWhole(createActiveReader(feed, activeFormatOf('', active), activeOrigin), active);
  return judge(question, feed, [catalogueOrigin, catalogueProblem], [activeOrigin, activeProblem]);
}

function judge(
  question: Question,
  feed: FeedView,
  [catalogueOrigin, catalogueProblem]: readonly [Origin, string],
  [activeOrigin, activeProblem]: readonly [Origin, string],
): HealthReport {
  return assessFeed({
    feed,
    nowMs: NOW_MS,
    generatedAt: NOW,
    mode: 'dry-run',
    coverageThreshold: question.coverageThreshold ?? 0.995,
    futureToleranceMs: 5_000,
    lagRules: question.lagRules ?? createLagRules({ usual: LIMITS, nowMs: NOW_MS }),
    catalogue: { name: 'catalogue.json', origin: catalogueOrigin, problem: catalogueProblem },
    active: { name: 'active.json', origin: activeOrigin, problem: activeProblem },
  });
}

export function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? new TextEncoder().encode(text) : text;
}

/** An active subscription whose last tick is `lagSeconds` old. */
export function row(symbol: string, lagSeconds: number, more: object = {}): Record<string, unknown> {
  return {
    symbol,
    subscription_id: `s-${symbol}`,
    created_at: '2026-01-05T00:00:00Z',
    last_tick_at: new Date(NOW_MS - lagSeconds * 1_000).toISOString(),
    active: true,
    ...more,
  };
}
