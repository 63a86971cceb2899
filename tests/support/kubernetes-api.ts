// As much of the Kubernetes API as kubectl asks for one deployment: discovery, the object, its scale, a pod's log.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface KubernetesApi {
  readonly url: string;
  /** Of the deployment `mds` in the namespace `live`. */
  replicas(): number;
  /** Changing requests, as they came. */
  readonly changes: readonly string[];
  close(): Promise<void>;
}

const DEPLOYMENT = '/apis/apps/v1/namespaces/live/deployments/mds';
const LABELS = { app: 'mds' };
const verbs = ['get', 'list', 'patch', 'update', 'watch'];
const resource = (name: string, kind: string, more: object = {}) => ({ name, namespaced: true, kind, verbs, ...more });

export async function startKubernetesApi(): Promise<KubernetesApi> {
  let replicas = 0;
  const changes: string[] = [];
  const meta = { name: 'mds', namespace: 'live', uid: '1', resourceVersion: '1', labels: LABELS };
  const answers: Readonly<Record<string, () => unknown>> = {
    '/api': () => ({ kind: 'APIVersions', versions: ['v1'] }),
    '/apis': () => {
      const version = { groupVersion: 'apps/v1', version: 'v1' };
      return {
        kind: 'APIGroupList',
        apiVersion: 'v1',
        groups: [{ name: 'apps', versions: [version], preferredVersion: version }],
      };
    },
    '/api/v1': () => ({
      kind: 'APIResourceList',
      groupVersion: 'v1',
      resources: [resource('pods', 'Pod'), resource('pods/log', 'Pod')],
    }),
    '/apis/apps/v1': () => ({
      kind: 'APIResourceList',
      groupVersion: 'apps/v1',
      resources: [
        resource('deployments', 'Deployment', { singularName: 'deployment' }),
        resource('deployments/scale', 'Scale', { group: 'autoscaling', version: 'v1' }),
      ],
    }),
    [DEPLOYMENT]: () => ({
      kind: 'Deployment',
      apiVersion: 'apps/v1',
      metadata: meta,
      spec: {
        replicas,
        selector: { matchLabels: LABELS },
        template: { metadata: { labels: LABELS }, spec: { containers: [] } },
      },
      status: replicas === 0 ? {} : { replicas },
    }),
    [`${DEPLOYMENT}/scale`]: () => ({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: meta,
      spec: { replicas },
      status: { replicas, selector: 'app=mds' },
    }),
    '/api/v1/namespaces/live/pods': () => ({
      kind: 'PodList',
      apiVersion: 'v1',
      metadata: {},
      items: [
        {
          metadata: { ...meta, name: 'mds-1' },
          spec: { containers: [{ name: 'mds' }] },
          status: { phase: 'Running' },
        },
      ],
    }),
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      const path = (request.url ?? '/').split('?')[0] ?? '/';
      if (path === '/ready') return response.writeHead(replicas > 0 ? 200 : 503).end();
      if (path.endsWith('/pods/mds-1/log')) return response.end('license expired\n');
      if (request.method === 'PATCH' || request.method === 'PUT') {
        replicas = (JSON.parse(body) as { spec: { replicas: number } }).spec.replicas;
        changes.push(`${path.slice('/apis/apps/v1/namespaces/'.length)} ${replicas}`);
      }
      const answer = answers[path];
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
      const missing = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 };
      response.end(JSON.stringify(answer === undefined ? missing : answer()));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    replicas: () => replicas,
    changes,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
