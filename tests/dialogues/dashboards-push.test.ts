// `mdops dashboards push`: what is sent, in which order, and what is left alone.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { grafanaWorld, HEADER, ROOT, reportOf, TOKEN, WEBHOOK, WRITES } from '../support/grafana-platform.ts';

const world = grafanaWorld('dashboards-push');

test('everything is missing, is pushed in order, and then there is no drift and nothing to send', async () => {
  const before = await world.dashboards('diff');
  expect(before.exit, before.stderr).toBe(1);
  expect(before.stdout).toContain('− dashboard Market Data Ops (ctp-ops): missing in Grafana');
  expect(before.stdout).toContain('drift: 7 missing, 1 changed');
  expect(world.writes()).toEqual([]);
  await world.pushed();
  expect(world.writes()).toEqual(WRITES);
  const after = await world.dashboards('diff');
  expect(after.exit, after.stdout).toBe(0);
  expect(after.stdout).toContain('no drift');
  const again = await world.pushed();
  expect(again.stdout).toContain('nothing to send');
  expect(world.writes()).toEqual(WRITES);
  // What was stored is the secret itself, not the name it has in the files.
  expect(world.grafana.state.contactPoints.get('ctp-slack')?.secrets['url']).toBe(WEBHOOK);
  expect(world.grafana.state.datasources.get('ctp-prometheus')?.secrets['httpHeaderValue1']).toBe(HEADER);
  expect(world.grafana.state.dashboards.get('ctp-ops')?.folderUid).toBe('ctp-operations');
  const annotations = world.grafana.state.rules.get('ctp-throughput-low')?.fields['annotations'];
  expect(annotations).toEqual({ summary: 'throughput {{ $values.A }}' });
  expect(world.grafana.state.folders.get('ctp-operations-feeds')?.parentUid).toBe('ctp-operations');
});

test('a dry run writes nothing, and its plan is the plan that the real run executes', async () => {
  const planned = await world.dashboards('push', '-n', '--json');
  expect(planned.exit, planned.stderr).toBe(0);
  expect(world.writes()).toEqual([]);
  const real = await world.dashboards('push', '--yes', '--json');
  expect(reportOf(real).run?.plan_hash).toBe(reportOf(planned).run?.plan_hash);
  expect(reportOf(planned).actions.map(({ verb, id }) => `${verb} ${id}`)).toEqual(
    reportOf(real).actions.map(({ verb, id }) => `${verb} ${id}`),
  );
});

test('only what is ours is extra, and it is removed only by --prune', async () => {
  await world.pushed();
  const { state } = world.grafana;
  world.grafana.addDashboard('foreign', 'Of another team');
  const ours = { id: 90, title: 'Left over', version: 1, model: { title: 'Left over', tags: ['mdops', 'ctp'] } };
  state.dashboards.set('in-folder', {
    ...ours,
    uid: 'in-folder',
    folderUid: 'ctp-operations',
    model: { title: 'Left over' },
  });
  state.dashboards.set('by-tag', { ...ours, uid: 'by-tag', id: 91, folderUid: '' });
  state.folders.set('ctp-old', { id: 92, uid: 'ctp-old', title: 'Old', parentUid: '', version: 1 });
  const rule = state.rules.get('ctp-throughput-low')!;
  state.rules.set('old-rule', { ...rule, uid: 'old-rule', title: 'Old rule' });
  const extra = [
    'folder ctp-old extra',
    'dashboard by-tag extra',
    'dashboard in-folder extra',
    'alert-rule old-rule extra',
  ];
  expect((await world.drift()).sort()).toEqual(extra.sort());
  const left = await world.dashboards('push', '--yes', '--json');
  expect(left.exit, left.stderr).toBe(0);
  expect(
    reportOf(left)
      .left.map(({ id }) => id)
      .sort(),
  ).toEqual(['by-tag', 'ctp-old', 'in-folder', 'old-rule']);
  const asked = await world.dashboards('push', '--prune');
  expect(asked.exit, asked.stdout).toBe(64);
  expect(asked.stderr).toContain('give it with --yes');
  expect(state.dashboards.has('by-tag')).toBe(true);
  const pruned = await world.pushed('--prune', '--json');
  expect(reportOf(pruned).actions.map(({ verb, kind }) => `${verb} ${kind}`)).toEqual([
    'remove alert-rule',
    'remove dashboard',
    'remove dashboard',
    'remove folder',
  ]);
  expect([...state.dashboards.keys()].sort()).toEqual(['ctp-feed', 'ctp-ops', 'foreign']);
  expect([...state.rules.keys()]).toEqual(['ctp-throughput-low']);
});

