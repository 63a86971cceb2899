// What a push would do, where objects lie, and what is ours.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references in dashboards.

import { describe, expect, test } from 'vitest';
import { GRAFANA_KINDS, type GrafanaKind, type LiveObject } from '../../../lib/base/grafana-objects.ts';
import type { JsonObject } from '../../../lib/base/json.ts';
import { withDatasourceVariables } from '../../../lib/domain/grafana/datasource-variables.ts';
import { type Finding, findDrift } from '../../../lib/domain/grafana/drift.ts';
import { directoryName, folderUid, slug, variableFor } from '../../../lib/domain/grafana/layout.ts';
import { isOurs } from '../../../lib/domain/grafana/ownership.ts';
import { planPush } from '../../../lib/domain/grafana/plan.ts';
import { readProvisioning } from '../../../lib/domain/grafana/read-provisioning.ts';

const none = (): undefined => undefined;

function held(kind: GrafanaKind, id: string, spec: JsonObject = {}, lockedBy: string | null = null): LiveObject {
  return { kind, id, title: id, spec, lockedBy, handle: {} };
}

function allOf(side: 'wanted' | 'held'): readonly Finding[] {
  const folders = [held('folder', 'inner', { parentUid: 'outer' }), held('folder', 'outer', { parentUid: '' })];
  const objects = [...[...GRAFANA_KINDS].reverse().map((kind) => held(kind, kind)), ...folders];
  return side === 'wanted' ? findDrift(objects, [], none).findings : findDrift([], objects, none).findings;
}

test('writes go in the order in which each finds what it needs', () => {
  expect(planPush(allOf('wanted'), false).actions.map(({ id }) => id)).toEqual([
    'folder',
    'outer',
    'inner',
    'datasource',
    'dashboard',
    'contact-point',
    'policy',
    'alert-rule',
  ]);
});

test('removals go the other way, and only when asked for', () => {
  expect(planPush(allOf('held'), true).actions.map(({ id }) => id)).toEqual([
    'alert-rule',
    'policy',
    'contact-point',
    'dashboard',
    'datasource',
    'inner',
    'outer',
    'folder',
  ]);
  const { actions, left } = planPush(allOf('held'), false);
  expect(actions).toEqual([]);
  expect(left).toHaveLength(8);
});

test('what the server will not let be changed is named and not tried', () => {
  const wanted = { kind: 'dashboard', id: 'a', title: 'a', spec: { refresh: '5s' } } as const;
  const { findings } = findDrift([wanted], [held('dashboard', 'a', {}, 'a file')], none);
  expect(planPush(findings, false)).toMatchObject({ actions: [], blocked: [{ id: 'a' }] });
});

describe('ours is', () => {
  const own = { platforms: ['ctp'], folders: new Set(['ctp-ops']) };
  const seen = { id: 'x', title: 'x', folderUid: '', tags: [], labels: {} };
  test.each<[string, GrafanaKind, object, boolean]>([
    ['a dashboard in our folder', 'dashboard', { folderUid: 'ctp-ops' }, true],
    ['a dashboard with our tags', 'dashboard', { tags: ['mdops', 'ctp'] }, true],
    ['not one with another platform’s', 'dashboard', { tags: ['mdops', 'b25'] }, false],
    ['not one at the root', 'dashboard', {}, false],
    ['a rule labelled so', 'alert-rule', { labels: { platform: 'ctp' } }, true],
    ['not a rule of others', 'alert-rule', { labels: { platform: 'b25' } }, false],
    ['a datasource by its uid', 'datasource', { id: 'ctp-prometheus' }, true],
    ['not one whose uid only begins alike', 'datasource', { id: 'ctp2-prometheus' }, false],
    ['a folder in ours', 'folder', { folderUid: 'ctp-ops' }, true],
    ['never the tree of policies', 'policy', { id: 'ctp-policies' }, false],
  ])('%s', (_what, kind, more, expected) => {
    expect(isOurs(kind, { ...seen, ...more }, own)).toBe(expected);
  });
});

test('names for directories, uids and variables', () => {
  expect(folderUid('b25', ['03 Data Quality', 'Feeds'])).toBe('b25-03-data-quality-feeds');
  expect(folderUid('platform', ['a'.repeat(60)])).toHaveLength(40);
  expect(slug('Ünïcode — 行情')).toBe('unicode');
  expect(slug('行情')).toBe('unnamed');
  expect(directoryName('A / B\\C')).toBe('A - B-C');
  expect(directoryName('..')).toBe('unnamed');
  expect(variableFor('24h pager', 'url')).toBe('_24H_PAGER_URL');
});

test('an export names each datasource once and leaves those alone that every server has', () => {
  const ref = (type: string, uid: string): JsonObject => ({ datasource: { type, uid } });
  const model = {
    panels: [
      { ...ref('prometheus', 'P1'), targets: [ref('prometheus', 'P1'), ref('loki', 'L')] },
      ref('prometheus', 'P2'),
      ref('datasource', '-- Mixed --'),
      ref('prometheus', '${own}'),
      { datasource: 'by name' },
    ],
    templating: { list: [{ name: 'ds_loki' }] },
  };
  const made = withDatasourceVariables(model) as { templating: { list: { name: string }[] } };
  expect(made.templating.list.map(({ name }) => name)).toEqual([
    'ds_prometheus',
    'ds_loki_2',
    'ds_prometheus_2',
    'ds_loki',
  ]);
  expect(JSON.stringify(made)).toContain('"uid":"${ds_loki_2}"');
  expect(JSON.stringify(made)).toContain('"by name"');
  expect(withDatasourceVariables({ panels: [] })).toEqual({ panels: [] });
});

test.each<[string, unknown, string]>([
  ['no mapping', [], 'wanted a mapping'],
  ['a datasource without uid', { datasources: [{ name: 'a', type: 'b' }] }, 'datasources[0] has no uid'],
  ['a contact point without receivers', { contactPoints: [{ name: 'a' }] }, 'contactPoints[0] has no receivers'],
  [
    'a receiver without uid',
    { contactPoints: [{ name: 'a', receivers: [{ type: 'b' }] }] },
    'contactPoints[0].receivers[0] has no uid',
  ],
  ['two trees', { policies: [{ receiver: 'a' }, { receiver: 'b' }] }, 'one tree of policies only'],
  [
    'a rule without data',
    { groups: [{ name: 'g', folder: 'f', rules: [{ uid: 'u', title: 't', condition: 'A' }] }] },
    'has no data',
  ],
])('%s is a mistake that says where', (_what, value, said) => {
  expect(readProvisioning(value, () => 'f').problems.join()).toContain(said);
});
