// A live Prometheus fed with series of every catalogue metric: every recording rule evaluates, every panel shows data.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRecord, own } from '../../lib/base/json.ts';
import { parseYaml } from '../../lib/base/yaml.ts';
import type { Query } from '../../lib/domain/dashboards/checks/check.ts';
import { findQueries } from '../../lib/domain/dashboards/checks/queries.ts';
import { findUses } from '../../lib/domain/dashboards/promql/variables.ts';
import type { FoundDashboard } from '../../lib/domain/dashboards/read/dashboard.ts';
import { readDashboard } from '../../lib/domain/dashboards/read/read-dashboard.ts';
import type { Metric } from '../../lib/domain/platform/platform.ts';
import { readPlatform } from '../../lib/domain/platform/read-platform.ts';
import { loadPromql } from '../../lib/domain/rules/promql.ts';
import { readRuleFile } from '../../lib/domain/rules/read-rules.ts';
import type { Rule } from '../../lib/domain/rules/rule.ts';
import { eventuallyAsync } from '../support/eventually.ts';
import { type FedPrometheus, startFedPrometheus } from '../support/fed-prometheus.ts';
import { makeSeries, offsetsIn } from '../support/feed-series.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const directory = temporaryDirectories('fed')();
const ROOT = 'config/platforms';
const platforms = readdirSync(ROOT).filter((name) => existsSync(join(ROOT, name, 'catalogue.yml')));
const parse = await loadPromql();

interface Asked {
  readonly dashboard: FoundDashboard;
  readonly query: Query;
  /** With a value for every variable, as a reader would send it. */
  readonly expr: string;
}

interface Given {
  readonly metrics: (Metric & { job: string })[];
  readonly jobs: Map<string, Record<string, string>>;
  readonly rules: Rule[];
  readonly texts: Map<string, string>;
  readonly asked: Asked[];
}

const given: Given = { metrics: [], jobs: new Map(), rules: [], texts: new Map(), asked: [] };
for (const name of platforms) await readInto(name);

let prometheus: FedPrometheus;
beforeAll(async () => {
  const queries = [...given.asked.map(({ expr }) => expr), ...given.rules.map(({ expr }) => expr)];
  const recorded = new Set(given.rules.filter(({ kind }) => kind === 'record').map(({ name }) => name));
  const series = await makeSeries({ metrics: given.metrics, queries, recorded });
  const offsetsMs = await offsetsIn(queries);
  prometheus = await startFedPrometheus({ directory, series, jobs: given.jobs, rules: given.texts, offsetsMs });
});
afterAll(() => prometheus.stop());

test('every recording rule evaluates, and records something', async () => {
  const names = given.rules.filter(({ kind }) => kind === 'record').map(({ name }) => name);
  const silent = await eventuallyAsync('rules that record', 40_000, async () => {
    const missing = await without(names, (name) => prometheus.query(`{__name__=${JSON.stringify(name)}}`));
    return missing.length === 0 ? missing : undefined;
  }).catch(() => without(names, (name) => prometheus.query(`{__name__=${JSON.stringify(name)}}`)));
  expect(silent).toEqual([]);
  const { groups } = (await prometheus.get('/api/v1/rules')) as {
    groups: { rules: { name: string; health: string; lastError?: string }[] }[];
  };
  const all = groups.flatMap(({ rules }) => rules);
  expect(all.filter(({ health }) => health === 'err').map(({ name, lastError }) => `${name}: ${lastError}`)).toEqual(
    [],
  );
  expect(all.length).toBe(given.rules.length);
});

