// The catalogue: every metric with its source, every alert with where it must arrive and what makes it fire.

import { isRecord, own } from '../../base/json.ts';
import { parseYaml, type YamlText } from '../../base/yaml.ts';
import type { Finding } from './rule.ts';
import { readStimulus, type Stimulus } from './stimulus.ts';

export const METRIC_TYPES = ['gauge', 'counter', 'histogram', 'summary'] as const;
export type MetricType = (typeof METRIC_TYPES)[number];

export interface CatalogueMetric {
  readonly name: string;
  readonly type: MetricType;
  readonly labels: readonly string[];
  readonly source: string;
  /** In words, as the catalogue has it; absent when it says none. */
  readonly unit?: string;
  /** Label → the only values it may have; absent when the catalogue does not say. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
}

export interface CatalogueAlert {
  readonly alert: string;
  readonly severity: string;
  /** How long the condition may last before somebody is told, as written. */
  readonly for: string;
  /** Every receiver that must be told, and no other. */
  readonly receivers: readonly string[];
  readonly runbook: string;
  readonly stimulus: Stimulus | null;
  readonly line: number;
}

export interface Catalogue {
  readonly file: string;
  readonly platform: string;
  readonly metrics: readonly CatalogueMetric[];
  readonly alerts: readonly CatalogueAlert[];
  /** Severity → receivers of an alert that names none, those of objectives among them. */
  readonly defaultReceivers: ReadonlyMap<string, readonly string[]>;
  /** Labels that alerts may carry for people, though no route reads them. */
  readonly informationalLabels: readonly string[];
  readonly problems: readonly Finding[];
}

export async function readCatalogue(file: string, text: string): Promise<Catalogue> {
  return catalogueOf(file, await parseYaml(text));
}

/** The catalogue of a text that was parsed before. */
export function catalogueOf(file: string, parsed: YamlText): Catalogue {
  const problems: Finding[] = parsed.problems.map(({ line, message }) => problem(file, line, message));
  const value = isRecord(parsed.value) ? parsed.value : {};
  const lineAt = (path: string): number => parsed.lines.get(path) ?? 1;
  const defaults = readDefaults(value);
  const metrics = entries(value, 'metrics').flatMap((entry, index) => {
    const metric = readMetric(entry);
    if (metric === null)
      problems.push(problem(file, lineAt(`metrics[${index}].name`), 'metric needs name, type, source'));
    return metric ?? [];
  });
  const alerts = entries(value, 'alerts').flatMap((entry, index) => {
    const line = lineAt(`alerts[${index}].alert`);
    const alert = readAlert(entry, line, defaults);
    if (typeof alert === 'string') problems.push(problem(file, line, alert));
    return typeof alert === 'string' ? [] : alert;
  });
  return {
    file,
    platform: String(own(value, 'platform') ?? ''),
    metrics,
    alerts,
    defaultReceivers: new Map(Object.entries(defaults.receivers).map(([severity, names]) => [severity, texts(names)])),
    informationalLabels: texts(own(value, 'informational_labels')),
    problems,
  };
}

function readMetric(entry: Readonly<Record<string, unknown>>): CatalogueMetric | null {
  const name = own(entry, 'name');
  const type = METRIC_TYPES.find((known) => known === own(entry, 'type'));
  if (typeof name !== 'string' || type === undefined) return null;
  const unit = own(entry, 'unit');
  const values = own(entry, 'values');
  return {
    name,
    type,
    labels: texts(own(entry, 'labels')),
    source: String(own(entry, 'source') ?? ''),
    ...(typeof unit === 'string' ? { unit } : {}),
    ...(isRecord(values) ? { values: valuesOf(values) } : {}),
  };
}

function valuesOf(values: Readonly<Record<string, unknown>>): Record<string, string[]> {
  const lists = Object.entries(values).filter(([, list]) => Array.isArray(list));
  return Object.fromEntries(lists.map(([label, list]) => [label, (list as unknown[]).map(String)]));
}

interface Defaults {
  /** Severity → receivers. */
  readonly receivers: Readonly<Record<string, unknown>>;
  /** The page that has a heading for each alert. */
  readonly page: string;
}

function readDefaults(value: Readonly<Record<string, unknown>>): Defaults {
  const given = own(value, 'defaults');
  const defaults = isRecord(given) ? given : {};
  const receivers = own(defaults, 'receivers');
  const page = own(defaults, 'runbook');
  return {
    receivers: isRecord(receivers) ? receivers : {},
    page: typeof page === 'string' ? page : `runbooks/platforms/${String(own(value, 'platform') ?? '')}.md`,
  };
}

function readAlert(
  entry: Readonly<Record<string, unknown>>,
  line: number,
  defaults: Defaults,
): CatalogueAlert | string {
  const alert = own(entry, 'alert');
  const severity = own(entry, 'severity');
  const runbook = own(entry, 'runbook');
  const receivers = texts(own(entry, 'receivers') ?? own(defaults.receivers, String(severity)));
  if (typeof alert !== 'string' || typeof severity !== 'string' || receivers.length === 0) {
    return 'alert needs alert, severity and receivers';
  }
  const given = own(entry, 'stimulus');
  const stimulus = given === undefined ? null : readStimulus(given);
  if (typeof stimulus === 'string') return `${alert}: ${stimulus}`;
  return {
    alert,
    severity,
    for: String(own(entry, 'for') ?? '0s'),
    receivers,
    runbook: typeof runbook === 'string' ? runbook : `${defaults.page}#${alert.toLowerCase()}`,
    stimulus,
    line,
  };
}

function entries(value: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>>[] {
  const list = own(value, key);
  return Array.isArray(list) ? list.map((entry) => (isRecord(entry) ? entry : {})) : [];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function problem(file: string, line: number, message: string): Finding {
  return { file, line, rule: '', check: 'catalogue', message };
}
