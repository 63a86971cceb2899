// `mdops dashboards export`, and back again.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of dashboards.

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { grafanaWorld, ROOT, reportOf } from '../support/grafana-platform.ts';

const world = grafanaWorld('dashboards-export');

describe('export', () => {
  function fill(): void {
    const { state } = world.grafana;
    state.folders.set('f1', { id: 1, uid: 'f1', title: 'Team / A', parentUid: '', version: 1 });
    state.folders.set('f2', { id: 2, uid: 'f2', title: 'Inner', parentUid: 'f1', version: 1 });
    const panel = (id: number, uid: string) => ({
      id,
      title: `p${id}`,
      pluginVersion: '11.6.0',
      datasource: { type: 'prometheus', uid },
      targets: [{ refId: 'A', datasource: { type: 'prometheus', uid }, expr: 'up' }],
    });
    for (const [at, folderUid] of ['f1', 'f2', ''].entries()) {
      const uid = `d${at}`;
      const model = {
        id: at + 1,
        uid,
        title: 'Same title',
        version: 3,
        panels: [panel(1, 'P1'), panel(2, 'P2'), panel(3, '-- Mixed --')],
      };
      state.dashboards.set(uid, { id: at + 1, uid, title: 'Same title', folderUid, version: 3, model });
    }
    state.datasources.set('P1', {
      id: 1,
      uid: 'P1',
      name: 'Prom',
      type: 'prometheus',
      version: 2,
      readOnly: false,
      fields: { access: 'proxy', url: 'http://p:9090', jsonData: { label: '$x' } },
      secrets: { basicAuthPassword: 'c4n4ry' },
    });
    state.contactPoints.set('cp1', {
      uid: 'cp1',
      name: 'pager',
      type: 'pagerduty',
      settings: {},
      secrets: { integrationKey: 'c4n4ry' },
      disableResolveMessage: true,
      provenance: '',
    });
    state.policies.tree = {
      receiver: 'pager',
      routes: [{ receiver: 'pager', object_matchers: [['team', '=~', 'a|b']], continue: true }],
    };
    state.rules.set('r1', {
      uid: 'r1',
      title: 'Rule',
      folderUid: 'f2',
      group: 'g',
      provenance: '',
      fields: {
        condition: 'A',
        data: [
          {
            refId: 'A',
            queryType: '',
            datasourceUid: 'P1',
            relativeTimeRange: { from: 300, to: 0 },
            model: { expr: 'up == 0', refId: 'A' },
          },
        ],
        for: '2m',
        labels: {},
        annotations: { text: '{{ $labels.x }}' },
        noDataState: 'OK',
        execErrState: 'Error',
      },
    });
    state.intervals.set('f2/g', 120);
  }

  test('of everything, and then there is no drift against the files', async () => {
    rmSync(join(world.cwd, ROOT), { recursive: true });
    fill();
    const ran = await world.dashboards('export', '--all', '--platform', 'ctp');
    expect(ran.exit, ran.stderr).toBe(0);
    const root = join(world.cwd, ROOT);
    const first = readFileSync(join(root, 'dashboards/Team - A/same-title.json'), 'utf8');
    expect(first).toContain('"uid": "${ds_prometheus}"');
    expect(first).toContain('"uid": "${ds_prometheus_2}"');
    expect(first).toContain('"-- Mixed --"');
    expect(first).not.toMatch(/"version"|pluginVersion|"id": "?d/);
    expect(existsSync(join(root, 'dashboards/Team - A/Inner/same-title.json'))).toBe(true);
    expect(existsSync(join(root, 'dashboards/same-title.json'))).toBe(true);
    expect(readFileSync(join(root, 'provisioning/datasources/exported.yml'), 'utf8')).toContain(
      'basicAuthPassword: $PROM_BASICAUTHPASSWORD',
    );
    expect(readFileSync(join(root, 'provisioning/alerting/exported-contact-points.yml'), 'utf8')).toContain(
      'integrationKey: $PAGER_INTEGRATIONKEY',
    );
    expect(await world.drift()).toEqual([]);
    const diff = await world.dashboards('diff');
    expect(diff.exit, diff.stdout).toBe(0);
    const again = await world.dashboards('export', '--all', '--platform', 'ctp');
    expect(again.stdout).toContain('the files have them already');
  });

  test('what was exported can be pushed to an empty server', async () => {
    rmSync(join(world.cwd, ROOT), { recursive: true });
    fill();
    await world.dashboards('export', '--all', '--platform', 'ctp');
    await world.serve();
    world.env['PROM_BASICAUTHPASSWORD'] = 'abcdef';
    world.env['PAGER_INTEGRATIONKEY'] = 'abcdef';
    world.env['GRAFANA_DEFAULT_EMAIL_ADDRESSES'] = 'x';
    await world.pushed();
    expect((await world.dashboards('diff')).exit).toBe(0);
  });

  test('of one folder takes what lies in it, and of one uid only that', async () => {
    fill();
    const ran = await world.dashboards('export', '--folder', 'Inner', 'out', '--json');
    expect(
      reportOf(ran)
        .files.map(({ path }) => path)
        .sort(),
    ).toEqual([
      'out/dashboards/Team - A/Inner/folder.yml',
      'out/dashboards/Team - A/Inner/same-title.json',
      'out/dashboards/Team - A/folder.yml',
      'out/provisioning/alerting/exported-rules.yml',
    ]);
    const one = await world.dashboards('export', '--uid', 'd2', '--uid', 'nothing', 'one', '--json');
    expect(one.exit).toBe(1);
    expect(reportOf(one).files.map(({ path }) => path)).toEqual(['one/dashboards/same-title.json']);
    const typo = await world.dashboards('export', '--folder', 'Innner', 'out');
    expect(typo.exit).toBe(64);
    expect(typo.stderr).toContain('"Inner"');
  });

  test('never overwrites silently: it says what changed, and wants a yes', async () => {
    await world.pushed();
    world.change('ctp-ops', (model) => ({ ...model, refresh: '5s' }));
    const file = join(world.cwd, ROOT, 'dashboards/Operations/ops.json');
    const before = readFileSync(file, 'utf8');
    const asked = await world.dashboards('export', '--platform', 'ctp');
    expect(asked.exit).toBe(64);
    expect(asked.stderr).toContain('dashboard Market Data Ops differs at refresh');
    expect(readFileSync(file, 'utf8')).toBe(before);
    const planned = await world.dashboards('export', '--platform', 'ctp', '-n');
    expect(planned.exit, planned.stderr).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(before);
    const ran = await world.dashboards('export', '--platform', 'ctp', '--yes');
    expect(ran.exit, ran.stderr).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('"refresh": "5s"');
    expect(await world.drift()).toEqual([]);
  });
});
