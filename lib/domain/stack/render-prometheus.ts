// The Prometheus configuration of a stack: the shipped one with this stack's addresses, files and pace.

import { isRecord, own } from '../../base/json.ts';
import { parsePromDuration, printPromDuration } from '../rules/prom-duration.ts';
import { scaleConfig } from './scale.ts';

export interface PrometheusPlan {
  readonly factor: number;
  readonly ruleFiles: readonly string[];
  readonly alertmanager: string;
  /** Job → where it is scraped in this stack; a job that is not named keeps its targets. */
  readonly targets: ReadonlyMap<string, readonly ScrapeTarget[]>;
  /** Jobs of the stack itself: added where the platform has none. */
  readonly needed: readonly string[];
  /** The blackbox exporter that probes go through; null where there is none. */
  readonly prober: string | null;
  /** Drop jobs that `targets` does not name: a stack in quick motion has no live services. */
  readonly onlyNamed: boolean;
}

export interface ScrapeTarget {
  readonly address: string;
  readonly labels?: Readonly<Record<string, string>>;
}

type Mapping = Readonly<Record<string, unknown>>;

// A scrape that takes longer than its interval is refused; one that is much shorter fails under load.
const LEAST_TIMEOUT_MS = 100;

export function renderPrometheus(source: unknown, plan: PrometheusPlan): Mapping {
  const config = mapping(scaleConfig(source, plan.factor));
  const global = mapping(own(config, 'global'));
  const jobs = list(own(config, 'scrape_configs')).filter(
    (job) => !plan.onlyNamed || plan.targets.has(String(own(job, 'job_name'))),
  );
  return {
    ...config,
    global: fitTimeout(global, own(global, 'scrape_interval')),
    rule_files: plan.ruleFiles,
    alerting: { alertmanagers: [{ static_configs: [{ targets: [plan.alertmanager] }] }] },
    scrape_configs: [
      ...jobs.flatMap((job) => renderJob(job, plan, own(global, 'scrape_interval'))),
      ...missingJobs(jobs, plan),
    ],
  };
}

function missingJobs(jobs: readonly Mapping[], { needed, targets }: PrometheusPlan): Mapping[] {
  const present = new Set(jobs.map((job) => String(own(job, 'job_name'))));
  return needed
    .filter((name) => !present.has(name))
    .map((name) => ({
      job_name: name,
      ...(name === 'pushgateway' ? { honor_labels: true } : {}),
      static_configs: [{ targets: (targets.get(name) ?? []).map(({ address }) => address) }],
    }));
}

function renderJob(job: Mapping, plan: PrometheusPlan, globalInterval: unknown): Mapping[] {
  const targets = plan.targets.get(String(own(job, 'job_name')));
  const fitted = fitTimeout(job, own(job, 'scrape_interval') ?? globalInterval);
  // What is probed stays; who probes is this stack's.
  if (own(job, 'params') !== undefined) return plan.prober === null ? [] : [throughProber(fitted, plan.prober)];
  if (targets === undefined) return [fitted];
  if (targets.length === 0) return [];
  const configs = targets.map(({ address, labels }) => ({
    targets: [address],
    ...(labels === undefined ? {} : { labels }),
  }));
  return [{ ...fitted, static_configs: configs }];
}

function throughProber(job: Mapping, prober: string): Mapping {
  const relabeled = list(own(job, 'relabel_configs')).map((step) =>
    own(step, 'target_label') === '__address__' ? { ...step, replacement: prober } : step,
  );
  return { ...job, relabel_configs: relabeled };
}

/** In quick motion the timeout is as long as the interval allows. */
function fitTimeout(section: Mapping, interval: unknown): Mapping {
  if (own(section, 'scrape_timeout') === undefined) return section;
  const timeoutMs = parsePromDuration(String(own(section, 'scrape_timeout'))) ?? 0;
  const intervalMs = parsePromDuration(String(interval)) ?? 0;
  if (timeoutMs >= LEAST_TIMEOUT_MS || intervalMs === 0) return section;
  return { ...section, scrape_timeout: printPromDuration(Math.min(intervalMs, LEAST_TIMEOUT_MS)) };
}

function mapping(value: unknown): Mapping {
  return isRecord(value) ? value : {};
}

function list(value: unknown): Mapping[] {
  return Array.isArray(value) ? value.map(mapping) : [];
}
