// `check-feed-health` from files: words in, answer, exit code, artifacts and gauges out.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DIST, mdops, type Ran } from '../support/mdops.ts';
import { type RealPushgateway, startPushgateway } from '../support/real-pushgateway.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const directory = temporaryDirectories('health-files');
// 17:30 in Shanghai, a Monday: no product trades.
const NOW = '2026-01-05T09:30:00Z';
const FRESH = '2026-01-05T09:29:50Z';
const CALENDAR = new URL('../../config/calendars/ctp.json', import.meta.url).pathname;

let cwd: string;
let gateway: RealPushgateway;
beforeAll(async () => {
  gateway = await startPushgateway();
});
afterAll(() => gateway.stop());
beforeEach(() => {
  cwd = directory();
});

const entry = (symbol: string, tick: string | null = FRESH) => ({
  symbol,
  subscription_id: `s-${symbol}`,
  last_tick_at: tick,
  active: true,
});

function put(name: string, content: unknown): string {
  writeFileSync(join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content));
  return name;
}

function check(catalogue: unknown, active: unknown, ...words: string[]): Promise<Ran> {
  const files = ['--catalogue', put('catalogue', catalogue), '--active-file', put('active', active)];
  const env = { PUSHGATEWAY_URL: gateway.url };
  return mdops(['check-feed-health', ...files, '--now', NOW, ...words], { cwd, env });
}

test('a person reads verdict, coverage, where it hurts, the worst, and what to do next', async () => {
  const ran = await check(
    ['rb2605.SHFE', 'au2604.SHFE', 'm2605.DCE'],
    [entry('rb2605.SHFE', '2026-01-05T09:20:00Z'), entry('au2604.SHFE')],
    '--no-color',
  );
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toBe(`UNHEALTHY  feed primary, sim  2026-01-05T17:30:00.000+08:00, dry-run
coverage  █████████████████████░░░░░░░░░░░ 66.66 %  2 of 3, wanted 99.5 %
missing   1  DCE 1
stalled   1  SHFE 1
✗ 1 expected contract not subscribed: m2605.DCE
✗ coverage 66.66 % is below 99.5 %
✗ 1 subscription stalled: rb2605.SHFE (10m)

WORST                 SILENT  LAST TICK
m2605.DCE    missing
rb2605.SHFE  stalled     10m  2026-01-05T09:20:00Z

next
  to resubscribe: 2 contracts in 1 request
    batch 1: m2605.DCE, rb2605.SHFE
  mdops check-feed-health --mode enforce … sends them
  runbooks/production-runbook.md#5-routine-health
`);
});

test('the next check says what changed', async () => {
  await check(['a.SHFE', 'b.SHFE'], [entry('a.SHFE')]);
  const ran = await check(['a.SHFE', 'b.SHFE'], [entry('b.SHFE')], '--no-color');
  expect(ran.stdout).toContain(`since the last check, 0ms ago: still unhealthy
  + missing a.SHFE
  - recovered b.SHFE
`);
});

test('a person may ask for longer lists, or for none', async () => {
  const names = Array.from({ length: 14 }, (_, i) => `c${String(i).padStart(2, '0')}.SHFE`);
  const rows = (text: string): number => text.split('\n').filter((line) => /^c\d\d\.SHFE +missing$/.test(line)).length;
  const shown = async (...words: string[]): Promise<string> => (await check(names, [], '--no-color', ...words)).stdout;
  const usual = await shown();
  expect(rows(usual)).toBe(10);
  expect(usual).toContain('and 4 more');
  const all = await shown('--limit-list', '14');
  expect(rows(all)).toBe(14);
  expect(all).not.toContain('WORST\nand');
  expect(rows(await shown('--limit-list', '0'))).toBe(0);
});

test('a list is what its first character says, whatever its ending', async () => {
  const catalogue = put('catalogue.txt', ['a.SHFE']);
  const active = put('active.csv', [entry('a.SHFE')]);
  const ran = await mdops(['check-feed-health', '--catalogue', catalogue, '--active-file', active, '--now', NOW], {
    cwd,
  });
  expect(ran.exit, ran.stdout).toBe(0);
});

