// Numbers of series and values of labels in a running Prometheus, held against what the platform allows.

import { join } from 'node:path';
import { own } from '../../base/json.ts';
import type { Metric, Platform } from '../../domain/platform/platform.ts';
import { readPlatform } from '../../domain/platform/read-platform.ts';
import { platformDirectory } from '../rules/platforms.ts';
import { askPrometheus, records } from './ask.ts';
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
      ...judgeLabels(platform, records(own(status, 'labelValueCountByLabelName'))),
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
  const asked = await query(ctx, prometheus, `count by (__name__) ({__name__=~"${names.join('|')}"})`);
  for (const { labels, value } of asked) counts.set(labels['__name__'] ?? '', value);
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

function judgeLabels({ conventions }: Platform, counts: readonly Readonly<Record<string, unknown>>[]): BudgetFinding[] {
  return counts.flatMap((entry) => {
    const label = String(own(entry, 'name'));
    if (!conventions.forbiddenLabels.includes(label)) return [];
    return [
      { what: `label ${label}`, note: `${Number(own(entry, 'value'))} values of a label that no metric may have` },
    ];
  });
}

async function judgeValues(ctx: StackContext, prometheus: string, { metrics }: Platform): Promise<BudgetFinding[]> {
  const found: BudgetFinding[] = [];
  for (const metric of metrics) {
    for (const [label, allowed] of Object.entries(metric.values)) {
      const [name = ''] = partsOf(metric);
      const known = allowed.map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
      const strange = await query(ctx, prometheus, `count by (${label}) (${name}{${label}!~${JSON.stringify(known)}})`);
      for (const { labels, value } of strange)
        found.push({
          what: `label ${label} of ${metric.name}`,
          note: `${value} series with "${labels[label] ?? ''}", which is not in its allow-list`,
        });
    }
  }
  return found;
}

async function query(
  ctx: StackContext,
  prometheus: string,
  expr: string,
): Promise<{ labels: Readonly<Record<string, string>>; value: number }[]> {
  const data = await askPrometheus(ctx, prometheus, `query?query=${encodeURIComponent(expr)}`);
  return records(own(data, 'result')).map((sample) => ({
    labels: (own(sample, 'metric') ?? {}) as Record<string, string>,
    value: Number((own(sample, 'value') as readonly unknown[] | undefined)?.[1]),
  }));
}
