// Every check finds the mistake it is there for, names its panel, and says nothing about dashboards that are right.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Grafana's variables.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CHECKS, type CheckedDashboard, checkDashboards } from '../../../lib/domain/dashboards/check-dashboards.ts';
import { gatherFacts } from '../../../lib/domain/dashboards/promql/facts.ts';
import type { CatalogueMetric } from '../../../lib/domain/rules/catalogue.ts';
import { loadPromql } from '../../../lib/domain/rules/promql.ts';
import { type Loose, setExpr } from './plant.ts';
import { PLANTED } from './planted.ts';
import { MISLEADING } from './planted-misleading.ts';

const ALL = { ...PLANTED, ...MISLEADING };

const parse = await loadPromql();

const METRICS: CatalogueMetric[] = [
  {
    name: 'orders_total',
    type: 'counter',
    labels: ['venue', 'side'],
    source: 'oms',
    values: { side: ['buy', 'sell'] },
  },
  { name: 'open_orders', type: 'gauge', labels: ['venue'], source: 'oms' },
  { name: 'order_seconds', type: 'histogram', labels: ['venue'], source: 'oms', unit: 'seconds' },
  { name: 'fill_ratio', type: 'gauge', labels: ['venue'], source: 'oms', unit: 'ratio' },
  { name: 'resident_bytes', type: 'gauge', labels: [], source: 'oms', unit: 'bytes' },
];
const facts = gatherFacts(
  {
    metrics: METRICS,
    rules: [{ name: 'venue:orders:rate5m', expr: 'sum by (venue) (rate(orders_total[5m]))', labels: [] }],
    jobs: new Set(['oms']),
    isComplete: true,
    shortestScrapeMs: 15_000,
    scrapeMsOf: () => 30_000,
    targetLabels: ['service'],
  },
  parse,
);

const CLEAN = readFileSync('tests/fixtures/dashboards/orders.json', 'utf8');

function check(...texts: string[]): CheckedDashboard[] {
  return checkDashboards(
    texts.map((text, index) => ({ file: `${index}.json`, text, facts })),
    parse,
  );
}

/** As text: `check panel`. */
function said(checked: readonly CheckedDashboard[]): string[] {
  return checked.flatMap(({ findings }) => findings.map((found) => `${found.check} ${found.panel}`.trim()));
}

test('the clean dashboard has no finding', () => {
  const [checked] = check(CLEAN);
  expect(checked!.findings).toEqual([]);
  expect([checked!.panels, checked!.queries]).toEqual([8, 12]);
});

describe('a planted mistake is found, named and placed:', () => {
  for (const [mistake, [plant, found, words]] of Object.entries(ALL)) {
    test(mistake, () => {
      const dashboard = JSON.parse(CLEAN) as Loose;
      plant(dashboard);
      const text = JSON.stringify(dashboard, null, 2).replace('"HUGE"', '1e999');
      const checked = check(text);
      expect(said(checked)).toEqual([found]);
      const finding = checked[0]!.findings[0]!;
      expect(finding.message).toContain(words);
      expect(finding.line).toBeGreaterThan(found.startsWith('dashboard/words') ? 0 : 1);
      expect(finding.file).toBe('0.json');
    });
  }

  test('in a second file: the uid and the title of the first', () => {
    expect(said(check(CLEAN, CLEAN))).toEqual(['dashboard/same-uid', 'dashboard/same-title']);
  });

  test('and no check is without one', () => {
    const planted = new Set(Object.values(ALL).map(([, found]) => found.split(' ')[0]));
    expect(Object.keys(CHECKS).filter((name) => !planted.has(name))).toEqual([]);
    expect(Object.keys(ALL).length).toBeGreaterThanOrEqual(20);
  });
});

test('the page on the format explains every check', () => {
  const page = readFileSync('docs/dashboard-format.md', 'utf8');
  expect(Object.keys(CHECKS).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

test('a finding points at its line', () => {
  const dashboard = JSON.parse(CLEAN) as Loose;
  setExpr(dashboard, 'Memory', 'resident_byte');
  const text = JSON.stringify(dashboard, null, 2);
  const [{ findings }] = check(text) as [CheckedDashboard];
  expect(findings[0]).toMatchObject({ path: 'panels[5].targets[0].expr', panelId: 6, severity: 'error' });
  expect(text.split('\n')[findings[0]!.line - 1]).toContain('"resident_byte"');
});