test('a snapshot may come through a pipe, a line at a time', async () => {
  const lines = ['a.SHFE', 'b.SHFE'].map((symbol) => JSON.stringify(entry(symbol)));
  const words = `--catalogue ${put('catalogue', ['a.SHFE', 'b.SHFE'])} --active-file /dev/stdin --now ${NOW}`;
  const script = `{ echo '${lines[0]}'; echo '${lines[1]}'; } | "$0" ${DIST}/mdops.js check-feed-health ${words}`;
  const ran = spawnSync('/bin/sh', ['-c', script, process.execPath], { cwd, encoding: 'utf8' });
  expect(ran.status, ran.stdout).toBe(0);
});

describe('the verdict of', () => {
  const good = ['a.SHFE'];
  const cases: Record<string, [unknown, unknown, string[], number]> = {
    'a CSV catalogue': ['# contracts\na.SHFE,x\n', [entry('a.SHFE')], [], 0],
    'an NDJSON snapshot': [good, `${JSON.stringify(entry('a.SHFE'))}\n`, [], 0],
    'an empty catalogue is unknown': [[], [entry('a.SHFE')], [], 3],
    'an empty file is unknown': ['', [entry('a.SHFE')], [], 3],
    'an empty snapshot is critical': [good, [], [], 2],
    'a torn snapshot is unknown': [good, '[{"symbol":"a.SHFE"', [], 3],
    'a stale tick with a looser limit': [
      good,
      [entry('a.SHFE', '2026-01-05T09:26:00Z')],
      ['--lag-warning', '600', '--lag-critical', '900'],
      0,
    ],
    'a critical limit below the usual warning': [
      good,
      [entry('a.SHFE', '2026-01-05T09:29:00Z')],
      ['--lag-critical', '60'],
      2,
    ],
    'a stale tick outside the session': [
      ['rb2605.SHFE'],
      [entry('rb2605.SHFE', '2026-01-05T07:00:00Z')],
      ['--calendar', CALENDAR],
      0,
    ],
  };
  test.each(Object.entries(cases))('%s', async (_name, [catalogue, active, words, exit]) => {
    const ran = await check(catalogue, active, '--json', ...words);
    expect(ran.exit, ran.stderr).toBe(exit);
    expect(JSON.parse(ran.stdout)).toMatchObject({ schema: 'mdops.health/1', exit_code: exit });
  });

  test('a missing file is unknown and named', async () => {
    const ran = await mdops(['check-feed-health', '--catalogue', 'no', '--active-file', 'no', '--json'], { cwd });
    expect(ran.exit).toBe(3);
    expect(JSON.parse(ran.stdout).errors[0]).toBe(`${join(cwd, 'no')}: cannot be read: there is no such file`);
  });

  test('hostile names is right, and the terminal gets none of their tricks', async () => {
    const names = [
      '$(reboot).SHFE',
      '`x`',
      'it\'s "q"',
      'a\u202eb.DCE',
      '\u001b[31mred',
      '__proto__',
      'constructor',
      'x'.repeat(10_240),
    ];
    const ran = await check(names, [...names.slice(1).map((name) => entry(name)), entry('__proto__')], '--json');
    expect(JSON.parse(ran.stdout)).toMatchObject({
      exit_code: 2,
      missing_contracts: ['$(reboot).SHFE'],
      matched_total: 7,
    });
    const shown = await check(names, [], '--no-color');
    expect(shown.stdout.split('').filter((character) => character === '\u001b' || character === '\u202e')).toEqual([]);
  });

  test('ignored contracts leaves them out, also from the summary of a subscription run', async () => {
    const summary = put('summary.json', { rejected: [{ symbol: 'b.SHFE', reason: 'expired' }] });
    const ran = await check(['a.SHFE', 'b.SHFE'], [entry('a.SHFE')], '--ignore', summary, '--json');
    expect(JSON.parse(ran.stdout)).toMatchObject({ exit_code: 0, ignored_total: 1, expected_total: 1 });
    const apart = put('apart.json', [{ symbol: 'b', exchange: 'SHFE' }]);
    expect((await check(['a.SHFE', 'b.SHFE'], [entry('a.SHFE')], '--ignore', apart)).exit).toBe(0);
    const empty = put('empty.json', '');
    expect((await check(['a.SHFE'], [entry('a.SHFE')], '--ignore', empty)).exit).toBe(3);
  });
});

