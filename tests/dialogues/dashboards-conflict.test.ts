// `mdops dashboards push` while somebody else works on the same objects.

import { describe, expect, test } from 'vitest';
import { grafanaWorld, OPS, ROOT } from '../support/grafana-platform.ts';

const world = grafanaWorld('dashboards-conflict');

describe('a conflict', () => {
  /** Somebody saves the dashboard between the look and the write. */
  async function serveWithRival(): Promise<void> {
    let looks = 0;
    await world.serve({
      routes: (state) => [
        ({ method, path }) => {
          if (method === 'GET' && path === '/api/dashboards/uid/ctp-ops') looks += 1;
          const held = state.dashboards.get('ctp-ops');
          if (looks === 2 && held !== undefined) {
            looks += 1;
            state.dashboards.set('ctp-ops', {
              ...held,
              version: held.version + 1,
              model: { ...held.model, refresh: '1m' },
            });
          }
          return null;
        },
      ],
    });
    const model = { ...OPS, id: 1, version: 4, description: 'of yesterday' };
    world.grafana.state.dashboards.set('ctp-ops', {
      id: 1,
      uid: 'ctp-ops',
      title: OPS.title,
      folderUid: '',
      version: 4,
      model,
    });
  }

  test('is refused with a clear word, and everything else is sent', async () => {
    await serveWithRival();
    const ran = await world.dashboards('push', '--yes');
    expect(ran.exit, ran.stderr).toBe(2);
    expect(ran.stdout).toContain('Cannot update dashboard Market Data Ops: somebody changed it meanwhile');
    expect(ran.stdout).toContain('--overwrite');
    expect(world.grafana.state.dashboards.get('ctp-ops')?.model['refresh']).toBe('1m');
    expect(world.grafana.state.rules.size).toBe(1);
  });

  test('alone is a refusal', async () => {
    await serveWithRival();
    world.grafana.state.folders.set('ctp-operations', {
      id: 1,
      uid: 'ctp-operations',
      title: 'Operations',
      parentUid: '',
      version: 1,
    });
    const ran = await world.dashboards('push', '--only', 'dashboard', `${ROOT}/dashboards/Operations/ops.json`);
    expect(ran.exit, ran.stdout).toBe(77);
  });

  test('gives way to --overwrite', async () => {
    await serveWithRival();
    await world.pushed('--overwrite');
    expect(await world.drift()).toEqual([]);
  });

  test('that the server finds is told in its words', async () => {
    await world.pushed();
    world.change('ctp-ops', (model) => ({ ...model, refresh: '5s' }));
    const changed = {
      status: 412,
      body: { message: 'The dashboard has been changed by someone else', status: 'version-mismatch' },
    };
    await world.grafana.close();
    const { state } = world.grafana;
    await world.serve({
      routes: () => [({ method, path }) => (method === 'POST' && path === '/api/dashboards/db' ? changed : null)],
    });
    for (const [uid, one] of state.dashboards) world.grafana.state.dashboards.set(uid, one);
    for (const [uid, one] of state.folders) world.grafana.state.folders.set(uid, one);
    const ran = await world.dashboards('push', '--only', 'dashboard');
    expect(ran.exit).toBe(77);
    expect(ran.stdout).toContain('The dashboard has been changed by someone else');
  });
});

/** A proxy in front answers for the server, which has saved the dashboard all the same. */
async function serveLosing(path: string, when: 'POST' | 'GET'): Promise<void> {
  let count = 0;
  await world.serve({
    routes: (state) => [
      (request) => {
        if (request.method !== when || request.path !== path) return null;
        count += 1;
        if (count !== (when === 'POST' ? 1 : 2)) return null;
        const model = { ...OPS, id: 1, version: 1 };
        const saved = { id: 1, uid: 'ctp-ops', title: OPS.title, folderUid: 'ctp-operations', version: 1, model };
        state.dashboards.set('ctp-ops', saved);
        return when === 'POST' ? { status: 502, body: 'bad gateway' } : null;
      },
    ],
  });
}

test('an answer that is lost is looked up: what is done is not sent again', async () => {
  await serveLosing('/api/dashboards/db', 'POST');
  const ran = await world.dashboards('push', '--yes', `${ROOT}/dashboards/Operations/ops.json`);
  expect(ran.exit, ran.stdout + ran.stderr).toBe(0);
  expect(world.writes().filter((write) => write.endsWith('/dashboards/db'))).toHaveLength(1);
});

test('what somebody else brought to the wanted state meanwhile is no conflict, and is not sent', async () => {
  await serveLosing('/api/dashboards/uid/ctp-ops', 'GET');
  const ran = await world.dashboards('push', '--yes', `${ROOT}/dashboards/Operations/ops.json`);
  expect(ran.exit, ran.stdout + ran.stderr).toBe(0);
  expect(ran.stdout).toContain('already there');
  expect(world.writes()).toEqual(['POST /api/folders']);
});
