// What is drift and what is not, object by object.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references and dashboards are full of them.

import { describe, expect, test } from 'vitest';
import type { GrafanaKind } from '../../../lib/base/grafana-objects.ts';
import type { JsonObject } from '../../../lib/base/json.ts';
import { compareSpecs } from '../../../lib/domain/grafana/compare.ts';
import { compareObjects } from '../../../lib/domain/grafana/drift.ts';
import { fillReferences, findReferences } from '../../../lib/domain/grafana/references.ts';

const values = new Map([
  ['URL', 'http://p:9090'],
  ['EMPTY', ''],
]);
const lookUp = ({ name }: { name: string }): string | undefined => values.get(name);

function paths(kind: GrafanaKind, here: JsonObject, there: JsonObject): string[] {
  const object = { kind, id: 'x', title: 'x' };
  const compared = compareObjects(
    { ...object, spec: here },
    { ...object, spec: there, lockedBy: null, handle: {} },
    lookUp,
  );
  return [
    ...compared.differences.map(({ path }) => path),
    ...compared.unknown.map(({ path, why }) => `${path}? ${why}`),
  ];
}

const panel = (id: number, title: string, more: JsonObject = {}): JsonObject => ({ id, title, type: 'stat', ...more });
const route = (severity: string): JsonObject => ({
  receiver: severity,
  object_matchers: [['severity', '=', severity]],
});
const query = (model: JsonObject, more: JsonObject = {}): JsonObject => ({
  data: [{ refId: 'A', datasourceUid: 'd', model, ...more }],
});

describe('is the same:', () => {
  const SAME: Readonly<Record<string, readonly [GrafanaKind, JsonObject, JsonObject]>> = {
    'panels in another order': [
      'dashboard',
      { panels: [panel(1, 'a'), panel(2, 'b')] },
      { panels: [panel(2, 'b'), panel(1, 'a')] },
    ],
    'tags in another order': ['dashboard', { tags: ['a', 'b'] }, { tags: ['b', 'a'] }],
    'nulls and nothing': ['dashboard', { panels: [panel(1, 'a', { repeat: null })] }, { panels: [panel(1, 'a')] }],
    'an empty list of variables and none': ['dashboard', {}, { templating: { list: [] }, panels: [] }],
    'what was chosen last of asked values': [
      'dashboard',
      { templating: { list: [{ name: 'v', type: 'query', query: 'label_values(up, job)' }] } },
      {
        templating: {
          list: [
            {
              name: 'v',
              type: 'query',
              query: { query: 'label_values(up, job)', refId: 'StandardVariableQuery' },
              definition: 'label_values(up, job)',
              current: { text: 'x', value: 'x' },
              options: [{ text: 'x' }],
            },
          ],
        },
      },
    ],
    'a variable of an export and the uid it stands for': [
      'dashboard',
      {
        templating: {
          list: [{ name: 'ds_prometheus', type: 'datasource', query: 'prometheus', current: { value: 'P1' } }],
        },
        panels: [panel(1, 'a', { datasource: { type: 'prometheus', uid: '${ds_prometheus}' } })],
      },
      { panels: [panel(1, 'a', { datasource: { type: 'prometheus', uid: 'P1' } })] },
    ],
    'a secret and its redaction': [
      'contact-point',
      { settings: { url: '$HOOK' } },
      { settings: { url: '[REDACTED]' } },
    ],
    'a reference and its value': ['datasource', { url: '$URL' }, { url: 'http://p:9090' }],
    'a reference within a text': ['datasource', { url: '${URL}/x' }, { url: 'http://p:9090/x' }],
    'an escaped dollar': ['datasource', { jsonData: { label: '$$x' } }, { jsonData: { label: '$x' } }],
    'an escaped dollar in a rule': [
      'alert-rule',
      { ...query({}), annotations: { a: '{{ $$x }}' } },
      { ...query({}), annotations: { a: '{{ $x }}' } },
    ],
    'times in other units': [
      'alert-rule',
      { ...query({}), for: '60s', interval: 60 },
      { ...query({}), for: '1m', interval: '60s' },
    ],
    'what a server adds to a query': [
      'alert-rule',
      query({ expr: 'up' }),
      query(
        { expr: 'up', intervalMs: 1_000, maxDataPoints: 43_200, refId: 'A' },
        { queryType: '', relativeTimeRange: { from: 0, to: 0 } },
      ),
    ],
    'matchers in another form and order': [
      'policy',
      { receiver: 'r', routes: [{ matchers: ['b = 2', 'a =~ "x|y"'] }] },
      {
        receiver: 'r',
        routes: [
          {
            object_matchers: [
              ['a', '=~', 'x|y'],
              ['b', '=', '2'],
            ],
            continue: false,
          },
        ],
      },
    ],
    'the root’s usual times': [
      'policy',
      { receiver: 'r' },
      { receiver: 'r', group_wait: '30s', group_interval: '300s', repeat_interval: '4h' },
    ],
  };
  test.each(Object.keys(SAME))('%s', (name) => {
    const [kind, here, there] = SAME[name]!;
    expect(paths(kind, here, there)).toEqual([]);
  });
});