describe('it is refused', () => {
  const cases: Record<string, [string[], number, string]> = {
    'without anything to look at': [[], 64, 'nothing tells which contracts to expect'],
    'with --now and a live control plane': [['--control-plane', 'http://127.0.0.1:9', '--now', NOW], 64, '--now'],
    'with a --now that no calendar has': [
      ['--catalogue', 'c', '--active-file', 'a', '--now', '2026-02-30T09:00:00Z'],
      64,
      '2026-02-30',
    ],
    'to enforce from files alone': [
      ['--catalogue', 'c', '--active-file', 'a', '--mode', 'enforce'],
      64,
      '--control-plane',
    ],
    'with a calendar that is none': [
      ['--catalogue', 'c', '--active-file', 'a', '--calendar', 'no.json'],
      78,
      'no.json',
    ],
    'with a warning behind the critical limit': [
      ['--catalogue', 'c', '--active-file', 'a', '--lag-warning', '90', '--lag-critical', '60'],
      64,
      'at least the warning, 1m30s',
    ],
    'with a limit that is no duration': [
      ['--catalogue', 'c', '--active-file', 'a', '--lag-warning', 'soon'],
      64,
      'lag',
    ],
  };
  test.each(Object.entries(cases))('%s', async (_name, [words, exit, says]) => {
    const ran = await mdops(['check-feed-health', ...words], { cwd });
    expect(ran.exit, ran.stderr).toBe(exit);
    expect(ran.stderr).toContain(says);
    expect(ran.stderr).toContain('hint:');
  });
});

test('an audit writes both artifacts and its log under the given prefix', async () => {
  mkdirSync(join(cwd, 'evidence'));
  const ran = await check(
    ['a.SHFE', '=b'],
    [entry('a.SHFE', null)],
    '--mode',
    'audit',
    '--out-dir',
    'evidence',
    '--log-prefix',
    'hourly',
  );
  expect(ran.exit).toBe(2);
  const [csv = '', json = ''] = readdirSync(join(cwd, 'evidence')).sort();
  expect([csv, json].map((name) => name.replace(/\d{8}-\d{6}/, 'T'))).toEqual(['hourly_T.csv', 'hourly_T.json']);
  expect(readFileSync(join(cwd, 'evidence', csv), 'utf8')).toBe(
    "symbol,status,severity,subscription_id,last_tick_at,lag_seconds\r\n'=b,missing,critical,,,\r\na.SHFE,stalled,critical,s-a.SHFE,,\r\n",
  );
  expect(JSON.parse(readFileSync(join(cwd, 'evidence', json), 'utf8'))).toMatchObject({ mode: 'audit', exit_code: 2 });
  expect(readdirSync(join(cwd, 'logs/runbooks'))[0]).toMatch(/^hourly_\d{8}-\d{6}\.log$/);
});

test('the configuration names log and artifact as the flag does', async () => {
  mkdirSync(join(cwd, 'config'));
  put('config/mdops.yaml', 'health: { log_prefix: nightly }\n');
  await check(['a.SHFE'], [entry('a.SHFE')], '--out', 'json');
  const names = readdirSync(join(cwd, 'logs/runbooks')).sort();
  expect(names.map((name) => name.replace(/\d{8}-\d{6}/, 'T'))).toEqual(['nightly_T.json', 'nightly_T.log']);
});

test('the gateway gets coverage, missing and stalled; of a check that could not look it gets none of them', async () => {
  const labels = ['--feed-label', 'backup', '--account-label', 'acc', '--session-window', 'night'];
  await check(['a.SHFE', 'b.SHFE'], [entry('a.SHFE', '2026-01-05T09:27:00Z')], ...labels);
  const pushed = await gateway.scrape();
  for (const line of [
    /^md_subscription_coverage_ratio\{account="acc",.*feed="backup",.*session_window="night".*\} 0\.5$/m,
    /^md_subscription_missing_total\{.*feed="backup".*\} 1$/m,
    /^md_subscription_stalled_total\{.*feed="backup",.*severity="warning".*\} 1$/m,
    /^md_subscription_stalled_total\{.*feed="backup",.*severity="critical".*\} 0$/m,
    /^md_runbook_exit_code\{command="check-feed-health",.*\} 2$/m,
  ]) {
    expect(pushed).toMatch(line);
  }
  expect(pushed).not.toContain('a.SHFE');
  await check([], [], ...labels);
  const after = await gateway.scrape();
  expect(after).not.toMatch(/^md_subscription_coverage_ratio\{.*feed="backup"/m);
  expect(after).toMatch(/^md_runbook_exit_code\{command="check-feed-health",.*\} 3$/m);
});
