// Dashboards from elsewhere are read as they are: exported, wrapped, old, broken, hostile. Nothing crashes the check.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Grafana's variables.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkDashboards } from '../../../lib/domain/dashboards/check-dashboards.ts';
import { gatherFacts } from '../../../lib/domain/dashboards/promql/facts.ts';
import { readDashboard } from '../../../lib/domain/dashboards/read/read-dashboard.ts';
import { loadPromql } from '../../../lib/domain/rules/promql.ts';

const parse = await loadPromql();
/** Nothing is known: then no metric is unknown. */
const facts = gatherFacts(
  {
    metrics: [],
    rules: [],
    jobs: null,
    isComplete: false,
    shortestScrapeMs: null,
    scrapeMsOf: () => null,
    targetLabels: [],
  },
  parse,
);
const CLEAN = readFileSync('tests/fixtures/dashboards/orders.json', 'utf8');

function check(text: string): string[] {
  const [checked] = checkDashboards([{ file: 'a.json', text, facts }], parse);
  return checked!.findings.map(({ check: name, path }) => `${name} ${path}`);
}

test('an answer of the API is read from its "dashboard"', () => {
  const wrapped = { meta: { slug: 'orders' }, dashboard: { ...JSON.parse(CLEAN), refresh: false, title: '' } };
  expect(check(JSON.stringify(wrapped))).toEqual(['dashboard/words dashboard.title']);
});

test('a resource of Grafana 12 is read from its "spec"; the schema v2 is named', () => {
  const resource = {
    apiVersion: 'dashboard.grafana.app/v1beta1',
    kind: 'Dashboard',
    spec: { ...JSON.parse(CLEAN), title: '' },
  };
  expect(check(JSON.stringify(resource))).toEqual(['dashboard/words spec.title']);
  const reading = readDashboard('a.json', JSON.stringify({ kind: 'Dashboard', spec: { elements: {}, layout: {} } }));
  expect(reading).toEqual({ problem: 'is of the schema v2: export it in the classic form', offset: 0 });
});

test('an export asks for its datasources with __inputs, and these are declared', () => {
  const exported = JSON.parse(CLEAN.replaceAll('"${datasource}"', '"${DS_PROM}"')) as Record<string, unknown>;
  exported['__inputs'] = [{ name: 'DS_PROM', type: 'datasource', pluginId: 'prometheus' }];
  expect(check(JSON.stringify(exported))).toEqual(['variable/unused templating.list[0].name']);
});

test('LogQL without a datasource is known by its pipes, a unit of one query by its override', () => {
  const one = (extra: object, expr: string) =>
    JSON.stringify({ panels: [{ id: 1, type: 'stat', title: 'A', targets: [{ refId: 'A', expr }], ...extra }] });
  expect(check(one({}, 'sum(rate({a="b"} |= "error" [5m]))'))).not.toContain('query/syntax panels[0].targets[0].expr');
  const override = { matcher: { id: 'byFrameRefID', options: 'A' }, properties: [{ id: 'unit', value: 's' }] };
  const config = (overrides: object[]) => ({ fieldConfig: { defaults: { unit: 'ms' }, overrides } });
  const meaning = 'panel/unit-meaning panels[0].fieldConfig.defaults.unit';
  expect(check(one(config([]), 'x_seconds'))).toContain(meaning);
  expect(check(one(config([override]), 'x_seconds'))).not.toContain(meaning);
});

test('the old schema: rows with spans, old kinds, old templating, datasources by name', () => {
  const old = readFileSync('tests/fixtures/dashboards/old-schema.json', 'utf8');
  expect(check(old)).toEqual([
    'dashboard/schema schemaVersion',
    'dashboard/words uid',
    'dashboard/words description',
    'dashboard/datasource rows[0].panels[0].datasource',
    'row/empty rows[1]',
    'panel/type rows[0].panels[0].type',
    'panel/type rows[0].panels[1].type',
    'panel/description rows[0].panels[0].description',
    'panel/description rows[0].panels[1].description',
    'query/syntax rows[0].panels[1].targets[0].expr',
    'variable/unused templating.list[1].name',
  ]);
});

