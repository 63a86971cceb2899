// The recorded contract with systemd, Compose and kubectl: exactly these arguments, and what their answers mean.

import { describe, expect, it } from 'vitest';
import type { Component } from '../../../lib/flows/start-live-env/component.ts';
import { ARGV } from '../../../lib/flows/start-live-env/drivers/argv-table.ts';

type OfDriver<K extends Component['driver']> = Extract<Component, { readonly driver: K }>;

const SHARED = {
  name: 'mds',
  after: [],
  ready: { kind: 'tcp', address: '127.0.0.1:1', intervalMs: 100, timeoutMs: 100 },
  startTimeoutMs: 30_000,
  stopTimeoutMs: 15_000,
  live: false,
  env: new Map(),
  envFrom: [],
  workDir: undefined,
} as const;
const SYSTEMD: OfDriver<'systemd'> = {
  ...SHARED,
  driver: 'systemd',
  unit: 'market-data-live@primary.service',
  scope: 'system',
};
const COMPOSE: OfDriver<'compose'> = {
  ...SHARED,
  driver: 'compose',
  file: '/srv/a b/compose.yaml',
  service: 'mds',
  project: 'live',
};
const KUBERNETES: OfDriver<'kubernetes'> = {
  ...SHARED,
  driver: 'kubernetes',
  workload: 'deployment/mds',
  namespace: 'live',
  context: 'prod',
  replicas: 2,
};

describe('systemd', () => {
  it('is told and asked with these arguments', () => {
    const unit = 'market-data-live@primary.service';
    expect(ARGV.systemd.start(SYSTEMD)).toEqual(['systemctl', '--no-ask-password', 'start', '--', unit]);
    expect(ARGV.systemd.stop(SYSTEMD)).toEqual(['systemctl', '--no-ask-password', 'stop', '--', unit]);
    expect(ARGV.systemd.look({ ...SYSTEMD, scope: 'user' })).toEqual([
      'systemctl',
      '--user',
      '--no-ask-password',
      'is-active',
      '--',
      unit,
    ]);
    expect(ARGV.systemd.output(SYSTEMD)).toEqual([
      'journalctl',
      '--no-pager',
      '--output=cat',
      '--lines=20',
      `--unit=${unit}`,
    ]);
  });

  it.each([
    ['active\n', 'running'],
    ['activating\n', 'running'],
    ['deactivating\n', 'running'],
    ['inactive\n', 'stopped'],
    ['failed\n', 'stopped'],
    ['', 'unknown'],
    ['Failed to connect to bus', 'unknown'],
  ])('%j means %s', (stdout, presence) => {
    expect(ARGV.systemd.presence(3, stdout)).toBe(presence);
  });
});

describe('Compose', () => {
  const head = ['docker', 'compose', '--file', '/srv/a b/compose.yaml', '--project-name', 'live'];

  it('is told and asked with these arguments', () => {
    expect(ARGV.compose.start(COMPOSE)).toEqual([...head, 'up', '--detach', '--no-deps', '--', 'mds']);
    // One second less than we wait, so that Compose kills before we give up.
    expect(ARGV.compose.stop(COMPOSE)).toEqual([...head, 'stop', '--timeout', '14', '--', 'mds']);
    expect(ARGV.compose.look(COMPOSE)).toEqual([...head, 'ps', '--services', '--status', 'running']);
    expect(ARGV.compose.output({ ...COMPOSE, project: undefined })).toEqual([
      ...['docker', 'compose', '--file', '/srv/a b/compose.yaml'],
      ...['logs', '--no-color', '--no-log-prefix', '--tail', '20', '--', 'mds'],
    ]);
  });

  it.each([
    [0, 'nats\nmds\n', 'running'],
    [0, 'mds-old\nnats\n', 'stopped'],
    [0, '', 'stopped'],
    [1, 'mds\n', 'unknown'],
    [null, '', 'unknown'],
  ])('exit %s with %j means %s', (exitCode, stdout, presence) => {
    expect(ARGV.compose.presence(exitCode, stdout, COMPOSE)).toBe(presence);
  });
});

describe('kubectl', () => {
  const head = ['kubectl', '--context', 'prod', '--namespace', 'live'];

  it('is told and asked with these arguments', () => {
    expect(ARGV.kubernetes.start(KUBERNETES)).toEqual([...head, 'scale', 'deployment/mds', '--replicas=2']);
    expect(ARGV.kubernetes.stop(KUBERNETES)).toEqual([...head, 'scale', 'deployment/mds', '--replicas=0']);
    expect(ARGV.kubernetes.look(KUBERNETES)).toEqual([
      ...head,
      'get',
      'deployment/mds',
      '--output=jsonpath={.status.replicas}',
    ]);
    expect(ARGV.kubernetes.output({ ...KUBERNETES, context: undefined })).toEqual([
      ...['kubectl', '--namespace', 'live', 'logs', 'deployment/mds', '--tail=20'],
    ]);
  });

  it.each([
    [0, '2', 'running'],
    [0, '', 'stopped'],
    [0, '0', 'stopped'],
    [1, '2', 'unknown'],
  ])('exit %s with %j means %s', (exitCode, stdout, presence) => {
    expect(ARGV.kubernetes.presence(exitCode, stdout)).toBe(presence);
  });
});
