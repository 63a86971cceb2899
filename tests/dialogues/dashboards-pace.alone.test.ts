// How long the checks of dashboards take: a person waits for them before each push.

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mdops } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const directory = temporaryDirectories('dashboards-pace');
const MARKET_DATA = 'config/platforms/market-data';
const BUILT = `${MARKET_DATA}/grafana/dashboards/market-data/market-data-ops.json`;

function place(): string {
  const cwd = directory();
  cpSync('config', join(cwd, 'config'), { recursive: true });
  return cwd;
}

test('everything that is shipped is checked in five seconds', async () => {
  const ran = await mdops(['dashboards', 'check'], { cwd: place() });
  expect(ran.exit).toBe(0);
  expect(ran.tookMs).toBeLessThan(5_000);
});

test('two hundred dashboards are checked in seconds', async () => {
  const cwd = place();
  const text = readFileSync(BUILT, 'utf8');
  for (let index = 0; index < 200; index += 1) {
    const dashboard = JSON.parse(text.replaceAll('$__rate_interval', `${index + 2}m`)) as Record<string, unknown>;
    writeFileSync(join(cwd, `${index}.json`), JSON.stringify({ ...dashboard, uid: index + 'u', title: `T${index}` }));
  }
  const files = Array.from({ length: 200 }, (_, index) => `${index}.json`);
  const ran = await mdops(['dashboards', 'check', ...files, '--catalogue', `${MARKET_DATA}/catalogue.yml`], { cwd });
  expect(ran.stdout).toContain('200 dashboards, 4200 panels, 5200 queries: no findings');
  expect(ran.tookMs).toBeLessThan(12_000);
});
