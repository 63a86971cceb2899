// Every call to Grafana against every way a server can misbehave: a fault of ours, in time, and nothing sent twice.

import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { isFault } from '../../../lib/base/fault.ts';
import type { GrafanaKind, GrafanaObject, LiveObject } from '../../../lib/base/grafana-objects.ts';
import { Secret } from '../../../lib/base/secret.ts';
import type { Grafana } from '../../../lib/clients/grafana/kind-client.ts';
import { openGrafana } from '../../../lib/clients/grafana/open-grafana.ts';
import { createHttp } from '../../../lib/effects/real-http.ts';
import { loginHeaders } from '../../../lib/services/remote/login.ts';
import {
  ADDRESS_FAULTS,
  FAULT_KINDS,
  type FaultKind,
  type PlainAnswer,
  type SeenRequest,
  startFaultServer,
} from '../../../lib/sim/fault-server.ts';
import { type GrafanaOptions, type GrafanaStandIn, startGrafana } from '../../../lib/sim/stand-ins/grafana.ts';
import { remoteFor } from '../../support/remotes.ts';

const TOKEN = 'glsa_c4n4ry';
const http = createHttp({ transport: 'pooled' });
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});
afterAll(() => http.close());

function client(url: string, timeoutMs: number): Grafana {
  return openGrafana({
    remote: remoteFor(http, 'grafana'),
    url,
    headers: loginHeaders({ token: new Secret(TOKEN, 'TEST') }),
    timeoutMs,
    signal: new AbortController().signal,
  });
}

const RULE = { uid: 'r', title: 'R', folderUID: 'f', ruleGroup: 'g', condition: 'A', data: [] };
/** What a well server answers, by the beginning of the path. */
const WELL: readonly (readonly [method: string, path: RegExp, body: unknown])[] = [
  ['GET', /^\/api\/health/, { version: '11.6.0' }],
  ['GET', /^\/api\/search/, []],
  ['GET', /^\/api\/datasources$/, [{ id: 1, uid: 'd', name: 'D' }]],
  ['GET', /^\/api\/v1\/provisioning\/alert-rules$/, [RULE]],
  ['GET', /^\/api\/v1\/provisioning\/alert-rules\/r/, RULE],
  ['GET', /rule-groups/, { interval: 60, rules: [] }],
  ['GET', /contact-points/, []],
  ['GET', /./, { uid: 'f', title: 'F', version: 1, dashboard: {}, meta: {} }],
  ['', /./, {}],
];

function answerWell({ method, path }: SeenRequest): PlainAnswer {
  const found = WELL.find(([wanted, pattern]) => (wanted === '' || wanted === method) && pattern.test(path));
  return { status: 200, body: JSON.stringify(found?.[2] ?? {}) };
}

const KEEP = { overwrite: false, message: 'test' };

function live(kind: GrafanaKind, id: string, spec: LiveObject['spec'] = {}): LiveObject {
  return { kind, id, title: 'old', spec, lockedBy: null, handle: {} };
}

function wanted(kind: GrafanaKind, id: string, spec: GrafanaObject['spec'] = {}): GrafanaObject {
  return { kind, id, title: 'new', spec };
}

