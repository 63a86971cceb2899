// Reads a platform's catalogue.

import { isRecord, own } from '../../base/json.ts';
import { parseYaml } from '../../base/yaml.ts';
import { catalogueOf, METRIC_TYPES } from '../rules/catalogue.ts';
import {
  type Entry,
  entriesAt,
  entryAt,
  flagAt,
  innerAt,
  labelsAt,
  lineOf,
  type Notes,
  note,
  optionalDuration,
  optionalNumber,
  optionalText,
  textsAt,
  wantText,
} from './entry.ts';
import type { Alertmanager, Conventions, Group, Metric, Mistake, Platform, Scraping, Service } from './platform.ts';
import { readAlert, readRecording } from './read-rules.ts';

export interface PlatformReading {
  readonly platform: Platform;
  readonly mistakes: readonly Mistake[];
}

const KEYS = [
  'platform',
  'title',
  'seed',
  'prometheus',
  'services',
  'metrics',
  'groups',
  'recordings',
  'alerts',
  'alertmanager',
  'conventions',
  'defaults',
  'informational_labels',
];

export async function readPlatform(file: string, text: string): Promise<PlatformReading> {
  const parsed = await parseYaml(text);
  const notes: Notes = {
    lines: parsed.lines,
    mistakes: parsed.problems.map(({ line, path, message }) => ({ line, message: `${path} ${message}`.trim() })),
  };
  const root = entryAt(parsed.value, '', notes, KEYS);
  const name = wantText(root, 'platform');
  const defaults = innerAt(root, 'defaults', ['group', 'receivers', 'command', 'labels', 'runbook']);
  const metrics = entriesAt(root, 'metrics', METRIC_KEYS).map(readMetric);
  const context = { platform: name, defaults, receivers: receiversOf(defaults) };
  const platform: Platform = {
    name,
    title: wantText(root, 'title'),
    source: wantText(root, 'seed'),
    prometheus: readScraping(root, name),
    services: entriesAt(root, 'services', SERVICE_KEYS).map(readService),
    metrics,
    groups: readGroups(root),
    recordings: readList(root, 'recordings').map((value, index) =>
      readRecording(value, `recordings[${index}]`, notes, context),
    ),
    alerts: readList(root, 'alerts').map((value, index) => readAlert(value, `alerts[${index}]`, notes, context)),
    alertmanager: readAlertmanager(root),
    conventions: readConventions(root),
    catalogue: catalogueOf(file, parsed),
  };
  noteTwice(
    root,
    'metrics',
    metrics.map((metric) => metric.name),
  );
  noteTwice(
    root,
    'services',
    platform.services.map((service) => service.name),
  );
  return { platform, mistakes: notes.mistakes };
}

function readList(root: Entry, key: string): readonly unknown[] {
  const value = own(root.value, key) ?? [];
  if (Array.isArray(value)) return value;
  note(root, key, 'is no list');
  return [];
}

/** Severity → receivers of an alert that names none. */
function receiversOf(defaults: Entry): ReadonlyMap<string, readonly string[]> {
  const value = own(defaults.value, 'receivers');
  if (value === undefined) return new Map();
  if (!isRecord(value)) {
    note(defaults, 'receivers', 'is no mapping from severities');
    return new Map();
  }
  return new Map(
    Object.entries(value).map(([severity, receivers]) => [
      severity,
      Array.isArray(receivers) ? receivers.map(String) : [],
    ]),
  );
}

function readScraping(root: Entry, platform: string): Scraping {
  const entry = innerAt(root, 'prometheus', [
    'scrape_interval',
    'scrape_timeout',
    'evaluation_interval',
    'external_labels',
    'alertmanagers',
  ]);
  const alertmanagers = textsAt(entry, 'alertmanagers');
  return {
    scrapeInterval: optionalDuration(entry, 'scrape_interval') ?? '15s',
    scrapeTimeout: optionalDuration(entry, 'scrape_timeout'),
    evaluationInterval: optionalDuration(entry, 'evaluation_interval') ?? '15s',
    externalLabels: { platform, ...labelsAt(entry, 'external_labels') },
    alertmanagers: alertmanagers.length === 0 ? ['127.0.0.1:9093'] : alertmanagers,
  };
}

const SERVICE_KEYS = [
  'name',
  'about',
  'job',
  'targets',
  'interval',
  'timeout',
  'path',
  'scheme',
  'labels',
  'tier',
  'honor_labels',
  'probe',
];

