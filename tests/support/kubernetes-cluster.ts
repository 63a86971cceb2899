// As much of the Kubernetes API as kubectl asks for to apply, roll out, look at and delete objects of any kind it knows. It
// keeps what is applied; deployments get ready at once, unless they are told not to.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface KubernetesCluster {
  readonly url: string;
  /** `namespaces/x/deployments/y`, as applied. */
  readonly objects: ReadonlyMap<string, Applied>;
  /** Changing requests: verb, path without version, field manager. */
  readonly changes: readonly string[];
  /** A deployment of this name never gets ready. */
  neverReady: string | null;
  close(): Promise<void>;
}

export interface Applied {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly spec?: { readonly template?: { readonly metadata: { readonly annotations: Record<string, string> } } };
  readonly data?: Record<string, string>;
}

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
const KINDS: Readonly<Record<string, readonly [kind: string, plural: string, namespaced: boolean][]>> = {
  v1: [
    ['Namespace', 'namespaces', false],
    ['ConfigMap', 'configmaps', true],
    ['Service', 'services', true],
    ['PersistentVolumeClaim', 'persistentvolumeclaims', true],
  ],
  'apps/v1': [
    ['Deployment', 'deployments', true],
    ['DaemonSet', 'daemonsets', true],
  ],
};

export async function startCluster(): Promise<KubernetesCluster> {
  const objects = new Map<string, Applied>();
  const changes: string[] = [];
  const cluster = { neverReady: null as string | null };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://cluster');
      const answer = (status: number, value: unknown): void => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      };
      const fixed = discovery(pathname);
      if (fixed !== null) return answer(200, fixed);
      const place = /^\/(?:api|apis\/apps)\/v1\/(.*)$/.exec(pathname)?.[1];
      if (place === undefined) return answer(404, notFound());
      if (request.method === 'PATCH') {
        if (request.headers['content-type'] !== 'application/apply-patch+yaml') return answer(415, notFound());
        const object = JSON.parse(body) as Applied;
        changes.push(`apply ${place} ${searchParams.get('fieldManager')}`);
        objects.set(place, object);
        return answer(200, live(object));
      }
      if (request.method === 'DELETE') {
        if (!objects.delete(place)) return answer(404, notFound());
        changes.push(`delete ${place}`);
        return answer(200, { kind: 'Status', apiVersion: 'v1', status: 'Success' });
      }
      const object = objects.get(place);
      if (object !== undefined) return answer(200, live(object));
      if (!/(?:^|\/)[a-z]+s$/.test(place) || /^namespaces\/[^/]+$/.test(place)) return answer(404, notFound());
      const field = /metadata\.name=(.+)/.exec(searchParams.get('fieldSelector') ?? '')?.[1];
      const items = [...objects].filter(([path]) => path.startsWith(`${place}/`)).map(([, one]) => live(one));
      const found = items.filter(({ metadata }) => field === undefined || metadata.name === field);
      if (searchParams.get('watch') !== null) {
        // Open and silent: nothing changes here by itself.
        response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
        return;
      }
      const kind = `${found[0]?.kind ?? 'Deployment'}List`;
      answer(200, { kind, apiVersion: 'apps/v1', metadata: { resourceVersion: '1' }, items: found });
    });
  });

  function live(object: Applied): Applied {
    const metadata = { ...object.metadata, uid: object.metadata.name, resourceVersion: '1', generation: 1 };
    if (object.kind !== 'Deployment') return { ...object, metadata };
    const ready = object.metadata.name === cluster.neverReady ? 0 : 1;
    const counts = { replicas: 1, updatedReplicas: 1, readyReplicas: ready, availableReplicas: ready };
    return { ...object, metadata, status: { observedGeneration: 1, ...counts } } as Applied;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(cluster, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    changes,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

function notFound(): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404, message: 'not found' };
}

/** What there is, and that the server itself checks the fields of what is applied. */
function discovery(path: string): unknown {
  switch (path) {
    case '/version':
      return { major: '1', minor: '32', gitVersion: 'v1.32.0' };
    case '/api':
      return { kind: 'APIVersions', versions: ['v1'] };
    case '/apis': {
      const version = { groupVersion: 'apps/v1', version: 'v1' };
      return {
        kind: 'APIGroupList',
        apiVersion: 'v1',
        groups: [{ name: 'apps', versions: [version], preferredVersion: version }],
      };
    }
    case '/api/v1':
      return resources('v1');
    case '/apis/apps/v1':
      return resources('apps/v1');
    case '/openapi/v3':
      return {
        paths: {
          'api/v1': { serverRelativeURL: '/openapi/v3/api/v1?hash=1' },
          'apis/apps/v1': { serverRelativeURL: '/openapi/v3/apis/apps/v1?hash=1' },
        },
      };
    case '/openapi/v3/api/v1':
      return openapi('', 'v1');
    case '/openapi/v3/apis/apps/v1':
      return openapi('apps', 'apps/v1');
    default:
      return null;
  }
}

function resources(groupVersion: string): object {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: KINDS[groupVersion]!.map(([kind, name, namespaced]) => ({
      name,
      kind,
      namespaced,
      singularName: kind.toLowerCase(),
      verbs: VERBS,
    })),
  };
}

function openapi(group: string, groupVersion: string): object {
  const paths = KINDS[groupVersion]!.map(([kind, name]) => [
    `/${name}/{name}`,
    {
      patch: {
        parameters: [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }],
        responses: {},
        'x-kubernetes-group-version-kind': { group, version: 'v1', kind },
      },
    },
  ]);
  return { openapi: '3.0.0', info: { title: 'cluster', version: '1' }, paths: Object.fromEntries(paths) };
}