/** Text → what is said, or null when there is nothing to say but what is missing. */
const BROKEN: Record<string, string> = {
  '': 'json/syntax ',
  '{': 'json/syntax ',
  '[]': 'json/syntax ',
  null: 'json/syntax ',
  '3': 'json/syntax ',
  '{"a": 1}': 'json/syntax ',
  '{"panels": 3}': 'json/field panels',
  '{"panels": [3]}': 'json/field panels[0]',
  '{"panels": [{"gridPos": "wide"}]}': 'json/field panels[0].gridPos',
  '{"panels": [], "templating": {"list": {"a": 1}}}': 'json/field templating.list',
  '{"dashboard": {"panels": [], "title": {}}}': 'json/field dashboard.title',
};

describe('what is broken is said where it is:', () => {
  for (const [text, found] of Object.entries(BROKEN)) test(text, () => expect(check(text)[0]).toBe(found));
});

test('a BOM, a prototype and a depth of a hundred thousand are only text', () => {
  expect(check(`\uFEFF${CLEAN}`)).toEqual([]);
  const poisoned = CLEAN.replace('"uid"', '"__proto__": {"title": "polluted", "panels": []}, "constructor": 3, "uid"');
  expect(check(poisoned)).toEqual([]);
  expect(({} as Record<string, unknown>)['title']).toBe(undefined);
  const deep = `${'{"panels":['.repeat(100_000)}${']}'.repeat(100_000)}`;
  expect(check(deep).length).toBeGreaterThan(0);
  expect(check(`{"panels": [{"type": "row", "title": ${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`)).toContain(
    'json/field panels[0].title',
  );
});

test('ten thousand panels on one heap end in seconds', () => {
  const heap = Array.from({ length: 10_000 }, (_, id) => ({ id, type: 'stat', gridPos: { x: 0, y: 0, w: 24, h: 9 } }));
  expect(check(JSON.stringify({ panels: heap })).length).toBeGreaterThan(4_000);
});

const QUERIES = ['up', 'rate(up[5m])', 'sum by (', '{', '$a', '${a:regex}', '[[a]]', '"', '`', 'a[$b', 'x{a="$b', '😀'];
const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(...QUERIES),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const KEYS = Object.keys(Object.fromEntries([...CLEAN.matchAll(/"(\w+)":/g)].map(([, key]) => [key, true]))).concat(
  '__proto__',
  '__inputs',
  'dashboard',
  'rows',
  'repeat',
  'libraryPanel',
  'yaxes',
);
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    tie('record'),
  ),
  record: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 8 }),
})).record;

test('whatever JSON it is, the check answers with findings that say where', () => {
  fc.assert(
    fc.property(anything, (value) => {
      const text = JSON.stringify({ ...value, schemaVersion: 39 });
      const [checked] = checkDashboards([{ file: 'a.json', text, facts }], parse);
      for (const { line, message } of checked!.findings) {
        expect(line).toBeGreaterThan(0);
        expect(message).not.toMatch(/undefined|\[object/);
      }
    }),
    { numRuns: 500 },
  );
});

test('one field of a good dashboard replaced by anything: never a crash', () => {
  const at = fc.nat();
  fc.assert(
    fc.property(at, anything, leaf, fc.boolean(), (index, record, one, isLeaf) => {
      const places: { owner: Record<string, unknown>; key: string }[] = [];
      const dashboard = JSON.parse(CLEAN, function (this: Record<string, unknown>, key: string, value: unknown) {
        if (key !== '') places.push({ owner: this, key });
        return value;
      }) as Record<string, unknown>;
      const { owner, key } = places[index % places.length]!;
      owner[key] = isLeaf ? one : record;
      const text = JSON.stringify(dashboard);
      expect(checkDashboards([{ file: 'a.json', text, facts }], parse)).toHaveLength(1);
    }),
    { numRuns: 200 },
  );
});

test('text that is cut off or changed anywhere is read or refused', () => {
  fc.assert(
    fc.property(fc.nat({ max: CLEAN.length }), fc.string({ unit: 'binary', maxLength: 3 }), (at, inserted) => {
      for (const text of [CLEAN.slice(0, at), CLEAN.slice(0, at) + inserted + CLEAN.slice(at + 1)]) {
        const reading = readDashboard('a.json', text);
        if ('problem' in reading) expect(reading.problem).not.toBe('');
        check(text);
      }
    }),
    { numRuns: 150 },
  );
});