const ruleSpec = { folderUid: 'f', ruleGroup: 'g', interval: '30s' };
/** A call → the request that misbehaves, and what is asked. */
const CALLS: Readonly<Record<string, readonly [target: RegExp, ask: (grafana: Grafana) => Promise<unknown>]>> = {
  'ask the version': [/^GET \/api\/health/, (grafana) => grafana.version()],
  'list folders': [/^GET \/api\/search/, (grafana) => grafana.of('folder').look([], () => true)],
  'read a folder': [/^GET \/api\/folders\/f/, (grafana) => grafana.of('folder').read('f')],
  'create a folder': [
    /^POST \/api\/folders$/,
    (grafana) => grafana.of('folder').write(wanted('folder', 'f'), null, KEEP),
  ],
  'rename a folder': [
    /^PUT \/api\/folders\/f/,
    (grafana) => grafana.of('folder').write(wanted('folder', 'f'), live('folder', 'f'), KEEP),
  ],
  'move a folder': [
    /^POST \/api\/folders\/f\/move/,
    (grafana) => grafana.of('folder').write(wanted('folder', 'f', { parentUid: 'p' }), live('folder', 'f'), KEEP),
  ],
  'remove a folder': [/^DELETE /, (grafana) => grafana.of('folder').remove(live('folder', 'f'))],
  'list dashboards': [/^GET \/api\/search/, (grafana) => grafana.of('dashboard').look([], () => true)],
  'read a dashboard': [/^GET \/api\/dashboards/, (grafana) => grafana.of('dashboard').read('b')],
  'save a dashboard': [
    /^POST \/api\/dashboards/,
    (grafana) => grafana.of('dashboard').write(wanted('dashboard', 'b', { folderUid: 'f' }), null, KEEP),
  ],
  'remove a dashboard': [/^DELETE /, (grafana) => grafana.of('dashboard').remove(live('dashboard', 'b'))],
  'list datasources': [/^GET \/api\/datasources$/, (grafana) => grafana.of('datasource').look(['d'], () => false)],
  'read a datasource': [/^GET \/api\/datasources\/uid/, (grafana) => grafana.of('datasource').read('d')],
  'create a datasource': [/^POST /, (grafana) => grafana.of('datasource').write(wanted('datasource', 'd'), null, KEEP)],
  'change a datasource': [
    /^PUT /,
    (grafana) => grafana.of('datasource').write(wanted('datasource', 'd'), live('datasource', 'd'), KEEP),
  ],
  'remove a datasource': [/^DELETE /, (grafana) => grafana.of('datasource').remove(live('datasource', 'd'))],
  'list contact points': [/^GET .*contact-points/, (grafana) => grafana.of('contact-point').look([], () => true)],
  'create a contact point': [
    /^POST /,
    (grafana) => grafana.of('contact-point').write(wanted('contact-point', 'c'), null, KEEP),
  ],
  'change a contact point': [
    /^PUT /,
    (grafana) => grafana.of('contact-point').write(wanted('contact-point', 'c'), live('contact-point', 'c'), KEEP),
  ],
  'remove a contact point': [/^DELETE /, (grafana) => grafana.of('contact-point').remove(live('contact-point', 'c'))],
  'read the policies': [/^GET .*policies/, (grafana) => grafana.of('policy').read('policies')],
  'replace the policies': [
    /^PUT /,
    (grafana) => grafana.of('policy').write(wanted('policy', 'policies'), live('policy', 'policies'), KEEP),
  ],
  'reset the policies': [/^DELETE /, (grafana) => grafana.of('policy').remove(live('policy', 'policies'))],
  'list rules': [/^GET .*alert-rules$/, (grafana) => grafana.of('alert-rule').look([], () => true)],
  'read a rule': [/^GET .*alert-rules\/r/, (grafana) => grafana.of('alert-rule').read('r')],
  'read a group': [/^GET .*rule-groups/, (grafana) => grafana.of('alert-rule').read('r')],
  'create a rule': [
    /^POST /,
    (grafana) => grafana.of('alert-rule').write(wanted('alert-rule', 'r', ruleSpec), null, KEEP),
  ],
  'change a rule': [
    /^PUT .*alert-rules/,
    (grafana) => grafana.of('alert-rule').write(wanted('alert-rule', 'r', ruleSpec), live('alert-rule', 'r'), KEEP),
  ],
  'set the interval of a group': [
    /^PUT .*rule-groups/,
    (grafana) => grafana.of('alert-rule').write(wanted('alert-rule', 'r', ruleSpec), live('alert-rule', 'r'), KEEP),
  ],
  'remove a rule': [/^DELETE /, (grafana) => grafana.of('alert-rule').remove(live('alert-rule', 'r'))],
};

const WELL_MEANT = ['ok', 'accepted', '200 wrong type'];
/** Turned away before anything was done: these may be sent again. */
const TURNED_AWAY = ['429', '429 with retry-after', '429 for an hour', '503'];
const TIMEOUT_MS = 300;

