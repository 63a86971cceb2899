// Everything the descriptions name is delivered, by a file that exists; and what is missing is noticed.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { compilePlatform } from '../../../lib/domain/platform/compile.ts';
import { type Delivery, findDeliveries, readDashboard } from '../../../lib/domain/platform/deliveries.ts';
import { renderDeliveries } from '../../../lib/domain/platform/render-deliveries.ts';
import { readSeed } from '../../../lib/domain/platform/seed.ts';

const ROOT = 'config/platforms';
const read = (file: string): string => readFileSync(file, 'utf8');
const names = readdirSync(ROOT).filter((name) => existsSync(`${ROOT}/${name}/seed.yml`));

async function deliver(name: string, seedText = read(`${ROOT}/${name}/seed.yml`)): Promise<Delivery[]> {
  const folder = `${ROOT}/${name}`;
  const slos = existsSync(`${folder}/slos.yml`) ? read(`${folder}/slos.yml`) : null;
  const compiled = await compilePlatform({ folder, catalogue: read(`${folder}/catalogue.yml`), slos });
  expect(compiled.problems).toEqual([]);
  const files = readdirSync(`${folder}/grafana/dashboards`, { recursive: true, encoding: 'utf8' });
  const dashboards = files
    .filter((file) => file.endsWith('.json'))
    .map((file) =>
      readDashboard(`${folder}/grafana/dashboards/${file}`, JSON.parse(read(`${folder}/grafana/dashboards/${file}`))),
    );
  const seed = await readSeed(`${folder}/seed.yml`, seedText);
  expect(seed.mistakes).toEqual([]);
  return findDeliveries(seed, { compiled, dashboards, objectives: compiled.objectives });
}

test.each(names)('%s: every item has its file, and the file is there', async (name) => {
  const deliveries = await deliver(name);
  expect(deliveries.length).toBeGreaterThan(5);
  expect(deliveries.filter(({ file }) => file === null).map(({ item }) => item.name)).toEqual([]);
  expect(deliveries.filter(({ file }) => !existsSync(file!)).map(({ file }) => file)).toEqual([]);
});

test('the table links only to files that exist, and covers every platform', () => {
  const table = read('docs/platforms.md');
  const links = [...table.matchAll(/\]\(([^)#]+)/g)].map(([, link]) =>
    join(dirname('docs/platforms.md'), decodeURI(link!)),
  );
  expect(links.filter((link) => !existsSync(link))).toEqual([]);
  expect(table).not.toContain('**missing**');
  expect(table.match(/^## /gm)).toHaveLength(names.length);
});

test('an alert, a panel, a route and a rule that nothing delivers are named', async () => {
  const planted = `seed: "004"
items:
  - { kind: alert, name: Nobody, section: x }
  - { kind: panel, dashboard: Live Feed – Ops, name: Nothing, section: x }
  - { kind: route, name: nowhere, section: x }
  - { kind: recording, name: "a:b:c", section: x }
  - { kind: slo, name: never, section: x }
  - { kind: alert, name: QueueDepthHigh, section: x }
`;
  const deliveries = await deliver('ai-trading-core', planted);
  expect(deliveries.map(({ file }) => file !== null)).toEqual([false, false, false, false, false, true]);
  const compiled = await compilePlatform({
    folder: `${ROOT}/ai-trading-core`,
    catalogue: read(`${ROOT}/ai-trading-core/catalogue.yml`),
    slos: null,
  });
  expect(renderDeliveries([{ platform: compiled.platform, deliveries }])).toContain('**missing**: Nobody');
});
