// The stack as containers. Compose itself reads the file; a stand-in for the engine starts what Debian has of it, so that
// Prometheus, Alertmanager and Pushgateway really run with the arguments and files that a container would get.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseYaml } from '../../lib/base/yaml.ts';
import { mdops, type Ran } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const newDirectory = temporaryDirectories('stack-compose');
let home = '';

beforeEach(() => {
  home = newDirectory();
  cpSync('config', join(home, 'config'), { recursive: true });
  mkdirSync(join(home, 'bin'));
  const engine = resolve('tests/support/compose-engine.mjs');
  writeFileSync(join(home, 'bin/docker'), `#!/bin/sh\nexec node ${engine} "$@"\n`, { mode: 0o755 });
});
afterEach(async () => {
  await stack('down');
});

function stack(...words: string[]): Promise<Ran> {
  const env = { PATH: `${home}/bin:${process.env['PATH']}` };
  return mdops(['stack', ...words, '--skip-metrics'], { cwd: home, env });
}

interface Report {
  readonly state: string;
  readonly urls: Record<string, string>;
  readonly directory: string;
  readonly page?: string;
  readonly parts: { name: string; state: string }[];
}

function calls(): string[] {
  return readFileSync(join(home, 'calls'), 'utf8').trim().split('\n');
}

interface Service {
  readonly image: string;
  readonly user: string;
  readonly network_mode: string;
  readonly volumes?: { source: string }[];
}

test('a rehearsal is refused, not passed over: it would tell real people', async () => {
  for (const words of [['--stand-ins'], ['--speed', '300']]) {
    const refused = await stack('up', '--driver', 'compose', ...words);
    expect(refused.exit, refused.stderr).toBe(64);
  }
  expect(existsSync(join(home, 'calls'))).toBe(false);
});

test('a platform that cannot be read starts nothing and leaves nothing', async () => {
  writeFileSync(join(home, 'config/platforms/market-data/prometheus.yml'), 'scrape_configs: [');
  const refused = await stack('up', '--driver', 'compose');
  expect(refused.exit, refused.stderr).toBe(78);
  expect((await stack('status')).stdout).toContain('no stack is up');
});

test('up, looked at, verified, reloaded, and down', { timeout: 120_000 }, async () => {
  const ran = await stack('up', '--driver', 'compose', '--ui', '--logs', '--traces', '--open', '--json');
  expect(ran.exit, ran.stderr + ran.stdout).toBe(0);
  const report = JSON.parse(ran.stdout) as Report;
  const names = ['pushgateway', 'prometheus', 'alertmanager', 'grafana', 'loki', 'promtail', 'jaeger'];
  expect(report.parts.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  // There is no display here: the page is named.
  expect(report.page).toBe(report.urls['grafana']);
  const head = `compose --file ${report.directory}/compose.yml --project-name mdops-market-data`;
  expect(calls()).toEqual([
    `${head} config --quiet`,
    `${head} up --detach --wait --wait-timeout 120 --remove-orphans`,
    `${head} ps --all --format json`,
  ]);
  const { value } = await parseYaml(readFileSync(join(report.directory, 'compose.yml'), 'utf8'));
  for (const [name, service] of Object.entries((value as { services: Record<string, Service> }).services)) {
    expect(service.image, name).toMatch(/:v?\d+\.\d+/);
    expect([service.network_mode, service.user]).toEqual(['host', `${process.getuid?.()}:${process.getgid?.()}`]);
    for (const { source } of service.volumes ?? []) expect(existsSync(source), source).toBe(true);
  }
  // Its own verbs find it without being told what keeps it.
  expect((await stack('status')).exit).toBe(0);
  const verified = await stack('verify', '--json');
  expect(verified.exit, verified.stdout).toBe(1);
  const { checks } = JSON.parse(verified.stdout) as { checks: { what: string; grade: string }[] };
  expect(checks.filter(({ grade }) => grade === 'critical' || grade === 'unknown')).toEqual([]);
  const rules = join(home, 'config/platforms/market-data/rules/mdops.yml');
  writeFileSync(rules, readFileSync(rules, 'utf8').replace('alert: Watchdog', 'alert: Watchdog_Renamed'));
  const reloaded = await stack('reload');
  expect(reloaded.exit, reloaded.stderr).toBe(0);
  expect(await (await fetch(`${report.urls['prometheus']}/api/v1/rules`)).text()).toContain('Watchdog_Renamed');
  const native = await stack('up');
  expect([native.exit, native.stderr.includes('mdops stack down --driver compose')]).toEqual([77, true]);
  const again = await stack('up', '--driver', 'compose', '--ui', '--logs', '--traces');
  expect(again.stdout).toContain('already up');
  const other = await stack('up', '--driver', 'compose');
  expect([other.exit, other.stderr.includes('its data with it')]).toEqual([77, true]);
  const down = await stack('down');
  expect(down.exit, down.stderr).toBe(0);
  expect(readdirSync(join(home, '.mdops/stacks'))).toEqual([]);
  expect((await stack('status')).stdout).toContain('no stack is up');
});

const REFUSALS: Record<string, [mode: string, said: string, hint: string]> = {
  'no engine': ['no-engine', 'no engine answers', 'systemctl start docker'],
  'no Compose': ['no-compose', 'has no Compose v2', 'install the plugin'],
};

test.each(Object.entries(REFUSALS))('%s: 69, and what to do; nothing stays', async (_name, [mode, said, hint]) => {
  writeFileSync(join(home, 'mode'), mode);
  const ran = await stack('up', '--driver', 'compose');
  expect(ran.exit).toBe(69);
  expect(ran.stderr).toContain(said);
  expect(ran.stderr).toContain(hint);
  expect(readdirSync(join(home, '.mdops/stacks'))).toEqual([]);
});

test('without docker, and with parts that the native driver has not, it is said what to do', async () => {
  const without = await mdops(['stack', 'up', '--driver', 'compose'], { cwd: home, env: { PATH: '/usr/bin/nothing' } });
  expect([without.exit, without.stderr.includes('install Docker with Compose v2')]).toEqual([69, true]);
  const native = await stack('up', '--ui');
  expect([native.exit, native.stderr.includes('use --driver compose')]).toEqual([64, true]);
});

test('a dry run says what would be run and writes nothing', async () => {
  const ran = await stack('up', '--driver', 'compose', '--logs', '--dry-run');
  expect(ran.exit, ran.stderr).toBe(0);
  expect(ran.stdout).toMatch(/docker compose --file .*compose\.yml --project-name mdops-market-data up --detach/);
  expect(ran.stdout).toContain('loki  http://127.0.0.1:');
  expect(existsSync(join(home, 'calls'))).toBe(false);
  expect(existsSync(join(home, '.mdops/stacks'))).toBe(false);
});
