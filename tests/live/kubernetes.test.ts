// Components that Kubernetes owns, through the real kubectl: scaled up and down in their namespace and context, and asked
// for their last words. The API server is a stand-in; what it is asked is what a cluster would be.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api.ts';
import { mdops, type Ran } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const directory = temporaryDirectories('kubernetes');
let api: KubernetesApi;
let home: string;

beforeEach(async () => {
  api = await startKubernetesApi();
  home = directory();
  const cluster = { name: 'prod', cluster: { server: api.url } };
  const context = { name: 'prod', context: { cluster: 'prod', user: 'ops' } };
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [cluster],
    contexts: [context],
    users: [{ name: 'ops' }],
  };
  writeFileSync(join(home, 'kubeconfig'), JSON.stringify(kubeconfig));
  configure(`${api.url}/ready`);
});
afterEach(() => api.close());

function configure(ready: string): void {
  const mds = {
    driver: 'kubernetes',
    workload: 'deployment/mds',
    namespace: 'live',
    context: 'prod',
    replicas: 2,
    env_from: ['KUBECONFIG'],
    ready: { kind: 'http', url: ready },
    start_timeout: '6s',
  };
  mkdirSync(join(home, 'config/environments'), { recursive: true });
  writeFileSync(join(home, 'config/environments/live.yaml'), JSON.stringify({ components: { mds } }));
}

function run(...words: string[]): Promise<Ran> {
  const env = { KUBECONFIG: join(home, 'kubeconfig') };
  return mdops(['start-live-env', ...words, '--profile', 'live', '--yes'], { cwd: home, env });
}

test('up, twice, looked at, and down again', async () => {
  const started = await run();
  expect(started.exit, started.stdout + started.stderr).toBe(0);
  expect(api.replicas()).toBe(2);
  expect((await run()).stdout).toMatch(/mds +already ready/);
  expect((await run('status')).exit).toBe(0);
  const stopped = await run('stop');
  expect(stopped.exit, stopped.stdout + stopped.stderr).toBe(0);
  expect(api.changes).toEqual(['live/deployments/mds/scale 2', 'live/deployments/mds/scale 0']);
});

test('one that does not get ready is named with the last words of its pod, and scaled down again', async () => {
  configure(`${api.url}/no-such-page`);
  const ran = await run();
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toContain('HEALTH=FAILED component=mds');
  expect(ran.stdout).toMatch(/last output of mds:\n +license expired/);
  expect(api.replicas()).toBe(0);
});
