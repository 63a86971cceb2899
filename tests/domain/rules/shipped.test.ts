// What is shipped under config/ is clean by our own checks and keeps the catalogue's promises.

import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { METRIC } from '../../../lib/base/metric-names.ts';
import { type Catalogue, readCatalogue } from '../../../lib/domain/rules/catalogue.ts';
import { checkRules } from '../../../lib/domain/rules/check-rules.ts';
import { parsePromDuration } from '../../../lib/domain/rules/prom-duration.ts';
import { loadPromql } from '../../../lib/domain/rules/promql.ts';
import { readRuleFile } from '../../../lib/domain/rules/read-rules.ts';
import { receiversOf } from '../../../lib/domain/rules/routes/deliver.ts';
import { readRouting } from '../../../lib/domain/rules/routes/routing.ts';
import type { Rule } from '../../../lib/domain/rules/rule.ts';
import { readScrapeConfig } from '../../../lib/domain/rules/scrape-config.ts';
import { readHeadings } from '../../../lib/domain/runbooks/headings.ts';

const read = (path: string): string => readFileSync(path, 'utf8');
let rules: Rule[] = [];
let catalogue: Catalogue;

beforeAll(async () => {
  catalogue = await readCatalogue('catalogue.yml', read('config/platforms/market-data/catalogue.yml'));
  for (const name of readdirSync('config/platforms/market-data/rules')) {
    const file = `config/platforms/market-data/rules/${name}`;
    rules = [...rules, ...(await readRuleFile(file, read(file))).rules];
  }
});

test('no check finds anything', async () => {
  const { jobs } = await readScrapeConfig(read('config/platforms/market-data/prometheus.yml'));
  const pages = readdirSync('runbooks', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  const headings = new Map(
    pages.map((page) => [
      `runbooks/${page}`,
      new Set(readHeadings(read(`runbooks/${page}`)).map(({ anchor }) => anchor)),
    ]),
  );
  const routing = await readRouting('alertmanager.yml', read('config/platforms/market-data/alertmanager.yml'));
  const inputs = { catalogues: [catalogue], jobs: new Set(jobs.map(({ name }) => name)), routing, headings };
  expect(rules).toHaveLength(13);
  expect([...catalogue.problems, ...routing.problems]).toEqual([]);
  expect(checkRules(rules, inputs, await loadPromql())).toEqual([]);
});

test('every rule has its promise, and every promise its rule, with the same severity, duration and runbook', () => {
  const facts = (name: string, severity: string, wait: string, runbook: string): string =>
    `${name} ${severity} ${parsePromDuration(wait)} ${runbook}`;
  const promised = catalogue.alerts.map((one) => facts(one.alert, one.severity, one.for, one.runbook));
  const kept = rules.map((rule) =>
    facts(rule.name, rule.labels['severity']!, rule.for ?? '0s', rule.annotations['runbook_url']!),
  );
  expect(kept.sort()).toEqual(promised.sort());
});

test('every alert is routed to exactly the receivers that were promised', async () => {
  const routing = await readRouting('alertmanager.yml', read('config/platforms/market-data/alertmanager.yml'));
  for (const { alert, severity, receivers } of catalogue.alerts) {
    expect(receiversOf(routing, { alertname: alert, severity }).sort(), alert).toEqual([...receivers].sort());
  }
});

test('the catalogue names every metric of the toolkit', () => {
  const names = new Set(catalogue.metrics.map(({ name }) => name));
  expect(Object.values(METRIC).filter((name) => !names.has(name))).toEqual([]);
});

test('live services are scraped every 5 s, pushed metrics every 60 s with their own labels', async () => {
  const { jobs } = await readScrapeConfig(read('config/platforms/market-data/prometheus.yml'));
  const intervals = Object.fromEntries(jobs.map(({ name, interval }) => [name, interval]));
  expect(intervals).toMatchObject({ 'market-data-service': '5s', consumers: '5s', pushgateway: '60s' });
  expect(jobs.filter(({ honorLabels }) => honorLabels).map(({ name }) => name)).toEqual(['pushgateway']);
});
