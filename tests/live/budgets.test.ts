// `stack verify` counts the series of a real Prometheus against what a platform allows.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPlatform } from '../../lib/domain/platform/read-platform.ts';
import { eventually } from '../support/eventually.ts';
import { type FedPrometheus, startFedPrometheus } from '../support/fed-prometheus.ts';
import { makeSeries } from '../support/feed-series.ts';
import { mdops } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const CATALOGUE = 'config/platforms/market-data/catalogue.yml';
const NOBODY = 'http://127.0.0.1:9';
const directory = temporaryDirectories('budgets')();
let prometheus: FedPrometheus;
let cwd = '';

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'mdops-budgets-'));
  cpSync('config', join(cwd, 'config'), { recursive: true });
  const { platform } = await readPlatform(CATALOGUE, readFileSync(CATALOGUE, 'utf8'));
  const metrics = platform.metrics.map((metric) => ({ ...metric, job: 'fed' }));
  const series = await makeSeries({ metrics, queries: [], recorded: new Set() });
  prometheus = await startFedPrometheus({ directory, series, jobs: new Map(), rules: new Map(), offsetsMs: [] });
  await eventually('a first scrape', 30_000, async () => (await prometheus.query('up == 1'))[0]);
}, 60_000);

afterAll(async () => {
  await prometheus.stop();
  rmSync(cwd, { recursive: true });
});

interface Line {
  readonly what: string;
  readonly grade: string;
  readonly note: string;
}

async function verify(): Promise<Line[]> {
  const addresses = ['--prometheus-url', prometheus.url, '--pushgateway-url', NOBODY, '--alertmanager-url', NOBODY];
  const ran = await mdops(['stack', 'verify', '--platform', 'market-data', '--json', ...addresses], { cwd });
  return (JSON.parse(ran.stdout) as { checks: Line[] }).checks.filter(({ what }) => /^(series|label )/.test(what));
}

test('what is shipped is within its budgets', async () => {
  const [series, ...others] = await verify();
  expect(others).toEqual([]);
  expect(series).toMatchObject({ what: 'series', grade: 'ok' });
  expect(series!.note).toMatch(/^[1-9]\d* series in all, \d+ metrics of market-data within budget$/);
});

test('too many series, a forbidden label and a value that is not allowed are named', async () => {
  const file = join(cwd, CATALOGUE);
  const text = readFileSync(file, 'utf8');
  const planted = text
    .replace(/(name: md_throughput_mps[\s\S]*?series: )\d+/, '$11')
    .replace(/(name: md_active_feed\n[\s\S]*?)( {4}series:)/, '$1    values: { feed: [a] }\n$2')
    .replace('forbidden_labels: [', 'forbidden_labels: [consumer, ');
  writeFileSync(file, planted);
  const found = await verify();
  writeFileSync(file, text);
  expect(found).toEqual([
    { what: 'series of md_throughput_mps', grade: 'warning', note: '2 series, and its budget is 1' },
    { what: 'label consumer', grade: 'warning', note: '2 values of a label that no metric may have' },
    {
      what: 'label feed of md_active_feed',
      grade: 'warning',
      note: '1 series with "b", which is not in its allow-list',
    },
  ]);
});
