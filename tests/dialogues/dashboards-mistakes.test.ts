// What `mdops dashboards` says to an operator who made a mistake.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { grafanaWorld, ROOT } from '../support/grafana-platform.ts';
import { mdops } from '../support/mdops.ts';

const world = grafanaWorld('dashboards-mistakes');

describe('mistakes of the operator', () => {
  test.each<[string, string[], number, string]>([
    ['a platform misspelt', ['diff', '--platform', 'cpt'], 64, 'did you mean ctp?'],
    ['a path that is not there', ['diff', 'nowhere'], 64, 'it does not exist'],
    ['a directory without dashboards', ['diff', 'config'], 64, 'neither dashboards/ nor provisioning/'],
    ['a kind that does not exist', ['diff', '--only', 'panel'], 64, 'wants one of folder, datasource'],
    ['an export to nowhere', ['export'], 64, 'give --platform NAME, or one PATH'],
    ['an address of something else', ['diff', '--url', 'nats://127.0.0.1:1'], 64, 'http:// or https://'],
    ['no verb', [], 64, 'wants one of: build, check, diff, push, export'],
  ])('%s', async (_what, words, exit, said) => {
    const ran = await world.dashboards(...words);
    expect(ran.exit, ran.stdout).toBe(exit);
    expect(ran.stderr).toContain(said);
  });

  test('no address', async () => {
    delete world.env['GRAFANA_URL'];
    const ran = await world.dashboards('diff');
    expect(ran.exit).toBe(78);
    expect(ran.stderr).toContain('give --url or GRAFANA_URL');
  });

  test('a password in the address is refused before anything is written down', async () => {
    const url = `${world.grafana.url.replace('//', '//user:c4n4ry@')}`;
    const ran = await world.dashboards('push', '--url', url);
    expect(ran.exit).toBe(64);
    expect(ran.stderr).toContain('an address without user and password');
    expect(ran.stdout + ran.stderr).not.toContain('c4n4ry');
    expect(existsSync(join(world.cwd, 'logs'))).toBe(false);
  });

  test('broken files are all named at once, and nothing is asked', async () => {
    world.write(`${ROOT}/dashboards/Operations/broken.json`, '{"title":');
    world.write(`${ROOT}/dashboards/Operations/nameless.json`, '{"title":"x"}');
    world.write(`${ROOT}/dashboards/twin.json`, '{"uid":"ctp-ops","title":"Twin"}');
    world.write(
      `${ROOT}/provisioning/alerting/second.yml`,
      'policies:\n  - { receiver: other }\ngroups:\n  - { name: g, folder: f, rules: [{ uid: u }] }\n',
    );
    world.write(`${ROOT}/provisioning/datasources/bad.yml`, 'datasources:\n  - { name: a, name: b }\n');
    const ran = await world.dashboards('diff');
    expect(ran.exit).toBe(78);
    for (const said of [
      'broken.json is not JSON',
      'nameless.json is no dashboard that can be kept',
      'wants the dashboard "ctp-ops" otherwise than',
      'wants notification policies otherwise than',
      'groups[0].rules[0] has no title',
      'is given twice',
    ]) {
      expect(ran.stderr).toContain(said);
    }
    expect(world.grafana.requests).toHaveLength(0);
  });

  test('a directory is judged by what lies in it, not by what a tool keeps there', async () => {
    world.write('boards/.mdops/cache/kept.json', '{}');
    world.write('boards/node_modules/x/package.json', '{}');
    world.write('boards/a/b.json', '{"uid":"b","title":"B","description":"b","panels":[],"schemaVersion":39}');
    const ran = await world.dashboards('check', 'boards');
    expect([ran.exit, ran.stdout]).toEqual([0, '1 dashboards, 0 panels, 0 queries: no findings\n']);
  });

  test('a catalogue that cannot be read is no catalogue without metrics', async () => {
    world.write('any.json', '{"uid":"a","title":"A","panels":[]}');
    world.write('catalogue.yml', 'metrics: [\n');
    const ran = await world.dashboards('check', 'any.json');
    expect([ran.exit, ran.stdout]).toEqual([78, '']);
    expect(ran.stderr).toMatch(/Cannot look metrics up: .*catalogue\.yml:\d+: /);
  });

  test('help says what the verbs do', async () => {
    const ran = await mdops(['dashboards', '--help'], { cwd: world.cwd });
    expect(ran.exit).toBe(0);
    for (const word of ['diff', 'push', 'export', '--prune', '--overwrite', '--only'])
      expect(ran.stdout).toContain(word);
  });
});
