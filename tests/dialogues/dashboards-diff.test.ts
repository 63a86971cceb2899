// `mdops dashboards diff`: what is drift, what is not, and what could not be seen.

import { describe, expect, test } from 'vitest';
import { grafanaWorld, OPS } from '../support/grafana-platform.ts';

const world = grafanaWorld('dashboards-drift');

test('what a server and its editor add is no drift', async () => {
  await world.pushed();
  world.change('ctp-ops', (model) => ({
    ...model,
    iteration: 1_700_000_000,
    editable: true,
    fiscalYearStartMonth: 0,
    graphTooltip: 0,
    links: [],
    liveNow: false,
    weekStart: '',
    schemaVersion: 41,
    tags: ['ctp', 'mdops'],
    annotations: {
      list: [{ builtIn: 1, datasource: { type: 'grafana', uid: '-- Grafana --' }, name: 'Annotations & Alerts' }],
    },
    panels: (model['panels'] as Record<string, unknown>[])
      .map((panel) => ({ ...panel, pluginVersion: '11.6.0', transparent: false }))
      .reverse(),
    templating: {
      list: [
        { ...OPS.templating.list[0], current: { text: 'Prometheus', value: 'ctp-prometheus' }, options: [], hide: 0 },
        OPS.templating.list[1],
      ],
    },
  }));
  expect(await world.drift()).toEqual([]);
});

test('what somebody changed by hand is named by kind, object, path and both values', async () => {
  await world.pushed();
  const { state } = world.grafana;
  world.change('ctp-ops', (model) => {
    const panels = model['panels'] as { title: string; targets: { expr: string }[] }[];
    panels[0]!.targets[0]!.expr = 'md_throughput_mps';
    return { ...model, refresh: '5s' };
  });
  const folder = state.folders.get('ctp-operations')!;
  state.folders.set('ctp-operations', { ...folder, title: 'Ops' });
  const source = state.datasources.get('ctp-prometheus')!;
  state.datasources.set('ctp-prometheus', {
    ...source,
    fields: { ...source.fields, url: 'http://elsewhere:9090' },
    secrets: {},
  });
  const rule = state.rules.get('ctp-throughput-low')!;
  state.rules.set(rule.uid, { ...rule, fields: { ...rule.fields, for: '10m', isPaused: true } });
  state.intervals.set('ctp-operations/throughput', 60);
  const point = state.contactPoints.get('ctp-slack')!;
  state.contactPoints.set('ctp-slack', { ...point, settings: { recipient: '#elsewhere' } });
  state.policies.tree = { ...state.policies.tree, routes: [] };
  expect(await world.drift()).toEqual([
    'folder ctp-operations changed title',
    'datasource ctp-prometheus changed secureJsonData',
    'datasource ctp-prometheus changed url',
    'dashboard ctp-ops changed panels[Throughput].targets[A].expr',
    'dashboard ctp-ops changed refresh',
    'contact-point ctp-slack changed settings.recipient',
    'policy policies changed routes',
    'alert-rule ctp-throughput-low changed for',
    'alert-rule ctp-throughput-low changed interval',
    'alert-rule ctp-throughput-low changed isPaused',
  ]);
  const said = await world.dashboards('diff');
  expect(said.stdout).toContain('"md_throughput_mps{feed=\\"$feed\\"}"');
  expect(said.stdout).toContain('Grafana  "md_throughput_mps"');
  // The value behind a reference may be a secret: neither side of it is shown.
  expect(said.stdout).toContain('"$PROMETHEUS_URL"');
  expect(said.stdout).not.toContain('elsewhere:9090');
  await world.pushed();
  expect(await world.drift()).toEqual([]);
});

test('search is followed to its last page', async () => {
  await world.pushed();
  const { state } = world.grafana;
  for (let at = 0; at < 2_300; at += 1) {
    const uid = `other-${at}`;
    state.dashboards.set(uid, {
      id: 1_000 + at,
      uid,
      title: `A ${at}`,
      folderUid: '',
      version: 1,
      model: { title: `A ${at}` },
    });
  }
  state.dashboards.set('late', {
    id: 9_999,
    uid: 'late',
    title: 'Z',
    folderUid: 'ctp-operations',
    version: 1,
    model: { title: 'Z' },
  });
  expect(await world.drift('--only', 'dashboard')).toEqual(['dashboard late extra']);
});

describe('could not look', () => {
  test('at one kind: the others are shown, the exit is 3', async () => {
    await world.serve({ role: 'Editor' });
    const ran = await world.dashboards('diff');
    expect(ran.exit).toBe(3);
    expect(ran.stdout).toContain('? datasources: could not look: Cannot list datasources');
    expect(ran.stdout).toContain('Permissions needed: datasources:read');
    expect(ran.stdout).toContain('dashboard Market Data Ops (ctp-ops): missing');
    const push = await world.dashboards('push', '--yes');
    expect(push.exit).toBe(3);
    expect(world.writes()).toEqual([]);
  });

  test('with a wrong token: said once, without the token', async () => {
    world.env['GRAFANA_TOKEN'] = 'glsa_wrong_c4n4ry';
    const ran = await world.dashboards('diff');
    expect(ran.exit).toBe(3);
    expect(ran.stdout).toContain('nothing could be looked at');
    expect(ran.stdout.match(/Unauthorized/g)).toHaveLength(1);
    expect(ran.stdout + ran.stderr).not.toContain('c4n4ry');
    expect(world.grafana.requests).toHaveLength(2);
  });

  test('behind a value that is not set here: the path and the name', async () => {
    await world.pushed();
    delete world.env['PROMETHEUS_URL'];
    const ran = await world.dashboards('diff');
    expect(ran.exit).toBe(3);
    expect(ran.stdout).toContain('datasource Prometheus (ctp): url: $PROMETHEUS_URL is not set here');
  });
});