async function meet(kind: FaultKind, name: string): Promise<void> {
  const [target, ask] = CALLS[name]!;
  const isTarget = ({ method, path }: SeenRequest): boolean => target.test(`${method} ${path}`);
  const isAddress = (ADDRESS_FAULTS as readonly string[]).includes(kind);
  const server = await startFaultServer(
    isAddress ? (kind as 'refused') : (request) => (isTarget(request) ? (kind as '404') : answerWell(request)),
  );
  open.push(server);
  const sinceMs = performance.now();
  const error = await ask(client(server.url, TIMEOUT_MS)).then(
    (value) => ({ value }),
    (thrown: unknown) => thrown,
  );
  expect(performance.now() - sinceMs, name).toBeLessThan(4 * TIMEOUT_MS + 2_000);
  expect(isFault(error), `${name}: ${JSON.stringify(error)}`).toBe(true);
  const { message, hint, facts } = error as { message: string; hint: string; facts: object };
  expect(message + hint + JSON.stringify(facts), name).not.toContain(TOKEN);
  expect(message, name).toMatch(/^Cannot /);
  const sent = server.requests().filter((request) => isTarget(request) && request.method === 'POST');
  if (!TURNED_AWAY.includes(kind)) expect(sent.length, name).toBeLessThan(2);
  for (const { headers } of server.requests()) expect(headers['authorization']).toBe(`Bearer ${TOKEN}`);
}

describe.each(FAULT_KINDS.filter((kind) => !WELL_MEANT.includes(kind)))('a server that does "%s"', (kind) => {
  test('fails every call in time, in words without the token, and gets no POST twice', async () => {
    const names = (ADDRESS_FAULTS as readonly string[]).includes(kind) ? ['ask the version'] : Object.keys(CALLS);
    await Promise.all(names.map((name) => meet(kind, name)));
  });
});

async function grafana(options: GrafanaOptions): Promise<GrafanaStandIn> {
  const standIn = await startGrafana({ token: TOKEN, ...options });
  open.push(standIn);
  return standIn;
}

test('a page of a proxy is never taken for "not there"', async () => {
  const server = await startFaultServer(() => ({ status: 404, body: '<html>nothing here</html>' }));
  open.push(server);
  await expect(client(server.url, 500).of('folder').read('f')).rejects.toMatchObject({
    code: 'grafana answer unexpected',
  });
});

test.each<[string, number, object, string]>([
  ['401', 401, { message: 'Invalid API key' }, 'grafana token refused'],
  ['403', 403, { message: "You'll need additional permissions" }, 'grafana permission missing'],
  ['409', 409, { message: 'name exists' }, 'grafana object changed meanwhile'],
  ['412', 412, { message: 'changed', status: 'version-mismatch' }, 'grafana object changed meanwhile'],
  ['400', 400, { message: 'Cannot save provisioned dashboard' }, 'grafana object provisioned elsewhere'],
  ['500', 500, { message: "cannot change provenance from 'file' to ''" }, 'remote failed'],
])('status %s is told in Grafana’s words with what to do', async (_name, status, body, code) => {
  const server = await startFaultServer({ status, body: JSON.stringify(body) });
  open.push(server);
  const error: unknown = await client(server.url, 500)
    .of('dashboard')
    .write(wanted('dashboard', 'b', { folderUid: '' }), null, KEEP)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code, message: expect.stringContaining((body as { message: string }).message) });
  expect((error as { hint: string }).hint.length).toBeGreaterThan(10);
});

test('a server that limits its rate is asked again when it said, and everything arrives', async () => {
  const standIn = await grafana({ mostPerSecond: 5 });
  for (let at = 0; at < 8; at += 1) standIn.addDashboard(`d${at}`, `D ${at}`);
  const { objects } = await client(standIn.url, 10_000)
    .of('dashboard')
    .look([], () => true);
  expect(objects).toHaveLength(8);
  expect(standIn.requests.length).toBeGreaterThan(9);
});

test('a server that hides its version is taken for a recent one', async () => {
  const standIn = await grafana({ hidesVersion: true });
  const asked = client(standIn.url, 1_000);
  expect(await asked.version()).toBe(null);
  expect((await asked.of('alert-rule').look([], () => true)).objects).toEqual([]);
});
