// What is known about the metrics of a platform: its catalogue, its rules, its scrape configuration.

import { dirname, join } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { isRecord, own } from '../../base/json.ts';
import { parseYaml } from '../../base/yaml.ts';
import { gatherFacts, type MetricFacts, type RecordedRule } from '../../domain/dashboards/promql/facts.ts';
import { type CatalogueMetric, readCatalogue } from '../../domain/rules/catalogue.ts';
import { parsePromDuration } from '../../domain/rules/prom-duration.ts';
import type { ParsePromql } from '../../domain/rules/promql.ts';
import { readRuleFile } from '../../domain/rules/read-rules.ts';
import { readScrapeConfig } from '../../domain/rules/scrape-config.ts';
import type { DashboardsContext } from './platforms.ts';

/** Directories that may hold what a platform emits, the first that has a catalogue counts. */
export async function findCatalogue(
  { files }: Pick<DashboardsContext, 'files'>,
  directories: readonly string[],
): Promise<string | null> {
  for (const directory of directories) {
    const file = join(directory, 'catalogue.yml');
    if ((await files.info(file)) !== null) return file;
  }
  return null;
}

/** Facts of the catalogues in these files, together with the rules and the scrape configuration beside each. */
export async function readFacts(
  ctx: Pick<DashboardsContext, 'files'>,
  catalogues: readonly string[],
  parse: ParsePromql,
): Promise<MetricFacts> {
  const read = await Promise.all(catalogues.map((file) => readBeside(ctx, file)));
  const intervals = read.flatMap(({ scrapeMs }) => [...scrapeMs.values()]);
  const jobs = read.flatMap((one) => one.jobs ?? []);
  return gatherFacts(
    {
      metrics: read.flatMap(({ metrics }) => metrics),
      rules: read.flatMap(({ rules }) => rules),
      jobs: read.some((one) => one.jobs !== null) ? new Set(jobs) : null,
      isComplete: read.length > 0,
      shortestScrapeMs: intervals.length === 0 ? null : Math.min(...intervals),
      scrapeMsOf: (source) => read.map(({ scrapeMs }) => scrapeMs.get(source)).find((ms) => ms !== undefined) ?? null,
      targetLabels: read.flatMap(({ targetLabels }) => targetLabels),
    },
    parse,
  );
}

interface Beside {
  readonly metrics: readonly CatalogueMetric[];
  readonly rules: readonly RecordedRule[];
  readonly jobs: readonly string[] | null;
  /** Service or job → milliseconds. */
  readonly scrapeMs: ReadonlyMap<string, number>;
  readonly targetLabels: readonly string[];
}

async function readBeside({ files }: Pick<DashboardsContext, 'files'>, file: string): Promise<Beside> {
  const directory = dirname(file);
  const text = await files.readText(file);
  const rules: RecordedRule[] = [];
  for (const folder of ['rules', 'slo/rules']) {
    for (const name of await files.list(join(directory, folder))) {
      if (!/\.ya?ml$/.test(name)) continue;
      const path = join(directory, folder, name);
      for (const rule of (await readRuleFile(path, await files.readText(path))).rules)
        if (rule.kind === 'record') rules.push({ name: rule.name, expr: rule.expr, labels: Object.keys(rule.labels) });
    }
  }
  const scrape = join(directory, 'prometheus.yml');
  const config = (await files.info(scrape)) === null ? null : await readScrapeConfig(await files.readText(scrape));
  const scrapeMs = new Map<string, number>();
  for (const { name, interval } of config?.jobs ?? []) scrapeMs.set(name, parsePromDuration(interval) ?? 60_000);
  const services = await readServices(text);
  // A metric names the service that emits it, a job of another name may scrape it.
  for (const { name, job } of services) {
    const ms = scrapeMs.get(job);
    if (ms !== undefined) scrapeMs.set(name, ms);
  }
  const { metrics, problems } = await readCatalogue(file, text);
  const [problem] = problems;
  // Of a catalogue that cannot be read every metric would be missing.
  if (problem !== undefined)
    throw new Fault('catalogue not readable', `Cannot look metrics up: ${file}:${problem.line}: ${problem.message}`, {
      exit: EXIT.config,
      hint: 'mdops rules check names all of its mistakes',
    });
  const jobs = config?.jobs ?? null;
  const targetLabels = (jobs ?? []).flatMap(({ labels }) => labels);
  return { metrics, rules, jobs: jobs?.map(({ name }) => name) ?? null, scrapeMs, targetLabels };
}

interface Service {
  readonly name: string;
  readonly job: string;
}

async function readServices(text: string): Promise<Service[]> {
  if (!/^services\s*:/m.test(text)) return [];
  const { value } = await parseYaml(servicesOnly(text));
  const services = isRecord(value) ? own(value, 'services') : undefined;
  return (Array.isArray(services) ? services : []).filter(isRecord).map((service) => {
    const name = String(own(service, 'name') ?? '');
    return { name, job: String(own(service, 'job') ?? name) };
  });
}

/** A catalogue is long and its services are few: only their part is parsed again. */
function servicesOnly(text: string): string {
  const rest = text.slice(text.search(/^services\s*:/m));
  const [next] = [...rest.matchAll(/^[a-z_]+\s*:/gm)].slice(1);
  return rest.slice(0, next?.index);
}
