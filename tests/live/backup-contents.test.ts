// What is in a backup and what is not: no secret, the dashboards of a Grafana, the blocks of a real Prometheus.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startGrafana } from '../../lib/sim/stand-ins/grafana.ts';
import { CANARY, findCanaryFiles } from '../support/canary.ts';
import { eventually } from '../support/eventually.ts';
import { mdops, type Ran } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const directory = temporaryDirectories('backup-contents');
const env = { MDOPS_STATE_DIR: 'state', MDOPS_BACKUP_DIR: 'backups' };
let cwd = '';
let prometheus: ChildProcess | null = null;

beforeEach(() => {
  cwd = directory();
});

afterEach(async () => {
  const ended = prometheus === null ? null : new Promise((resolve) => prometheus?.once('exit', resolve));
  prometheus?.kill('SIGTERM');
  await ended;
  prometheus = null;
});

function run(words: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return mdops(words, { cwd, env: { ...env, ...more } });
}

interface Created {
  readonly path: string;
  readonly remarks: readonly string[];
}

function createdBy(ran: Ran): Created {
  return JSON.parse(ran.stdout) as Created;
}

/** Everything in an archive, unpacked without mdops. */
function unpack(path: string): string {
  const into = directory();
  execFileSync('tar', ['-xf', path, '-C', into]);
  execFileSync('gunzip', ['-r', into]);
  return into;
}

test('no secret is in it: not of this profile, not of another, not of a variable', async () => {
  mkdirSync(join(cwd, 'config/environments'), { recursive: true });
  const yaml = JSON.stringify(CANARY);
  const main = `remotes:\n  nats:\n    password: ${yaml}\n  slack: { bot_token: ${yaml} }\n`;
  const live = `remotes:\n  prometheus:\n    token: ${yaml}\n  #pagerduty: { routing_key: ${yaml} }\n`;
  writeFileSync(join(cwd, 'config/mdops.yaml'), main);
  writeFileSync(join(cwd, 'config/environments/live.yaml'), live);
  writeFileSync(join(cwd, 'config/notes.json'), JSON.stringify({ note: CANARY }));
  writeFileSync(join(cwd, 'config/key.pem'), CANARY);
  // Handed over on purpose: what is looked at below is the archive.
  const ran = await run(['backup', 'create', '--json'], { NATS_PASSWORD: 'another', NOTE: CANARY });
  expect(ran.exit, ran.stderr).toBe(1);
  const { path, remarks } = createdBy(ran);
  expect(remarks).toEqual(['config/notes.json shows a secret and was left out']);
  const into = unpack(path);
  expect(findCanaryFiles(into, 0)).toEqual([]);
  expect(readFileSync(join(into, 'config/mdops.yaml'), 'utf8')).toContain('password: "<secret>"');
  expect(readFileSync(join(into, 'config/environments/live.yaml'), 'utf8')).toContain('token: "<secret>"');
  expect(readdirSync(join(into, 'config'))).not.toContain('key.pem');
});

test('configuration is laid out for a person, never over what is there', async () => {
  mkdirSync(join(cwd, 'config'));
  writeFileSync(join(cwd, 'config/mdops.yaml'), 'timezone: UTC\n');
  expect((await run(['backup', 'create'])).exit).toBe(0);
  const ran = await run(['backup', 'restore', '--out', 'restored']);
  expect(ran.exit, ran.stderr).toBe(0);
  expect(ran.stdout).toMatch(/^config written below restored, to be put in place$/m);
  expect(readFileSync(join(cwd, 'restored/config/mdops.yaml'), 'utf8')).toBe('timezone: UTC\n');
  const again = await run(['backup', 'restore', '--out', 'restored']);
  expect(again.exit).toBe(64);
  expect(again.stderr).toMatch(/there is something in it/);
});

test('the dashboards of Grafana are in it, and one that is away is a remark', async () => {
  const grafana = await startGrafana();
  grafana.addDashboard('feed', 'Feed health');
  const remote = { GRAFANA_URL: grafana.url };
  const ran = await run(['backup', 'create', '--json'], remote);
  expect(ran.exit, ran.stderr).toBe(0);
  const board = readFileSync(join(unpack(createdBy(ran).path), 'dashboards/dashboards/feed-health.json'), 'utf8');
  expect(JSON.parse(board)).toMatchObject({ uid: 'feed', title: 'Feed health' });
  await grafana.close();
  const without = await run(['backup', 'create', '--json'], remote);
  expect(without.exit, without.stderr).toBe(1);
  expect(createdBy(without).remarks.join()).toMatch(/^dashboards are not in it: /);
  expect((await run(['backup', 'list'])).exit).toBe(0);
});

test('the blocks of a real Prometheus are in it and can be read from there; its snapshot is gone', async () => {
  const data = join(cwd, 'tsdb');
  const url = await startPrometheus(data, '--web.enable-admin-api');
  const remote = { PROMETHEUS_URL: url, MDOPS_TSDB_DIR: data };
  const ran = await run(['backup', 'create', '--json'], remote);
  expect(ran.exit, ran.stderr).toBe(0);
  expect(readdirSync(join(data, 'snapshots'))).toEqual([]);
  const restored = await run(['backup', 'restore', '--out', 'restored']);
  expect(restored.exit, restored.stderr).toBe(0);
  const listed = execFileSync('promtool', ['tsdb', 'list', join(cwd, 'restored/tsdb')], { encoding: 'utf8' });
  expect(listed.trim().split('\n').length).toBeGreaterThan(1);
  expect(Number(listed.trim().split('\n').at(-1)?.trim().split(/\s+/)[4])).toBeGreaterThan(0);
});

test('a Prometheus that gives no snapshots away is a remark', async () => {
  const data = join(cwd, 'tsdb');
  const url = await startPrometheus(data);
  const ran = await run(['backup', 'create', '--json'], { PROMETHEUS_URL: url, MDOPS_TSDB_DIR: data });
  expect(ran.exit, ran.stderr).toBe(1);
  expect(createdBy(ran).remarks.join()).toMatch(
    /^metrics are not in it, or not all: Cannot take a snapshot of Prometheus: /,
  );
});

/** One that scrapes itself, once there is something to find. */
async function startPrometheus(data: string, ...flags: string[]): Promise<string> {
  const port = await freePort();
  const config = join(cwd, 'prometheus.yml');
  const target = `{ job_name: self, static_configs: [{ targets: ["127.0.0.1:${port}"] }] }`;
  writeFileSync(config, `global: { scrape_interval: 200ms, scrape_timeout: 200ms }\nscrape_configs: [${target}]\n`);
  const argv = [`--config.file=${config}`, `--storage.tsdb.path=${data}`, `--web.listen-address=127.0.0.1:${port}`];
  prometheus = spawn('prometheus', [...argv, ...flags], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  await eventually('samples', 30_000, async () => {
    const answer = await fetch(`${url}/api/v1/query?query=count(up)`).then(
      (response) => response.text(),
      () => '',
    );
    return answer.includes('"value"') ? true : undefined;
  });
  return url;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
