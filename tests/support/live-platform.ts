// A real Prometheus with the rules of a platform, two hours of made-up past and services that go on from there.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Platform } from '../../lib/domain/platform/platform.ts';
import { readPlatform } from '../../lib/domain/platform/read-platform.ts';
import {
  findWanted,
  makeSampleSeries,
  printSampleLine,
  type SampleSeries,
} from '../../lib/domain/platform/sample-series.ts';
import { loadPromql } from '../../lib/domain/rules/promql.ts';
import { readRuleFile } from '../../lib/domain/rules/read-rules.ts';
import type { Rule } from '../../lib/domain/rules/rule.ts';
import { eventually } from './eventually.ts';

const PAST_SECONDS = 7_200;
/** The source of metrics that a target's own labels tell apart. */
const EVERY_SERVICE = 'every service';
const STEP_SECONDS = 30;
const PATIENCE_MS = 40_000;

export interface LivePlatform {
  readonly platform: Platform;
  readonly rules: readonly Rule[];
  readonly url: string;
  /** How many series a query answers. */
  readonly count: (expr: string) => Promise<number>;
  readonly end: () => Promise<void>;
}

/** `queries` are asked for later: the label values they name are among those that the services show. */
export async function startLivePlatform(name: string, queries: readonly string[]): Promise<LivePlatform> {
  const folder = `config/platforms/${name}`;
  const { platform } = await readPlatform(`${folder}/catalogue.yml`, readFileSync(`${folder}/catalogue.yml`, 'utf8'));
  const ruleFiles = ['rules', 'slo/rules']
    .map((part) => `${folder}/${part}`)
    .filter((part) => existsSync(part))
    .flatMap((part) => readdirSync(part).map((file) => `${part}/${file}`));
  const texts = ruleFiles.map((file) => readFileSync(file, 'utf8'));
  const rules = (await Promise.all(texts.map((text, index) => readRuleFile(ruleFiles[index]!, text)))).flatMap(
    (file) => file.rules,
  );
  const parse = await loadPromql();
  const wanted = findWanted([...rules.map(({ expr }) => expr), ...queries].map((expr) => parse(expr)));
  const directory = mkdtempSync(join(tmpdir(), `mdops-live-${name}-`));
  const begin = Math.floor(Date.now() / 1_000) - PAST_SECONDS;
  const services = platform.services.filter(({ probe }) => probe === null);
  const orphans = new Set(
    platform.metrics
      .map(({ source }) => source)
      .filter((source) => source !== EVERY_SERVICE && !services.some((one) => one.name === source)),
  );
  // Metrics that runs push, or that "every command" has, come with the first service.
  const jobs = services.map((service, index) => ({
    ...service,
    series: [service.name, EVERY_SERVICE, ...(index === 0 ? orphans : [])].flatMap((source) =>
      makeSampleSeries(platform, source, wanted),
    ),
  }));
  const server = await serve(jobs, begin);
  const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const past = jobs.flatMap((job) => pastOf(job.series, { ...job.labels, job: job.job, instance: target }, begin));
  writeFileSync(join(directory, 'past.txt'), `${past.join('\n')}\n# EOF\n`);
  mkdirSync(join(directory, 'data'));
  execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', 'past.txt', 'data'], {
    cwd: directory,
    stdio: 'pipe',
  });
  mkdirSync(join(directory, 'rules'));
  // Groups of minutes would be first evaluated after minutes.
  for (const [index, text] of texts.entries())
    writeFileSync(join(directory, `rules/${index}.yml`), text.replace(/^ {4}interval: .*\n/gm, ''));
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['rules/*.yml'],
    scrape_configs: jobs.map((job) => ({
      job_name: job.job,
      honor_labels: job.honorLabels,
      metrics_path: `/${job.name}`,
      static_configs: [{ targets: [target], labels: job.labels }],
    })),
  };
  writeFileSync(join(directory, 'prometheus.yml'), JSON.stringify(config));
  const { url, child } = await startPrometheus(directory);
  const ask = async (path: string): Promise<unknown> =>
    ((await (await fetch(`${url}/api/v1/${path}`)).json()) as { data: unknown }).data;
  const live: LivePlatform = {
    platform,
    rules,
    url,
    count: async (expr) => {
      const data = (await ask(`query?query=${encodeURIComponent(expr)}`)) as { result?: unknown[] } | undefined;
      return data?.result?.length ?? -1;
    },
    end: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      server.closeAllConnections();
      server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  try {
    await eventually('every rule to be evaluated well', PATIENCE_MS, async () => {
      const states = await ruleStates(url);
      return states.length > 0 && states.every(({ health }) => health === 'ok') ? true : undefined;
    });
    // Rates need two samples, and what reads a recorded series is one evaluation behind.
    await eventually('every service to be scraped three times', PATIENCE_MS, async () =>
      (await live.count('count_over_time(up[1m]) >= 3')) === jobs.length ? true : undefined,
    );
  } catch (error) {
    const bad = (await ruleStates(url)).filter(({ health }) => health !== 'ok');
    await live.end();
    throw new Error(
      `${String(error)}: ${bad.map(({ name: rule, lastError }) => `${rule} ${lastError ?? ''}`).join('; ')}`,
    );
  }
  return live;
}

function pastOf(series: readonly SampleSeries[], labels: Readonly<Record<string, string>>, begin: number): string[] {
  return series.flatMap((one) => {
    const whole = { name: one.name, labels: { ...labels, ...one.labels } };
    const lines: string[] = [];
    for (let seconds = 0; seconds < PAST_SECONDS; seconds += STEP_SECONDS)
      lines.push(printSampleLine(whole, one.at(seconds, begin + seconds), begin + seconds));
    return lines;
  });
}

async function serve(
  jobs: readonly { name: string; series: readonly SampleSeries[] }[],
  begin: number,
): Promise<Server> {
  const server = createServer((request, response) => {
    const job = jobs.find(({ name }) => request.url === `/${name}`);
    const now = Date.now() / 1_000;
    const lines = (job?.series ?? []).map((one) => printSampleLine(one, one.at(now - begin, now)));
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
    response.end(`${lines.join('\n')}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function startPrometheus(directory: string): Promise<{ url: string; child: ChildProcess }> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const child = spawn(
    'prometheus',
    [
      '--config.file=prometheus.yml',
      '--storage.tsdb.path=data',
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const url = `http://127.0.0.1:${port}`;
  const isReady = async (): Promise<true | undefined> =>
    (await fetch(`${url}/-/ready`).catch(() => null))?.status === 200 ? true : undefined;
  try {
    await eventually('Prometheus to be ready', PATIENCE_MS, isReady);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return { url, child };
}

interface RuleState {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

async function ruleStates(url: string): Promise<RuleState[]> {
  const answer = (await (await fetch(`${url}/api/v1/rules`)).json()) as { data: { groups: { rules: RuleState[] }[] } };
  return answer.data.groups.flatMap(({ rules }) => rules);
}
