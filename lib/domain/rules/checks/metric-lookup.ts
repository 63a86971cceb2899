// Finds a metric of the catalogue by the name a query uses: a histogram is read by its parts.

import type { CatalogueMetric } from '../catalogue.ts';

const PARTS: Readonly<Record<string, readonly string[]>> = {
  _bucket: ['histogram'],
  _sum: ['histogram', 'summary'],
  _count: ['histogram', 'summary'],
};

interface KnownMetrics {
  readonly metrics: ReadonlyMap<string, CatalogueMetric>;
}

export function metricOf({ metrics }: KnownMetrics, name: string): CatalogueMetric | undefined {
  const exact = metrics.get(name);
  if (exact !== undefined) return exact;
  for (const [part, types] of Object.entries(PARTS)) {
    const whole = name.endsWith(part) ? metrics.get(name.slice(0, -part.length)) : undefined;
    if (whole === undefined || !types.includes(whole.type)) continue;
    return { ...whole, name, type: 'counter', labels: part === '_bucket' ? [...whole.labels, 'le'] : whole.labels };
  }
  return undefined;
}

/** What the name says when the catalogue does not know it. */
export function typeOf(
  facts: KnownMetrics & { readonly recorded: ReadonlySet<string> },
  name: string,
): string | undefined {
  const known = metricOf(facts, name);
  if (known !== undefined) return known.type;
  if (facts.recorded.has(name) || name.includes(':')) return undefined;
  return /_(total|bucket|sum|count)$/.test(name) ? 'counter' : undefined;
}