test('a change of a rule keeps the other rules of its group', async () => {
  await world.pushed();
  const { state } = world.grafana;
  const rule = state.rules.get('ctp-throughput-low')!;
  state.rules.set('by-hand', { ...rule, uid: 'by-hand', title: 'By hand' });
  state.intervals.set('ctp-operations/throughput', 60);
  await world.pushed('--only', 'alert-rule');
  expect([...state.rules.keys()].sort()).toEqual(['by-hand', 'ctp-throughput-low']);
  expect(state.intervals.get('ctp-operations/throughput')).toBe(30);
});

test('notification policies are replaced only after a yes, and nothing else is sent without it', async () => {
  const ran = await world.dashboards('push');
  expect(ran.exit).toBe(64);
  expect(ran.stderr).toContain('policies: receiver: files "ctp-ops", Grafana "grafana-default-email"');
  expect(ran.stderr).toContain('Replace all notification policies');
  expect(world.writes()).toEqual([]);
});

test('what the server has from its own files is named with what to do, and the rest is sent', async () => {
  await world.pushed();
  const { state } = world.grafana;
  const held = state.dashboards.get('ctp-ops')!;
  state.dashboards.set('ctp-ops', {
    ...held,
    provisionedFrom: 'ops/ops.json',
    model: { ...held.model, refresh: '5s' },
  });
  const rule = state.rules.get('ctp-throughput-low')!;
  state.rules.set(rule.uid, { ...rule, provenance: 'file', fields: { ...rule.fields, for: '1m' } });
  state.dashboards.delete('ctp-feed');
  const ran = await world.dashboards('push', '--yes', '--json');
  expect(ran.exit, ran.stderr).toBe(1);
  const { blocked, actions } = reportOf(ran);
  expect(blocked.map(({ id }) => id)).toEqual(['ctp-ops', 'ctp-throughput-low']);
  expect(blocked[0]?.reason).toContain('ops/ops.json');
  expect(blocked[0]?.reason).toContain('allowUiUpdates');
  expect(actions.map(({ verb, id }) => `${verb} ${id}`)).toEqual(['create ctp-feed']);
});

test('what came through the API with its mark stays marked: a server refuses to take it off', async () => {
  await world.pushed();
  const { state } = world.grafana;
  const point = state.contactPoints.get('ctp-slack')!;
  state.contactPoints.set(point.uid, { ...point, provenance: 'api', settings: { recipient: '#other' } });
  await world.pushed();
  expect(state.contactPoints.get('ctp-slack')).toMatchObject({ provenance: 'api', settings: { recipient: '#md-ops' } });
});

test('a value that is not set here keeps everything from being sent; its twin with _FILE will do', async () => {
  delete world.env['SLACK_WEBHOOK'];
  const ran = await world.dashboards('push', '--yes');
  expect(ran.exit).toBe(78);
  expect(ran.stderr).toContain('contact point ctp-ops (slack) wants $SLACK_WEBHOOK');
  expect(world.writes()).toEqual([]);
  world.write('webhook', `${WEBHOOK}\n`);
  world.env['SLACK_WEBHOOK_FILE'] = join(world.cwd, 'webhook');
  await world.pushed();
  expect(world.grafana.state.contactPoints.get('ctp-slack')?.secrets['url']).toBe(WEBHOOK);
});

