// `mdops dashboards` as an operator team meets it: built, compared, checked, drawn.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mdops, type Ran } from '../support/mdops.ts';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mdops-dashboards-'));
  cpSync('config', join(cwd, 'config'), { recursive: true });
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const MARKET_DATA = 'config/platforms/market-data';
const SOURCE = `${MARKET_DATA}/dashboards/market-data-ops.yml`;
const BUILT = `${MARKET_DATA}/grafana/dashboards/market-data/market-data-ops.json`;

const dashboards = (...words: string[]): Promise<Ran> => mdops(['dashboards', ...words], { cwd });

function change(file: string, from: string, to: string): void {
  const text = readFileSync(join(cwd, file), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(cwd, file), text.replace(from, to));
}

test('everything that is shipped is built from its source, and check has no finding', async () => {
  expect((await dashboards('build', '--compare')).exit).toBe(0);
  const ran = await dashboards('check');
  expect(ran.stdout + ran.stderr).toMatch(/^\d+ dashboards, \d+ panels, \d+ queries: no findings\n$/);
  expect(ran.exit).toBe(0);
});

test('a changed source is named by --compare and by check, and written by build', async () => {
  change(SOURCE, 'title: Coverage', 'title: Share');
  const compared = await dashboards('build', '--compare');
  expect(compared.exit).toBe(2);
  expect(compared.stdout).toContain(`${BUILT} differs`);
  expect((await dashboards('check', '--platform', 'market-data')).stdout).toContain('(dashboard/generated)');
  const built = await dashboards('build');
  expect(built.stdout).toContain(`${BUILT} written`);
  expect(readFileSync(join(cwd, BUILT), 'utf8')).toContain('"title": "Share"');
  expect((await dashboards('build')).stdout).toContain('up to date');
});

test('a dashboard whose source is gone is removed', async () => {
  rmSync(join(cwd, SOURCE));
  expect((await dashboards('build', '--compare')).stdout).toContain(`${BUILT} has no source`);
  expect((await dashboards('build', '--platform', 'market-data')).exit).toBe(0);
  expect(existsSync(join(cwd, BUILT))).toBe(false);
});

test('a dashboard that was exported into the folder is kept by build, and judged by check', async () => {
  const exported = BUILT.replace('market-data-ops.json', 'by-hand.json');
  writeFileSync(
    join(cwd, exported),
    readFileSync(BUILT, 'utf8').replace('"uid": "market-data-ops"', '"uid": "by-hand"'),
  );
  expect((await dashboards('build')).stdout).toContain('up to date');
  expect(existsSync(join(cwd, exported))).toBe(true);
  const ran = await dashboards('check', '--platform', 'market-data');
  expect(ran.stdout).toContain('has the title "Market Data Ops"');
});

test('where there is nothing to check, that is said', async () => {
  rmSync(join(cwd, 'config/platforms'), { recursive: true });
  mkdirSync(join(cwd, 'config/platforms'));
  const ran = await dashboards('check');
  expect([ran.exit, ran.stdout]).toEqual([64, '']);
});

test('a dry run writes nothing', async () => {
  change(SOURCE, 'title: Coverage', 'title: Share');
  await dashboards('build', '--dry-run');
  expect(readFileSync(join(cwd, BUILT), 'utf8')).not.toContain('"title": "Share"');
});

test('a source that cannot be built is refused with file and line, and nothing is written', async () => {
  change(SOURCE, 'kind: stat', 'kind: singlestat');
  const ran = await dashboards('build');
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toMatch(/market-data-ops\.yml:\d+: rows\[0\]\.panels\[0\]\.kind is "singlestat": wanted stat/);
});

test('check names file, panel, line and check, for people and for programs', async () => {
  change(BUILT, 'md_latency_ms_p99{', 'md_latency_p99{');
  const human = await dashboards('check', BUILT);
  expect(human.exit).toBe(2);
  expect(human.stdout).toMatch(
    /^config\/.*market-data-ops\.json\n {2}p99 processing latency\n {4}✗ \d+: reads md_latency_p99, which nothing emits: did you mean md_latency_ms_p99\? \(query\/source\)\n/,
  );
  const machine = await dashboards('check', BUILT, '--json');
  const report = JSON.parse(machine.stdout) as { errors: number; findings: Record<string, unknown>[] };
  expect(report.errors).toBe(1);
  expect(report.findings[0]).toMatchObject({
    ...{ file: BUILT, panel: 'p99 processing latency', panelId: 201, check: 'query/source', severity: 'error' },
    path: 'panels[7].targets[0].expr',
  });
});

test('warnings alone end with 1, errors with 2, nothing with 0', async () => {
  change(BUILT, '"schemaVersion": 39', '"schemaVersion": 12');
  expect((await dashboards('check', BUILT)).exit).toBe(1);
  change(BUILT, '"schemaVersion": 12', '"schemaVersion": "new"');
  expect((await dashboards('check', BUILT)).exit).toBe(2);
});

test('a foreign dashboard is judged by the catalogue that is named', async () => {
  writeFileSync(
    join(cwd, 'catalogue.yml'),
    'platform: a\nmetrics: [{ name: orders_total, type: counter, labels: [venue], source: oms }]\n',
  );
  const foreign = { dashboard: { panels: [{ id: 1, type: 'stat', title: 'A', targets: [{ expr: 'orders_total' }] }] } };
  writeFileSync(join(cwd, 'foreign.json'), JSON.stringify(foreign));
  const ran = await dashboards('check', 'foreign.json', '--catalogue', 'catalogue.yml');
  expect(ran.stdout).toContain('reads the counter orders_total without rate() or increase() (query/counter)');
  expect(ran.exit).toBe(2);
  expect((await dashboards('check', 'foreign.json', '--catalogue', 'none.yml')).exit).toBe(64);
  expect((await dashboards('check', 'none.json')).exit).toBe(64);
  expect((await dashboards('check', '--platform', 'market-date')).stderr).toContain('did you mean market-data?');
});

test('the preview shows every panel where it will be: in a browser nothing overlaps and nothing runs out', async () => {
  const ran = await dashboards('build', '--preview', 'preview.html', BUILT, SOURCE);
  expect(ran.exit, ran.stderr).toBe(0);
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1_400, height: 900 } });
    await page.goto(`file://${join(cwd, 'preview.html')}`);
    const sections = await page.locator('section').evaluateAll((found) =>
      found.map((section) =>
        [...section.querySelectorAll('.grid > *')].map((box) => {
          const { x, y, width, height } = box.getBoundingClientRect();
          return { title: box.querySelector('header')?.firstChild?.textContent?.trim() ?? '', x, y, width, height };
        }),
      ),
    );
    expect(sections).toHaveLength(2);
    for (const boxes of sections) {
      expect(boxes.map(({ title }) => title)).toContain('Throughput over time');
      expect(boxes).toHaveLength(25);
      for (const [index, a] of boxes.entries()) {
        expect(a.width).toBeGreaterThan(100);
        expect(a.x + a.width).toBeLessThanOrEqual(1_400);
        for (const b of boxes.slice(index + 1)) {
          const areApart =
            a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
          expect(areApart, `${a.title} and ${b.title}`).toBe(true);
        }
      }
    }
    expect(await page.getByText('md_throughput_mps').count()).toBeGreaterThan(3);
  } finally {
    await browser.close();
  }
});
