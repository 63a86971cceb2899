// What a Prometheus configuration says about scraping and evaluation.

import { isRecord, own } from '../../base/json.ts';
import { parseYaml } from '../../base/yaml.ts';

export interface ScrapeJob {
  readonly name: string;
  readonly interval: string;
  readonly honorLabels: boolean;
  readonly targets: readonly string[];
  /** Labels that every series of the job gets. */
  readonly labels: readonly string[];
}

export interface ScrapeConfig {
  /** Of jobs that name none. */
  readonly scrapeInterval: string;
  readonly jobs: readonly ScrapeJob[];
  readonly evaluationInterval: string;
  readonly ruleFiles: readonly string[];
}

// Prometheus's own default.
const ONE_MINUTE = '1m';

export async function readScrapeConfig(text: string): Promise<ScrapeConfig> {
  const { value } = await parseYaml(text);
  const root = isRecord(value) ? value : {};
  const global = own(root, 'global');
  const globals = isRecord(global) ? global : {};
  const interval = String(own(globals, 'scrape_interval') ?? ONE_MINUTE);
  return {
    jobs: records(own(root, 'scrape_configs')).map((job) => ({
      name: String(own(job, 'job_name') ?? ''),
      interval: String(own(job, 'scrape_interval') ?? interval),
      honorLabels: own(job, 'honor_labels') === true,
      targets: records(own(job, 'static_configs')).flatMap((entry) => texts(own(entry, 'targets'))),
      labels: records(own(job, 'static_configs')).flatMap((entry) => {
        const labels = own(entry, 'labels');
        return isRecord(labels) ? Object.keys(labels) : [];
      }),
    })),
    scrapeInterval: interval,
    evaluationInterval: String(own(globals, 'evaluation_interval') ?? ONE_MINUTE),
    ruleFiles: texts(own(root, 'rule_files')),
  };
}

function records(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
