// `mdops dashboards` against the versions of Grafana that are in use.

import { describe, expect, test } from 'vitest';
import { grafanaWorld, HEADER, reportOf } from '../support/grafana-platform.ts';

const world = grafanaWorld('dashboards-versions');

// The newest of those that differ: no folder uids, no datasources by uid, no alerting, no list of rules, flat names.
describe.each(['7.5.17', '8.5.27', '9.0.9', '9.2.0', '10.2.0', '13.1.0'])('Grafana %s', (version) => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const hasAlerting = major > 9 || (major === 9 && minor >= 1);

  test('push, then no drift in what the version has; what it has not is said', async () => {
    await world.serve({ version, nestedFolders: major >= 10 });
    const ran = await world.dashboards('push', '--yes');
    expect(ran.exit, ran.stdout + ran.stderr).toBe(hasAlerting ? 0 : 1);
    expect(world.grafana.state.dashboards.get('ctp-ops')?.folderUid).toBe('ctp-operations');
    const diff = await world.dashboards('diff', '--json');
    expect(diff.exit, diff.stdout).toBe(hasAlerting ? 0 : 3);
    const alerting = hasAlerting ? 'looked' : 'not on this version';
    expect(reportOf(diff).kinds.map(({ state }) => state)).toEqual([
      ...['looked', 'looked', 'looked'],
      ...[alerting, alerting, alerting],
    ]);
    const said = 'not on this version: contact points, notification policies, alert rules';
    expect(diff.stdout.includes(said)).toBe(!hasAlerting);
    // A datasource is changed in place and keeps its secret; everything else is left as it is.
    const writes = world.writes().length;
    world.env['PROMETHEUS_URL'] = 'http://moved.example:9090';
    await world.dashboards('push', '--yes');
    const source = world.grafana.state.datasources.get('ctp-prometheus');
    expect(source?.fields['url']).toBe('http://moved.example:9090');
    expect(source?.secrets['httpHeaderValue1']).toBe(HEADER);
    expect(world.writes()).toHaveLength(writes + 1);
  });
});

test('a server without folders in folders says so; what can be sent is sent', async () => {
  await world.serve({ version: '10.2.0', nestedFolders: false });
  const ran = await world.dashboards('push', '--yes');
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toContain('folder Feeds');
  const again = await world.dashboards('push', '--yes');
  expect(again.stdout).toContain('has no folders in folders');
  expect(world.grafana.state.dashboards.size).toBe(2);
});
