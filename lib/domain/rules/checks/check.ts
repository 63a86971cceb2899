// What a check is given and what it answers.

import type { MetricFacts } from '../../dashboards/promql/facts.ts';
import type { CatalogueMetric } from '../catalogue.ts';
import type { Routing } from '../routes/routing.ts';
import type { Finding, ParsedRule } from '../rule.ts';

export interface CheckFacts {
  readonly metrics: ReadonlyMap<string, CatalogueMetric>;
  /** False when there is no catalogue at all: then nothing is known to be missing. */
  readonly isComplete: boolean;
  /** Names that recording rules of the same set produce. */
  readonly recorded: ReadonlySet<string>;
  /** The same, and what follows from it: labels, units, how often it is scraped. */
  readonly known: MetricFacts;
  /** Of groups that say nothing; null when unknown. */
  readonly evaluationMs: number | null;
  /** Names of the jobs that the scrape configuration holds; null when none was given. */
  readonly jobs: ReadonlySet<string> | null;
  /** Labels that targets add to their series. */
  readonly targetLabels: ReadonlySet<string>;
  /** Null when no Alertmanager configuration was given. */
  readonly routing: Routing | null;
  readonly informationalLabels: ReadonlySet<string>;
  /** File → its heading anchors; null when no runbooks were given. */
  readonly headings: ReadonlyMap<string, ReadonlySet<string>> | null;
}

export type Check = (rule: ParsedRule, facts: CheckFacts) => Finding[];

export function found(rule: ParsedRule, check: string, message: string, line = rule.line): Finding {
  return { file: rule.file, line, rule: rule.name, check, message };
}
