// One platform as data: what it runs, what it measures, what it promises to notice.

import type { Catalogue, MetricType } from '../rules/catalogue.ts';
import type { SeriesData } from './series-value.ts';

export interface Platform {
  readonly name: string;
  readonly title: string;
  /** Where in the description of the system this comes from. */
  readonly source: string;
  readonly prometheus: Scraping;
  readonly services: readonly Service[];
  readonly metrics: readonly Metric[];
  readonly groups: ReadonlyMap<string, Group>;
  readonly recordings: readonly Recording[];
  readonly alerts: readonly Alert[];
  /** Alertmanager's own form, receivers in short; null where another platform's tree serves this one too. */
  readonly alertmanager: Alertmanager | null;
  readonly conventions: Conventions;
  /** The promise, as the checks of rules read it. */
  readonly catalogue: Catalogue;
}

export interface Scraping {
  readonly scrapeInterval: string;
  readonly scrapeTimeout: string | null;
  readonly evaluationInterval: string;
  readonly externalLabels: Labels;
  readonly alertmanagers: readonly string[];
}

export interface Service {
  readonly name: string;
  readonly about: string;
  readonly job: string;
  readonly targets: readonly string[];
  readonly interval: string | null;
  readonly timeout: string | null;
  readonly path: string | null;
  readonly scheme: string | null;
  readonly labels: Labels;
  readonly honorLabels: boolean;
  readonly probe: { readonly module: string; readonly through: string } | null;
}

export interface Metric {
  readonly name: string;
  readonly type: MetricType;
  readonly unit: string;
  readonly labels: readonly string[];
  readonly source: string;
  readonly help: string;
  /** Upper bounds of a histogram, without +Inf. */
  readonly buckets: readonly number[];
  /** Label → the only values it may have. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  /** The most series it may have; null for no budget. */
  readonly series: number | null;
  readonly line: number;
}

export interface Group {
  readonly interval: string | null;
  readonly about: string;
}

export type Labels = Readonly<Record<string, string>>;

interface RuleWords {
  readonly group: string;
  readonly expr: string;
  readonly labels: Labels;
  /** What the description of the system says, and why that is wrong. */
  readonly corrected: string;
  /** Why the expression is as it is. */
  readonly note: string;
  readonly equivalents: readonly { readonly what: string; readonly proof: string }[];
  /** Where it stands in the catalogue: `alerts[3]`. */
  readonly path: string;
}

export interface Recording extends RuleWords {
  readonly record: string;
  readonly help: string;
  readonly unit: string;
  readonly cases: readonly RecordingCase[];
}

export interface Alert extends RuleWords {
  readonly alert: string;
  readonly for: string;
  /** Why it does not wait. */
  readonly atOnce: string;
  readonly keepFiringFor: string | null;
  readonly severity: string;
  readonly receivers: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly runbook: string;
  readonly command: string;
  readonly annotations: Labels;
  readonly cases: readonly AlertCase[];
  readonly words: RunbookWords | null;
}

export interface RunbookWords {
  readonly meaning: string;
  readonly impact: string;
  readonly diagnosis: readonly string[];
  readonly mitigation: readonly string[];
}

interface Case {
  readonly name: string;
  readonly series: SeriesData;
  /** Between two samples. */
  readonly intervalMs: number | null;
  readonly path: string;
}

export interface AlertCase extends Case {
  readonly fires: boolean;
  /** When the condition begins to hold. */
  readonly sinceMs: number;
  /** The first evaluation at which it holds no more. */
  readonly untilMs: number | null;
  /** Further moments to look at. */
  readonly at: readonly number[];
  readonly expected: readonly ExpectedAlert[];
  /** What is expected just before `until`, where values differ from those at the beginning. */
  readonly expectedLast: readonly ExpectedAlert[];
}

export interface ExpectedAlert {
  /** Without those the rule sets; null: as the first series has them, through the expression. */
  readonly labels: Labels | null;
  readonly value: number | null;
  /** Of an alert with the same name. */
  readonly severity: string | null;
}

export interface RecordingCase extends Case {
  /** What is asked; null: the value of the rule. */
  readonly query: string | null;
  readonly moments: readonly { readonly atMs: number; readonly expected: readonly ExpectedSample[] }[];
}

export interface ExpectedSample {
  /** Null: as the first series has them, through the expression. */
  readonly labels: Labels | null;
  readonly value: number;
}

export interface Alertmanager {
  readonly config: Readonly<Record<string, unknown>>;
  readonly routeTests: readonly unknown[];
  readonly inhibitionTests: readonly unknown[];
}

export interface Conventions {
  /** Names of metrics match this. */
  readonly metricName: string | null;
  readonly alertName: string | null;
  /** Counters end in _total. */
  readonly counterTotal: boolean;
  /** Names end in their unit: _seconds, _bytes. */
  readonly unitSuffix: boolean;
  /** The only labels that metrics may have; null: any. */
  readonly labels: readonly string[] | null;
  /** Labels that no metric may have. */
  readonly forbiddenLabels: readonly string[];
  /** Every metric says how many series it may have. */
  readonly budgets: boolean;
  /** Metric → why it is named otherwise. */
  readonly exceptions: Readonly<Record<string, string>>;
}

/** A mistake in the data, with its line. */
export interface Mistake {
  readonly line: number;
  readonly message: string;
}