describe('every query of every panel returns data:', () => {
  const dashboards = new Set(given.asked.map(({ dashboard }) => dashboard));
  for (const dashboard of dashboards) {
    const asked = given.asked.filter((one) => one.dashboard === dashboard && one.query.panel !== undefined);
    test(`${dashboard.title}, ${asked.length} queries`, async () => {
      const found = await eventuallyAsync('panels with data', 20_000, async () => {
        const empty = await without(asked, ({ expr }) => prometheus.query(expr));
        return empty.length === 0 ? empty : undefined;
      }).catch(() => without(asked, ({ expr }) => prometheus.query(expr)));
      expect(found.map(({ query, expr }) => `${query.panel?.title}: ${expr}`)).toEqual([]);
      expect(asked.length).toBeGreaterThan(0);
    });
  }
});

test('annotations and variables ask what Prometheus understands', async () => {
  for (const { expr, query } of given.asked) {
    if (query.panel === undefined) expect(await prometheus.query(expr)).toBeInstanceOf(Array);
  }
});

async function without<T>(all: readonly T[], ask: (one: T) => Promise<unknown[]>): Promise<T[]> {
  const empty: T[] = [];
  for (const one of all) if ((await ask(one)).length === 0) empty.push(one);
  return empty;
}

async function readInto(name: string): Promise<void> {
  const folder = join(ROOT, name);
  const { platform } = await readPlatform('catalogue.yml', readFileSync(join(folder, 'catalogue.yml'), 'utf8'));
  for (const metric of platform.metrics) {
    const service = platform.services.find((one) => one.name === metric.source);
    given.metrics.push({ ...metric, job: service?.job ?? metric.source.replaceAll(' ', '-') });
  }
  await readJobs(readFileSync(join(folder, 'prometheus.yml'), 'utf8'));
  for (const rules of ['rules', 'slo/rules']) {
    if (!existsSync(join(folder, rules))) continue;
    for (const file of readdirSync(join(folder, rules))) {
      const text = readFileSync(join(folder, rules, file), 'utf8');
      given.texts.set(`${name}-${rules.replace('/', '-')}-${file}`, text);
      given.rules.push(...(await readRuleFile(file, text)).rules);
    }
  }
  for (const path of readdirSync(join(folder, 'grafana/dashboards'), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.json')) continue;
    const dashboard = readDashboard(path, readFileSync(join(folder, 'grafana/dashboards', path), 'utf8'));
    if ('problem' in dashboard) throw new Error(`${path} ${dashboard.problem}`);
    for (const query of findQueries(dashboard, parse))
      given.asked.push({ dashboard, query, expr: chosen(query, dashboard) });
  }
}

async function readJobs(text: string): Promise<void> {
  const { value } = await parseYaml(text);
  const jobs = isRecord(value) ? own(value, 'scrape_configs') : [];
  for (const job of Array.isArray(jobs) ? jobs.filter(isRecord) : []) {
    const first = Array.isArray(own(job, 'static_configs')) ? (own(job, 'static_configs') as unknown[])[0] : undefined;
    const labels = isRecord(first) && isRecord(own(first, 'labels')) ? own(first, 'labels') : {};
    given.jobs.set(String(own(job, 'job_name')), { ...(labels as Record<string, string>) });
  }
}

/** As Grafana sends it when the dashboard is opened: "All" where there is one, else the first value. */
function chosen({ text, panel, promql }: Query, { variables }: FoundDashboard): string {
  // A variable's own query is wrapped in a function of Grafana's; its expression is what was parsed.
  const query = panel === undefined ? promql.text : text;
  let expr = '';
  let at = 0;
  for (const { name, from, to } of findUses(query)) {
    expr += query.slice(at, from) + firstValue(name);
    at = to;
  }
  return (expr + query.slice(at)).replaceAll(/grafana_variable_\w+/g, '.*');

  function firstValue(name: string): string {
    if (name.startsWith('__')) return name.endsWith('_s') || name.endsWith('_ms') ? '300' : '5m';
    const variable = variables.find((one) => one.name === name);
    if (variable === undefined || variable.isMany || variable.type === 'query') return '.*';
    return variable.query.split(',')[0]?.trim() ?? '';
  }
}
