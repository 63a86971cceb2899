// A real Prometheus with a past and a present: history as blocks, then a server of our own that it scrapes every second.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type FedSeries, seriesName } from './feed-series.ts';

export interface FedPrometheus {
  readonly url: string;
  query(expr: string): Promise<unknown[]>;
  get(path: string): Promise<unknown>;
  stop(): Promise<void>;
}

export interface FeedPlan {
  readonly directory: string;
  readonly series: readonly FedSeries[];
  /** Job → labels of its target. */
  readonly jobs: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Name → text; each group is evaluated every second. */
  readonly rules: ReadonlyMap<string, string>;
  readonly offsetsMs: readonly number[];
}

const READY_MS = 20_000;

export async function startFedPrometheus(plan: FeedPlan): Promise<FedPrometheus> {
  const feeder = await startFeeder(plan.series);
  const data = writeHistory(plan);
  const port = await freePort();
  const config = writeConfig(plan, (feeder.address() as AddressInfo).port);
  const child = spawn(
    'prometheus',
    [
      ...[`--config.file=${config}`, `--storage.tsdb.path=${data}`, `--web.listen-address=127.0.0.1:${port}`],
      ...['--storage.tsdb.retention.time=60d', '--log.level=error'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady(url, child, () => said);
  const get = async (path: string): Promise<unknown> => {
    const answer = (await (await fetch(url + path)).json()) as { status: string; error?: string; data: unknown };
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`);
    return answer.data;
  };
  return {
    url,
    get,
    query: async (expr) => {
      const data = (await get(`/api/v1/query?query=${encodeURIComponent(expr)}`)) as { result: unknown[] };
      return data.result;
    },
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await new Promise((resolve) => feeder.close(resolve));
    },
  };
}

async function startFeeder(series: readonly FedSeries[]): Promise<Server> {
  const server = createServer((request, response) => {
    const now = Date.now();
    // One job feeds everything; the others are only up.
    const lines = request.url === '/feed' ? series.map((one) => `${seriesName(one)} ${one.valueAt(now)}`) : [];
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(`${lines.join('\n')}\n`);
  });
  server.keepAliveTimeout = 100;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** The last half hour minute by minute, and a few minutes around every distance that is asked for. */
function writeHistory({ directory, series, offsetsMs }: FeedPlan): string {
  const now = Math.floor(Date.now() / 60_000) * 60_000;
  const ages = new Set<number>();
  for (let minute = 1; minute <= 30; minute += 1) ages.add(minute * 60_000);
  for (const offset of offsetsMs) for (let minute = -2; minute <= 8; minute += 1) ages.add(offset + minute * 60_000);
  const instants = [...ages].filter((age) => age >= 60_000).sort((a, b) => b - a);
  const sorted = [...series].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const lines = sorted.flatMap((one) =>
    instants.map((age) => `${seriesName(one)} ${one.valueAt(now - age)} ${(now - age) / 1_000}`),
  );
  const file = join(directory, 'history.om');
  const data = join(directory, 'data');
  writeFileSync(file, `${lines.join('\n')}\n# EOF\n`);
  mkdirSync(data);
  execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', file, data], { stdio: 'pipe' });
  return data;
}

function writeConfig({ directory, jobs, rules }: FeedPlan, port: number): string {
  mkdirSync(join(directory, 'rules'));
  for (const [name, text] of rules)
    writeFileSync(join(directory, 'rules', name), text.replace(/^(\s*)interval:.*$/gm, '$1interval: 1s'));
  const target = (labels: object) => [{ targets: [`127.0.0.1:${port}`], labels }];
  const scrape = [...jobs].map(([name, labels]) => ({ job_name: name, static_configs: target(labels) }));
  const feed = { job_name: 'the-feed', honor_labels: true, metrics_path: '/feed', static_configs: target({}) };
  const file = join(directory, 'prometheus.yml');
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [join(directory, 'rules', '*.yml')],
    scrape_configs: [...scrape, feed],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

async function waitUntilReady(url: string, child: ChildProcess, said: () => string): Promise<void> {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const answer = await fetch(`${url}/-/ready`).catch(() => null);
    if (answer?.ok) return;
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`prometheus did not start: ${said()}`);
    await pause(50);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
