// The stack in a cluster, through the real kubectl: what it applies, waits for, looks at and deletes. The API server is a
// stand-in that keeps what it is given.

import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type KubernetesCluster, startCluster } from '../support/kubernetes-cluster.ts';
import { mdops, type Ran } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const newDirectory = temporaryDirectories('stack-kubernetes');
let cluster: KubernetesCluster;
let home = '';

beforeEach(async () => {
  cluster = await startCluster();
  home = newDirectory();
  cpSync('config', join(home, 'config'), { recursive: true });
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'prod', cluster: { server: cluster.url } }],
    contexts: [{ name: 'prod', context: { cluster: 'prod', user: 'ops' } }],
    users: [{ name: 'ops' }],
  };
  writeFileSync(join(home, 'kubeconfig'), JSON.stringify(kubeconfig));
});
afterEach(() => cluster.close());

function stack(...words: string[]): Promise<Ran> {
  const env = { KUBECONFIG: join(home, 'kubeconfig') };
  return mdops(['stack', ...words, '--skip-metrics'], { cwd: home, env });
}

const UP = ['up', '--driver', 'k8s', '--namespace', 'watch', '--context', 'prod', '--platform', 'carbon254'];

function fingerprintOf(name: string): string {
  const deployment = cluster.objects.get(`namespaces/watch/deployments/${name}`);
  return deployment?.spec?.template?.metadata.annotations['mdops/config'] ?? '';
}

test('applied, rolled out, looked at, changed, and deleted', async () => {
  const up = await stack(...UP, '--ui', '--logs', '--traces');
  expect(up.exit, up.stderr + up.stdout).toBe(0);
  expect(cluster.changes[0]).toBe('apply namespaces/watch mdops');
  expect(cluster.changes.every((change) => /^apply namespaces\/watch.* mdops$/.test(change))).toBe(true);
  const deployments = [...cluster.objects.keys()].filter((path) => path.includes('/deployments/'));
  expect(deployments.map((path) => path.split('/').at(-1)).toSorted()).toEqual(
    ['alertmanager', 'grafana', 'jaeger', 'loki', 'prometheus', 'pushgateway'].toSorted(),
  );
  // Every rule and dashboard of the platform is there.
  const files = [...cluster.objects.values()].flatMap(({ data }) => Object.keys(data ?? {}));
  for (const name of readdirSync('config/platforms/carbon254/rules')) expect(files).toContain(name);
  for (const name of readdirSync('config/platforms/carbon254/slo/rules')) expect(files).toContain(`slo-${name}`);
  expect(files.filter((name) => name.endsWith('.json'))).toHaveLength(10);
  const status = await stack('status');
  expect([status.exit, status.stdout.includes('1 of 1 ready')]).toEqual([0, true]);
  const before = ['prometheus', 'alertmanager'].map(fingerprintOf);
  const rules = join(home, 'config/platforms/carbon254/rules/causes.yml');
  writeFileSync(rules, `${readFileSync(rules, 'utf8')}\n# changed\n`);
  const reloaded = await stack('reload');
  expect(reloaded.exit, reloaded.stderr).toBe(0);
  expect(fingerprintOf('prometheus')).not.toBe(before[0]);
  expect(fingerprintOf('alertmanager')).toBe(before[1]);
  const down = await stack('down');
  expect(down.exit, down.stderr).toBe(0);
  expect([...cluster.objects.keys()]).toEqual(['namespaces/watch']);
  expect((await stack('status')).stdout).toContain('no stack is up');
});

test('verify asks for addresses: the cluster is reached through a tunnel of one’s own', async () => {
  expect((await stack(...UP)).exit).toBe(0);
  const ran = await stack('verify');
  expect([ran.exit, ran.stderr.includes('--prometheus-url')]).toEqual([69, true]);
});

test('a part that is gone is named', async () => {
  expect((await stack(...UP)).exit).toBe(0);
  cluster.neverReady = 'alertmanager';
  const status = await stack('status');
  expect(status.exit).toBe(2);
  expect(status.stdout).toContain('the stack is degraded: alertmanager not well');
});

test('no cluster, no context: 69, and what to do; nothing stays', async () => {
  const unknown = await stack(...UP.map((word) => (word === 'prod' ? 'staging' : word)));
  expect([unknown.exit, unknown.stderr.includes('no cluster is configured')], unknown.stderr).toEqual([69, true]);
  await cluster.close();
  const gone = await stack(...UP);
  expect([gone.exit, gone.stderr.includes('no cluster answers')], gone.stderr).toEqual([69, true]);
  expect(readdirSync(join(home, '.mdops/stacks'))).toEqual([]);
  cluster = await startCluster();
});
