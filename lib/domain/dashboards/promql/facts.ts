// What is known about metrics when dashboards are judged: the catalogue, the rules, and what scraping adds.

import type { CatalogueMetric } from '../../rules/catalogue.ts';
import { metricOf } from '../../rules/checks/metric-lookup.ts';
import { type ParsePromql, type Promql, textOf } from '../../rules/promql.ts';
import { carriedLabels } from './labels.ts';

export interface MetricFacts {
  readonly metrics: ReadonlyMap<string, CatalogueMetric>;
  /** Names that recording rules produce. */
  readonly recorded: ReadonlySet<string>;
  /** Jobs of the scrape configuration; null when none was given. */
  readonly jobs: ReadonlySet<string> | null;
  /** False when there is no catalogue at all: then nothing is known to be missing. */
  readonly isComplete: boolean;
  /** Shortest scrape interval of any target; null when none is known. */
  readonly shortestScrapeMs: number | null;
  /** Longest interval at which anything emits this metric. */
  readonly scrapeMsOf: (metric: string) => number | null;
  /** Labels of the series of this name, without those that scraping adds; null when unknown. */
  readonly labelsOf: (metric: string) => ReadonlySet<string> | null;
  /** Labels that targets and Prometheus itself add. */
  readonly scrapeLabels: ReadonlySet<string>;
}

export interface RecordedRule {
  readonly name: string;
  readonly expr: string;
  readonly labels: readonly string[];
}

export interface FactSources {
  readonly metrics: readonly CatalogueMetric[];
  readonly rules: readonly RecordedRule[];
  readonly jobs: ReadonlySet<string> | null;
  readonly isComplete: boolean;
  readonly shortestScrapeMs: number | null;
  readonly scrapeMsOf: (source: string) => number | null;
  readonly targetLabels: readonly string[];
}

/** Added by every scrape, by honor_labels from the Pushgateway, and as external labels. */
const ALWAYS = ['job', 'instance', 'environment', 'target', 'platform', 'tier'];

export function gatherFacts(sources: FactSources, parse: ParsePromql): MetricFacts {
  const metrics = new Map(sources.metrics.map((metric) => [metric.name, metric] as const));
  const recorded = new Set(sources.rules.map(({ name }) => name));
  const scrapeLabels = new Set([...ALWAYS, ...sources.targetLabels]);
  const known = new Map<string, ReadonlySet<string> | null>();

  function labelsOf(name: string): ReadonlySet<string> | null {
    const before = known.get(name);
    if (before !== undefined) return before;
    // A rule that reads itself, by mistake, ends here.
    known.set(name, null);
    const metric = metricOf({ metrics }, name);
    const found = metric === undefined ? labelsOfRules(name) : new Set(metric.labels);
    known.set(name, found);
    return found;
  }

  function labelsOfRules(name: string): ReadonlySet<string> | null {
    const rules = sources.rules.filter((rule) => rule.name === name);
    if (rules.length === 0) return null;
    const sets = rules.map((rule) => {
      const carried = carriedLabels(parse(rule.expr), { labelsOf, scrapeLabels });
      return carried === null ? null : new Set([...carried, ...rule.labels]);
    });
    return sets.some((set) => set === null) ? null : new Set(sets.flatMap((set) => [...(set ?? [])]));
  }

  return {
    metrics,
    recorded,
    jobs: sources.jobs,
    isComplete: sources.isComplete,
    shortestScrapeMs: sources.shortestScrapeMs,
    scrapeMsOf: (name) => {
      const metric = metricOf({ metrics }, name);
      return metric === undefined ? null : sources.scrapeMsOf(metric.source);
    },
    labelsOf,
    scrapeLabels,
  };
}

/** The expression in one line, as messages show it. */
export function shownQuery(promql: Promql, node = promql.root): string {
  const text = textOf(promql, node).replace(/\s+/g, ' ').trim();
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