test('no secret is in any output, log, journal or request line, also when the server quotes it', async () => {
  const quoting = { status: 400, body: { message: `invalid URL ${WEBHOOK}` } };
  await world.serve({
    routes: () => [({ method, path }) => (method === 'POST' && path.endsWith('/contact-points') ? quoting : null)],
  });
  const rans = [
    await world.dashboards('push', '--yes', '--log-level', 'debug'),
    await world.dashboards('push', '--yes', '--json'),
    await world.dashboards('diff', '--json'),
    await world.dashboards('export', '--yes', '--platform', 'ctp'),
  ];
  expect(rans[0]?.stdout).toContain('invalid URL $SLACK_WEBHOOK');
  const files = readdirSync(world.cwd, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const texts = files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  for (const text of [...rans.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...texts]) {
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain('c4n4ry');
  }
  for (const { path, query } of world.grafana.requests) expect(path + query.toString()).not.toContain('c4n4ry');
});

test('a folder that is too much is not removed while something lies in it, whoever put it there', async () => {
  await world.pushed();
  const { state } = world.grafana;
  state.folders.set('by-hand', { id: 90, uid: 'by-hand', title: 'By hand', parentUid: 'ctp-operations', version: 1 });
  const foreign = world.grafana.addDashboard('foreign', 'Of another team');
  state.dashboards.set('foreign', { ...foreign, folderUid: 'by-hand' });
  const ran = await world.dashboards('push', '--prune', '--yes');
  expect(ran.exit, ran.stdout).toBe(77);
  expect(ran.stdout).toContain('"Of another team" still lie in it');
  expect(state.dashboards.has('foreign')).toBe(true);
  state.dashboards.delete('foreign');
  await world.pushed('--prune');
  expect(state.folders.has('by-hand')).toBe(false);
});

test('what cannot be compared here is said, and is no success', async () => {
  await world.pushed();
  delete world.env['PROMETHEUS_URL'];
  const ran = await world.dashboards('push', '--yes');
  expect(ran.exit).toBe(1);
  expect(ran.stdout).toContain('? datasource Prometheus (ctp): url: $PROMETHEUS_URL is not set here');
  expect(ran.stdout).toContain('not everything could be compared');
});

test('a name that another object has is told as such', async () => {
  await world.serve({ version: '10.4.0' });
  world.grafana.state.folders.set('x', { id: 1, uid: 'x', title: 'Operations', parentUid: '', version: 1 });
  const ran = await world.dashboards('push', '--only', 'folder');
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toContain('a folder with the same name already exists');
  expect(ran.stdout).toContain('folder.yml');
});

test('platforms may share an object, but must agree on it', async () => {
  const shared = (url: string): string =>
    `datasources:\n  - { uid: shared, name: Shared, type: prometheus, url: '${url}' }\n`;
  world.write(`${ROOT}/provisioning/datasources/shared.yml`, shared('http://one'));
  world.write('config/platforms/b25/grafana/provisioning/datasources/shared.yml', shared('http://one'));
  await world.pushed();
  expect(world.grafana.state.datasources.get('shared')?.fields['url']).toBe('http://one');
  world.write('config/platforms/b25/grafana/provisioning/datasources/shared.yml', shared('http://two'));
  const ran = await world.dashboards('push', '--yes');
  expect(ran.exit).toBe(78);
  expect(ran.stderr).toContain('wants the datasource "shared" otherwise than');
});

test('a dollar that nobody escaped is named before Grafana would make nothing of it', async () => {
  const file = `${ROOT}/provisioning/alerting/ctp.yml`;
  world.write(file, readFileSync(join(world.cwd, file), 'utf8').replace('$$values', '$values'));
  const ran = await world.dashboards('push', '--yes');
  expect(ran.exit).toBe(78);
  expect(ran.stderr).toContain('alert rule MD_Throughput_Below_Target wants $values, which is not set here');
});
