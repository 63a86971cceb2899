// The shipped Compose file, read by the real Compose v2; the driver's words, understood by it. No engine is needed: where
// one would come in, Compose says that it cannot connect, and not that it does not know what was wanted.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseYaml } from '../../lib/base/yaml.ts';
import type { Component } from '../../lib/flows/start-live-env/component.ts';
import { ARGV } from '../../lib/flows/start-live-env/drivers/argv-table.ts';
import { mdops } from '../support/mdops.ts';

const FILE = resolve('config/compose/market-data.yml');
const IMAGES = {
  MARKET_DATA_SERVICE_IMAGE: 'registry.example/market-data-service:1.4.0',
  MARKET_DATA_LIVE_IMAGE: 'registry.example/market-data-live:1.4.0',
  SUBSCRIPTION_WORKER_IMAGE: 'registry.example/subscription-worker:1.4.0',
};

/** `words` as they follow `docker compose`. */
function compose(words: readonly string[], env: Readonly<Record<string, string>> = IMAGES) {
  const { status, stdout, stderr } = spawnSync('docker-compose', words, {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', DOCKER_HOST: 'unix:///nonexistent', ...env },
  });
  return { status, stdout: stdout ?? '', stderr: stderr ?? '' };
}

interface Service {
  readonly image: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly network_mode?: string;
  readonly volumes?: readonly { readonly type: string; readonly source: string }[];
}
const services = (): Readonly<Record<string, Service>> => {
  const { status, stdout, stderr } = compose(['--file', FILE, 'config', '--format', 'json']);
  expect(status, stderr).toBe(0);
  return (JSON.parse(stdout) as { services: Record<string, Service> }).services;
};

test('it is Compose v2', () => {
  expect(compose(['version']).stdout).toMatch(/Docker Compose version v?(?:[2-9]|\d\d)\./);
});

test('the shipped file is valid, and says which images have to be named', () => {
  const valid = compose(['--file', FILE, 'config', '-q']);
  expect(valid.status, valid.stderr).toBe(0);
  expect(valid.stderr).toBe('');
  const nameless = compose(['--file', FILE, 'config', '-q'], {});
  expect(nameless.status).not.toBe(0);
  expect(nameless.stderr).toContain('name the image of');
});

test('every service has a pinned image and says when it is healthy', () => {
  const found = services();
  for (const [name, { image, healthcheck }] of Object.entries(found)) {
    expect(image, name).toMatch(/:v?\d+\.\d+\.\d+[\w.-]*$/);
    expect(healthcheck?.test.length, name).toBeGreaterThan(1);
  }
});

test('what is mounted from here is here, the rules and targets of Prometheus first', () => {
  const bound = Object.values(services()).flatMap(({ volumes = [] }) => volumes.filter(({ type }) => type === 'bind'));
  expect(bound.length).toBeGreaterThan(0);
  for (const { source } of bound) expect(existsSync(source), source).toBe(true);
  expect(existsSync(join(bound[0]?.source ?? '', 'prometheus.yml'))).toBe(true);
});

test('the profile names services that exist, probes what they listen on, and leaves none out', async () => {
  const { value } = await parseYaml(readFileSync('config/environments/compose.yaml', 'utf8'));
  const profile = value as {
    components: Record<
      string,
      { driver: string; file: string; service: string; ready: { url?: string; address?: string } }
    >;
  };
  const found = services();
  const parts = Object.values(profile.components);
  expect(parts.map(({ service }) => service).toSorted()).toEqual(Object.keys(found).toSorted());
  for (const { service, ready, file, driver } of parts) {
    expect([driver, resolve('config/environments', file)]).toEqual(['compose', FILE]);
    const port = /:(\d+)/.exec((ready.url ?? ready.address ?? '').replace(/^https?:\/\//, ''))?.[1] ?? 'none';
    expect(JSON.stringify(found[service]), `${service} listens on ${port}`).toContain(port);
    expect(found[service]?.network_mode).toBe('host');
  }
  const checked = await mdops(['config', 'check', '--profile', 'compose'], { cwd: resolve('.') });
  expect(checked.exit, checked.stdout + checked.stderr).toBe(0);
});

test('Compose understands every word that the driver says', () => {
  const component = {
    name: 'nats',
    driver: 'compose',
    file: FILE,
    service: 'nats',
    project: 'live',
    stopTimeoutMs: 15_000,
  } as Extract<Component, { driver: 'compose' }>;
  for (const say of ['start', 'stop', 'look', 'output'] as const) {
    const [docker, plugin, ...words] = ARGV.compose[say](component);
    expect([docker, plugin]).toEqual(['docker', 'compose']);
    expect(compose(words).stderr, words.join(' ')).toMatch(/cannot connect to the docker daemon/i);
  }
  expect(compose(['--file', FILE, 'up', '--detached', '--', 'nats']).stderr).toContain('unknown flag');
});
