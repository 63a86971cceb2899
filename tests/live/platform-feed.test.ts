// Fed with sample series of every metric, a real Prometheus evaluates every rule, and every panel finds data.

import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadPromql } from '../../lib/domain/rules/promql.ts';
import { type LivePlatform, startLivePlatform } from '../support/live-platform.ts';
import { mdops } from '../support/mdops.ts';
import { readPanelQueries } from '../support/panel-queries.ts';

const ROOT = 'config/platforms';
const platforms = readdirSync(ROOT).filter((name) => existsSync(`${ROOT}/${name}/catalogue.yml`));

const parse = await loadPromql();
const queriesOf = new Map(
  platforms.map((name) => {
    const folder = `${ROOT}/${name}/grafana/dashboards`;
    return [name, existsSync(folder) ? readPanelQueries(folder, parse) : []] as const;
  }),
);
const lives = new Map<string, LivePlatform>();

beforeAll(async () => {
  const start = async (name: string): Promise<void> => {
    lives.set(
      name,
      await startLivePlatform(
        name,
        queriesOf.get(name)!.map(({ expr }) => expr),
      ),
    );
  };
  await Promise.all(platforms.map(start));
}, 180_000);
afterAll(async () => {
  await Promise.all([...lives.values()].map((live) => live.end()));
});

describe.each(platforms)('%s:', (name) => {
  test('every metric of the catalogue is there', async () => {
    const live = lives.get(name)!;
    const missing: string[] = [];
    for (const { name: metric, type } of live.platform.metrics) {
      if ((await live.count(type === 'histogram' ? `${metric}_bucket` : metric)) < 1) missing.push(metric);
    }
    expect(live.platform.metrics.length).toBeGreaterThan(0);
    expect(missing).toEqual([]);
  });

  test('every recording rule has recorded something', async () => {
    const live = lives.get(name)!;
    const silent: string[] = [];
    for (const { kind, name: rule } of live.rules)
      if (kind === 'record' && (await live.count(rule)) < 1) silent.push(rule);
    expect(silent).toEqual([]);
  });

  test('every query of every panel finds data', async () => {
    const empty: string[] = [];
    for (const { where, expr, isPanel } of queriesOf.get(name)!)
      if (isPanel && (await lives.get(name)!.count(expr)) < 1) empty.push(`${where}: ${expr}`);
    expect(empty).toEqual([]);
  });

  test('variables and annotations ask what Prometheus understands', async () => {
    const refused: string[] = [];
    for (const { where, expr, isPanel } of queriesOf.get(name)!)
      if (!isPanel && (await lives.get(name)!.count(expr)) < 0) refused.push(`${where}: ${expr}`);
    expect(refused).toEqual([]);
  });
});

describe('stack verify counts series against budgets:', () => {
  const NOBODY = 'http://127.0.0.1:9';
  const verify = async (cwd: string): Promise<{ what: string; grade: string; note: string }[]> => {
    const { url } = lives.get('market-data')!;
    const addresses = ['--prometheus-url', url, '--pushgateway-url', NOBODY, '--alertmanager-url', NOBODY];
    const ran = await mdops(['stack', 'verify', '--platform', 'market-data', '--json', ...addresses], { cwd });
    return (JSON.parse(ran.stdout) as { checks: { what: string; grade: string; note: string }[] }).checks;
  };

  test('what is shipped is within them', async () => {
    const [series] = (await verify(process.cwd())).filter(({ what }) => what === 'series');
    expect(series).toMatchObject({ grade: 'ok' });
    expect(series!.note).toMatch(/^\d+ series in all, \d+ metrics of market-data within budget$/);
  });

  test('too many series, a forbidden label and a value that is not allowed are named', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'mdops-budgets-'));
    cpSync('config', join(cwd, 'config'), { recursive: true });
    const file = join(cwd, ROOT, 'market-data/catalogue.yml');
    const text = readFileSync(file, 'utf8');
    const planted = text
      .replace(/(name: md_throughput_mps[\s\S]*?series: )\d+/, '$11')
      .replace(/(name: md_active_feed\n[\s\S]*?)( {4}series:)/, '$1    values: { feed: [primary] }\n$2')
      .replace('forbidden_labels: [', 'forbidden_labels: [consumer, ');
    writeFileSync(file, planted);
    const found = (await verify(cwd)).filter(({ what }) => /^(series|label) /.test(what));
    expect(found.map(({ what }) => what)).toEqual([
      'series of md_throughput_mps',
      'label consumer',
      // One for each value that is not allowed.
      'label feed of md_active_feed',
      'label feed of md_active_feed',
    ]);
    expect(found.every(({ grade }) => grade === 'warning')).toBe(true);
    rmSync(cwd, { recursive: true });
  });
});
