// A platform's prometheus.yml.

import { renderYaml } from '../../base/yaml.ts';
import { type GeneratedFile, headLine } from './generated-file.ts';
import type { Platform, Service } from './platform.ts';

export async function renderScraping(
  platform: Platform,
  folder: string,
  ruleFiles: readonly string[],
): Promise<GeneratedFile> {
  const { prometheus, services } = platform;
  const value = {
    global: {
      scrape_interval: prometheus.scrapeInterval,
      ...(prometheus.scrapeTimeout === null ? {} : { scrape_timeout: prometheus.scrapeTimeout }),
      evaluation_interval: prometheus.evaluationInterval,
      external_labels: prometheus.externalLabels,
    },
    rule_files: ruleFiles,
    alerting: { alertmanagers: [{ static_configs: [{ targets: prometheus.alertmanagers }] }] },
    scrape_configs: services.map(jobDocument),
  };
  const above = services.flatMap(({ about }, index) =>
    about === '' ? [] : [[['scrape_configs', index] as const, about] as const],
  );
  return {
    path: `${folder}/prometheus.yml`,
    text: `${headLine(`${folder}/catalogue.yml`)}${await renderYaml(value, { above })}`,
  };
}

function jobDocument(service: Service): Record<string, unknown> {
  const { job, interval, timeout, path, scheme, labels, honorLabels, targets, probe } = service;
  return {
    job_name: job,
    ...(interval === null ? {} : { scrape_interval: interval }),
    ...(timeout === null ? {} : { scrape_timeout: timeout }),
    ...(honorLabels ? { honor_labels: true } : {}),
    ...(scheme === null ? {} : { scheme }),
    ...(path === null && probe === null ? {} : { metrics_path: path ?? '/probe' }),
    ...(probe === null ? {} : { params: { module: [probe.module] } }),
    static_configs: [{ targets, ...(Object.keys(labels).length === 0 ? {} : { labels }) }],
    ...(probe === null ? {} : { relabel_configs: throughProber(probe.through) }),
  };
}

/** The prober is asked; the series is about the target. */
function throughProber(prober: string): readonly Record<string, unknown>[] {
  return [
    { source_labels: ['__address__'], target_label: '__param_target' },
    { source_labels: ['__param_target'], target_label: 'instance' },
    { target_label: '__address__', replacement: prober },
  ];
}
