// Numbers of series and values of labels in a running Prometheus, held against what the platform allows.

import { join } from 'node:path';
import { isRecord, own } from '../../base/json.ts';
import type { Metric, Platform } from '../../domain/platform/platform.ts';
import { readPlatform } from '../../domain/platform/read-platform.ts';
import { platformDirectory } from '../rules/platforms.ts';
import { askJson, askPrometheus, querySamples, records } from './ask.ts';
import type { StackAddresses, StackContext } from './stack-context.ts';

export interface BudgetFinding {
  readonly what: string;
  readonly note: string;
}

export interface BudgetAnswer {
  readonly metrics: number;
  /** All series of the head block, as Prometheus itself counts them. */
  readonly series: number;
  readonly findings: readonly BudgetFinding[];
}

const HISTOGRAM_PARTS = ['_bucket', '_sum', '_count'];

export async function verifyBudgets(
  ctx: StackContext,
  { prometheus }: Pick<StackAddresses, 'prometheus'>,
  name: string,
): Promise<BudgetAnswer> {
  const file = join(await platformDirectory(ctx, name), 'catalogue.yml');
  const { platform } = await readPlatform(file, await ctx.files.readText(file));
  const status = await askPrometheus(ctx, prometheus, 'status/tsdb?limit=10000');
  const counts = await countSeries(ctx, prometheus, platform, status);
  const head = own(status, 'headStats') as Readonly<Record<string, unknown>> | undefined;
  return {
    metrics: platform.metrics.length,
    series: Number(own(head ?? {}, 'numSeries') ?? 0),
    findings: [
      ...platform.metrics.flatMap((metric) => judgeCount(metric, counts)),
      ...(await judgeLabels(ctx, prometheus, platform)),
      ...(await judgeValues(ctx, prometheus, platform)),
    ],
  };
}

/**
 * The status API counts series by metric, but older Prometheus names its ten largest only: what it does not name is
 * counted by a query.
 */
async function countSeries(
  ctx: StackContext,
  prometheus: string,
  { metrics }: Platform,
  status: Readonly<Record<string, unknown>>,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map(
    records(own(status, 'seriesCountByMetricName')).map(
      (entry) => [String(own(entry, 'name')), Number(own(entry, 'value'))] as const,
    ),
  );
  const names = metrics.flatMap(partsOf).filter((name) => !counts.has(name));
  if (names.length === 0) return counts;
  const asked = await querySamples(ctx, prometheus, `count by (__name__) ({__name__=~"${names.join('|')}"})`);
  for (const { labels, samples } of asked) counts.set(labels['__name__'] ?? '', samples[0]?.[1] ?? 0);
  return counts;
}

function partsOf({ name, type }: Metric): string[] {
  return type === 'histogram' ? HISTOGRAM_PARTS.map((part) => `${name}${part}`) : [name];
}

function judgeCount(metric: Metric, counts: ReadonlyMap<string, number>): BudgetFinding[] {
  const count = partsOf(metric).reduce((sum, name) => sum + (counts.get(name) ?? 0), 0);
  if (metric.series === null || count <= metric.series) return [];
  return [{ what: `series of ${metric.name}`, note: `${count} series, and its budget is ${metric.series}` }];
}

async function judgeLabels(ctx: StackContext, prometheus: string, { conventions }: Platform): Promise<BudgetFinding[]> {
  if (conventions.forbiddenLabels.length === 0) return [];
  const present = await askTexts(ctx, `${prometheus}/api/v1/labels`);
  const found: BudgetFinding[] = [];
  for (const label of conventions.forbiddenLabels.filter((one) => present.includes(one))) {
    const values = await askTexts(ctx, `${prometheus}/api/v1/label/${label}/values`);
    found.push({ what: `label ${label}`, note: `${values.length} values of a label that no metric may have` });
  }
  return found;
}

async function askTexts(ctx: StackContext, url: string): Promise<string[]> {
  const answer = await askJson(ctx, url);
  const data = isRecord(answer) ? own(answer, 'data') : [];
  return Array.isArray(data) ? data.map(String) : [];
}

async function judgeValues(ctx: StackContext, prometheus: string, { metrics }: Platform): Promise<BudgetFinding[]> {
  const found: BudgetFinding[] = [];
  for (const metric of metrics) {
    for (const [label, allowed] of Object.entries(metric.values)) {
      const [name = ''] = partsOf(metric);
      const known = allowed.map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
      const strange = await querySamples(
        ctx,
        prometheus,
        `count by (${label}) (${name}{${label}!~${JSON.stringify(known)}})`,
      );
      for (const { labels, samples } of strange)
        found.push({
          what: `label ${label} of ${metric.name}`,
          note: `${samples[0]?.[1] ?? 0} series with "${labels[label] ?? ''}", which is not in its allow-list`,
        });
    }
  }
  return found;
}