describe('is drift:', () => {
  const DRIFT: Readonly<Record<string, readonly [GrafanaKind, JsonObject, JsonObject, string[]]>> = {
    'a panel that is gone': [
      'dashboard',
      { panels: [panel(1, 'a'), panel(2, 'b')] },
      { panels: [panel(1, 'a')] },
      ['panels[b]'],
    ],
    'a panel within a row': [
      'dashboard',
      { panels: [panel(1, 'row', { panels: [panel(2, 'b')] })] },
      { panels: [panel(1, 'row', { panels: [panel(2, 'b', { type: 'graph' })] })] },
      ['panels[row].panels[b].type'],
    ],
    'panels of one title, told apart by number': [
      'dashboard',
      { panels: [panel(1, 'a'), panel(2, 'a')] },
      { panels: [panel(1, 'a'), panel(2, 'a', { type: 'graph' })] },
      ['panels[a #2].type'],
    ],
    'a choice of a custom variable': [
      'dashboard',
      { templating: { list: [{ name: 'v', type: 'custom', current: { value: 'a' } }] } },
      { templating: { list: [{ name: 'v', type: 'custom', current: { value: 'b' } }] } },
      ['templating.list[v].current.value'],
    ],
    'a hard-coded datasource where a variable is wanted': [
      'dashboard',
      {
        templating: {
          list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', current: { value: 'P1' } }],
        },
        panels: [panel(1, 'a', { datasource: { type: 'prometheus', uid: '${datasource}' } })],
      },
      { panels: [panel(1, 'a', { datasource: { type: 'prometheus', uid: 'P1' } })] },
      ['panels[a].datasource.uid', 'templating'],
    ],
    'an exported variable that stands for another datasource': [
      'dashboard',
      {
        templating: {
          list: [{ name: 'ds_prometheus', type: 'datasource', query: 'prometheus', current: { value: 'P1' } }],
        },
        panels: [panel(1, 'a', { datasource: { type: 'prometheus', uid: '${ds_prometheus}' } })],
      },
      { panels: [panel(1, 'a', { datasource: { type: 'prometheus', uid: 'P2' } })] },
      ['panels[a].datasource.uid'],
    ],
    'another folder': ['dashboard', { folderUid: 'a' }, { folderUid: 'b' }, ['folderUid']],
    'routes in another order': [
      'policy',
      { receiver: 'r', routes: [route('critical'), route('warning')] },
      { receiver: 'r', routes: [route('warning'), route('critical')] },
      ['routes[0].object_matchers[0]', 'routes[0].receiver', 'routes[1].object_matchers[0]', 'routes[1].receiver'],
    ],
    'a usual time below a root that waits longer': [
      'policy',
      { receiver: 'r', routes: [{ receiver: 'a', group_wait: '30s' }] },
      { receiver: 'r', routes: [{ receiver: 'a' }] },
      ['routes[0].group_wait'],
    ],
    'a secret that is not there': ['contact-point', { settings: { url: '$HOOK' } }, { settings: {} }, ['settings.url']],
    'a secret that nobody wants': [
      'contact-point',
      { settings: {} },
      { settings: { token: '[REDACTED]' } },
      ['settings.token'],
    ],
    'a value that is not set here is not known': [
      'datasource',
      { url: '$NOWHERE' },
      { url: 'x' },
      ['url? $NOWHERE is not set here'],
    ],
    'a duration': ['alert-rule', { ...query({}), for: '5m' }, { ...query({}), for: '5s' }, ['for']],
    'a paused rule': ['alert-rule', query({}), { ...query({}), isPaused: true }, ['isPaused']],
    'a query’s threshold': [
      'alert-rule',
      query({ conditions: [{ evaluator: { params: [5000] } }] }),
      query({ conditions: [{ evaluator: { params: [500] } }] }),
      ['data[A].model.conditions[0].evaluator.params'],
    ],
    'zero and nothing': [
      'dashboard',
      { panels: [panel(1, 'a', { min: 0 })] },
      { panels: [panel(1, 'a')] },
      ['panels[a].min'],
    ],
    'false and nothing': [
      'dashboard',
      { panels: [panel(1, 'a', { exemplar: false })] },
      { panels: [panel(1, 'a')] },
      ['panels[a].exemplar'],
    ],
    'a key that is no word': ['dashboard', { x: { 'a b': 1 } }, { x: { 'a b': 2 } }, ['x."a b"']],
  };
  test.each(Object.keys(DRIFT))('%s', (name) => {
    const [kind, here, there, expected] = DRIFT[name]!;
    expect(paths(kind, here, there)).toEqual(expected);
  });
});

test('the value behind a reference is not shown, on neither side', () => {
  const { differences } = compareSpecs({ url: '$URL' }, { url: 'http://token@q' }, lookUp);
  expect(differences).toEqual([{ path: 'url', here: '$URL', there: '(another value)' }]);
});

test('keys like __proto__ are data', () => {
  const hostile = JSON.parse('{"__proto__":{"a":1},"constructor":2}') as JsonObject;
  expect(compareSpecs(hostile, {}, null).differences.map(({ path }) => path)).toEqual(['__proto__', 'constructor']);
});

test('references in all their forms', () => {
  const text = '$A ${B_1} $__env{C} $__file{/run/d} $$E 5$';
  expect(findReferences(text).map(({ from, name }) => `${from} ${name}`)).toEqual([
    'environment A',
    'environment B_1',
    'environment C',
    'file /run/d',
  ]);
  expect(fillReferences(text, ({ name }) => name.toLowerCase())).toEqual({ text: 'a b_1 c /run/d $E 5$', missing: [] });
  expect(fillReferences('$EMPTY', lookUp)).toEqual({ text: '', missing: [] });
});
