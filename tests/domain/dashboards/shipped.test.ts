// The shipped dashboards: each panel is on the page that explains it, and no datasource is written down.

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readSpec } from '../../../lib/domain/dashboards/read-spec.ts';

test('the page of Market Data Ops names the rows and panels that the dashboard has, in its order', async () => {
  const { spec } = await readSpec(readFileSync('config/platforms/market-data/dashboards/market-data-ops.yml', 'utf8'));
  const page = readFileSync('runbooks/monitoring-dashboard.md', 'utf8');
  const named = page
    .split(/^## /m)
    .filter((section) => section.includes('\n| panel '))
    .map((section) => ({
      title: section.split('\n', 1)[0],
      panels: [...section.matchAll(/^\| (?!panel |-)(.+?) +\|/gm)].map(([, title]) => title),
    }));
  expect(spec.rows.map(({ title, panels }) => ({ title, panels: panels.map((panel) => panel.title) }))).toEqual(named);
});

test('every uid and every title is there once over all platforms', async () => {
  const specs = await Promise.all(
    readdirSync('config/platforms', { recursive: true, encoding: 'utf8' })
      .filter((path) => /^[^/]+\/dashboards\/[^/]+\.yml$/.test(path))
      .map(async (path) => (await readSpec(readFileSync(`config/platforms/${path}`, 'utf8'))).spec),
  );
  expect(specs.length).toBeGreaterThan(1);
  expect(new Set(specs.map(({ uid }) => uid)).size).toBe(specs.length);
  expect(new Set(specs.map(({ title }) => title)).size).toBe(specs.length);
});