function readService(entry: Entry): Service {
  const name = wantText(entry, 'name');
  const probe = own(entry.value, 'probe') === undefined ? null : innerAt(entry, 'probe', ['module', 'through']);
  const tier = optionalText(entry, 'tier');
  return {
    name,
    about: optionalText(entry, 'about') ?? '',
    job: optionalText(entry, 'job') ?? name,
    targets: textsAt(entry, 'targets'),
    interval: optionalDuration(entry, 'interval'),
    timeout: optionalDuration(entry, 'timeout'),
    path: optionalText(entry, 'path'),
    scheme: optionalText(entry, 'scheme'),
    labels: { ...labelsAt(entry, 'labels'), ...(tier === null ? {} : { tier }) },
    honorLabels: flagAt(entry, 'honor_labels'),
    probe: probe === null ? null : { module: wantText(probe, 'module'), through: wantText(probe, 'through') },
  };
}

const METRIC_KEYS = ['name', 'type', 'unit', 'labels', 'source', 'help', 'buckets', 'values', 'series'];

function readMetric(entry: Entry): Metric {
  const type = METRIC_TYPES.find((known) => known === own(entry.value, 'type'));
  if (type === undefined) note(entry, 'type', `is none of ${METRIC_TYPES.join(', ')}`);
  const buckets = textsAt(entry, 'buckets').map(Number);
  if (buckets.some((bound, index) => Number.isNaN(bound) || bound <= (buckets[index - 1] ?? Number.NEGATIVE_INFINITY)))
    note(entry, 'buckets', 'do not grow');
  const labels = textsAt(entry, 'labels');
  const values = innerAt(entry, 'values', labels);
  return {
    name: wantText(entry, 'name'),
    type: type ?? 'gauge',
    unit: optionalText(entry, 'unit') ?? '',
    labels,
    source: wantText(entry, 'source'),
    help: optionalText(entry, 'help') ?? '',
    buckets,
    values: Object.fromEntries(Object.keys(values.value).map((label) => [label, textsAt(values, label)])),
    series: optionalNumber(entry, 'series'),
    line: lineOf(entry.notes, `${entry.path}.name`),
  };
}

function readGroups(root: Entry): ReadonlyMap<string, Group> {
  const value = own(root.value, 'groups');
  const names = isRecord(value) ? Object.keys(value) : [];
  const groups = innerAt(root, 'groups', names);
  return new Map(
    names.map((name) => {
      const entry = innerAt(groups, name, ['interval', 'about']);
      return [name, { interval: optionalDuration(entry, 'interval'), about: optionalText(entry, 'about') ?? '' }];
    }),
  );
}

function readAlertmanager(root: Entry): Alertmanager | null {
  if (own(root.value, 'alertmanager') === undefined) return null;
  const entry = innerAt(root, 'alertmanager', [
    'global',
    'templates',
    'route',
    'inhibit_rules',
    'receivers',
    'time_intervals',
    'route_tests',
    'inhibition_tests',
  ]);
  const { route_tests: routeTests, inhibition_tests: inhibitionTests, ...config } = entry.value;
  if (!isRecord(own(config, 'route'))) note(entry, 'route', 'is missing');
  return {
    config,
    routeTests: Array.isArray(routeTests) ? routeTests : [],
    inhibitionTests: Array.isArray(inhibitionTests) ? inhibitionTests : [],
  };
}

function readConventions(root: Entry): Conventions {
  const entry = innerAt(root, 'conventions', [
    'metric_name',
    'alert_name',
    'counter_total',
    'unit_suffix',
    'labels',
    'forbidden_labels',
    'budgets',
    'exceptions',
  ]);
  for (const key of ['metric_name', 'alert_name']) {
    if (!isPattern(optionalText(entry, key) ?? '')) note(entry, key, 'is no regular expression');
  }
  return {
    metricName: optionalText(entry, 'metric_name'),
    alertName: optionalText(entry, 'alert_name'),
    counterTotal: flagAt(entry, 'counter_total'),
    unitSuffix: flagAt(entry, 'unit_suffix'),
    labels: own(entry.value, 'labels') === undefined ? null : textsAt(entry, 'labels'),
    forbiddenLabels: textsAt(entry, 'forbidden_labels'),
    budgets: flagAt(entry, 'budgets'),
    exceptions: labelsAt(entry, 'exceptions'),
  };
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

function noteTwice(root: Entry, key: string, names: readonly string[]): void {
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  for (const name of new Set(twice)) note(root, key, `has ${name} twice`);
}
