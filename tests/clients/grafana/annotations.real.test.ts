// Annotations: a region for each run, on the right dashboard of any version, later if need be but never moved.

import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { Secret } from '../../../lib/base/secret.ts';
import {
  type Annotation,
  createGrafanaAnnotations,
  type GrafanaAnnotations,
} from '../../../lib/clients/grafana/annotations.ts';
import { annotationBody, createAnnotationSender } from '../../../lib/clients/grafana/spooled-annotations.ts';
import { createHttp } from '../../../lib/effects/real-http.ts';
import { loginHeaders } from '../../../lib/services/remote/login.ts';
import { FAULT_KINDS, startFaultServer } from '../../../lib/sim/fault-server.ts';
import { type GrafanaStandIn, startGrafana } from '../../../lib/sim/stand-ins/grafana.ts';
import { plainRun } from '../../support/plain-run.ts';
import { remoteFor } from '../../support/remotes.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const directory = temporaryDirectories('grafana');
const http = createHttp({ transport: 'one-shot' });
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});
afterAll(() => http.close());

const TOKEN = 'glsa_c4n4ry';
const signal = new AbortController().signal;
const BEGUN: Annotation = { start_ms: 1_000, text: 'failover begins', tags: ['mdops', 'failover'] };
const ENDED: Required<Annotation> = { ...BEGUN, end_ms: 9_000, text: 'failover: exit 0' };

async function grafana(version?: string): Promise<GrafanaStandIn> {
  const standIn = await startGrafana({ token: TOKEN, ...(version === undefined ? {} : { version }) });
  standIn.addDashboard('other', 'Other');
  standIn.addDashboard('md-platform', 'Market data');
  open.push(standIn);
  return standIn;
}

function client(url: string, dashboardUid?: string, timeoutMs = 1_000): GrafanaAnnotations {
  return createGrafanaAnnotations({
    remote: remoteFor(http, 'grafana'),
    url,
    headers: loginHeaders({ token: new Secret(TOKEN, 'TEST') }),
    timeoutMs,
    dashboardUid,
    panelId: 4,
  });
}

describe.each(['7.5.17', '8.5.27', '9.0.0', '11.6.0'])('Grafana %s', (version) => {
  test('a region is opened and closed on the dashboard with the uid', async () => {
    const standIn = await grafana(version);
    const annotations = client(standIn.url, 'md-platform');
    const begun = await annotations.write(BEGUN);
    expect(begun).toEqual({ ok: true, id: 1 });
    expect(await annotations.close(1, ENDED)).toEqual({ ok: true });
    expect([...standIn.state.annotations.values()]).toEqual([
      {
        id: 1,
        time: 1_000,
        timeEnd: 9_000,
        text: 'failover: exit 0',
        tags: ['mdops', 'failover'],
        dashboardId: 2,
        panelId: 4,
      },
    ]);
  });

  test('without a dashboard it is for the organisation, in one request', async () => {
    const standIn = await grafana(version);
    await client(standIn.url).write(ENDED);
    expect([...standIn.state.annotations.values()].map(({ dashboardId }) => dashboardId)).toEqual([0]);
    expect(standIn.requests).toHaveLength(1);
  });
});

test('a wrong token is told in words without it', async () => {
  const standIn = await startGrafana({ token: 'another' });
  open.push(standIn);
  const delivery = await client(standIn.url).write(BEGUN);
  expect(delivery).toMatchObject({ ok: false, retryable: false });
  expect(JSON.stringify(delivery)).toContain('Unauthorized');
  expect(JSON.stringify(delivery)).not.toContain(TOKEN);
});

test('what was spooled is written later with its own times: whole regions, and ends of open ones', async () => {
  const standIn = await grafana();
  const annotations = client(standIn.url, 'md-platform');
  await annotations.write(BEGUN);
  const { spool } = plainRun(directory());
  await spool.add('annotation', annotationBody({ id: 1, annotation: ENDED }));
  await spool.add(
    'annotation',
    annotationBody({ id: null, annotation: { ...ENDED, start_ms: 20_000, end_ms: 30_000 } }),
  );
  await spool.add('annotation', annotationBody({ id: 77, annotation: ENDED }));
  await spool.add('annotation', { foreign: true });
  const report = await spool.flush({ annotation: createAnnotationSender(annotations) }, signal);
  // The third region was deleted meanwhile, the fourth record is nobody's.
  expect(report).toMatchObject({ delivered: 2, dropped: 2, kept: 0 });
  expect([...standIn.state.annotations.values()].map(({ time, timeEnd }) => [time, timeEnd])).toEqual([
    [1_000, 9_000],
    [20_000, 30_000],
  ]);
});

test.each(FAULT_KINDS)(
  'a server that does "%s" fails the annotation in time and stores nothing twice',
  async (kind) => {
    const server = await startFaultServer(kind);
    open.push(server);
    const sinceMs = performance.now();
    const delivery = await client(server.url, undefined, 250).write(BEGUN);
    expect(performance.now() - sinceMs).toBeLessThan(1_250);
    expect(delivery.ok).toBe(false);
    expect(JSON.stringify(delivery)).not.toContain(TOKEN);
    // What may have been stored is not sent again.
    const mayRepeat = ['429', '429 with retry-after', '503'].includes(kind);
    if (!mayRepeat) expect(server.requests().length).toBeLessThan(2);
  },
);
