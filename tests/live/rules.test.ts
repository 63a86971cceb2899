// `rules` as an operator team meets it: what is typed, what is said, how it ends.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mdops, type Ran } from '../support/mdops.ts';

const MARKET_DATA = 'config/platforms/market-data';
let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mdops-rules-'));
  for (const folder of ['config', 'runbooks']) cpSync(folder, join(cwd, folder), { recursive: true });
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const rules = (...words: string[]): Promise<Ran> => mdops(['rules', ...words], { cwd });

function change(file: string, from: string, to: string): void {
  const path = join(cwd, file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
}

test('everything shipped is sound, tested, and its index up to date', async () => {
  for (const words of [['check'], ['test'], ['coverage'], ['index', '--compare', 'runbooks/alerts/README.md']]) {
    const ran = await rules(...words);
    expect(ran.exit, `${words.join(' ')}: ${ran.stdout}${ran.stderr}`).toBe(0);
  }
  // Days of objectives are evaluated minute by minute.
}, 240_000);

test('check names file, line, rule and check', async () => {
  change(
    'config/platforms/market-data/rules/market-data.yml',
    'md_failover_latency_ms > 5000',
    'md_failover_latencyms > 5000',
  );
  const ran = await rules('check');
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toMatch(
    /config\/platforms\/market-data\/rules\/market-data\.yml:\d+: MD_Failover_Latency_High: reads md_failover_latencyms, which nothing emits: did you mean md_failover_latency_ms\? \(promql\/source\)/,
  );
});

test('a file that is named and not there is a mistake of the operator', async () => {
  for (const flag of ['--catalogue', '--alertmanager']) {
    const ran = await rules('check', MARKET_DATA, flag, 'none.yml');
    expect(ran.exit).toBe(64);
    expect(ran.stderr).toContain(`Cannot read "none.yml" of ${flag}: there is no such file`);
  }
});

test('a directory without rules is no pass', async () => {
  for (const verb of ['check', 'coverage', 'mutate']) {
    const ran = await rules(verb, 'config/calendars');
    expect(ran.exit, verb).toBe(64);
    expect(ran.stderr).toContain('it holds none');
  }
});

test('check passes on what promtool and amtool say', async () => {
  change('config/platforms/market-data/alertmanager.yml', 'receiver: dead-mans-switch', 'receiver: nobody');
  const ran = await rules('check');
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toContain('(amtool)');
});

test('check names an alert that does not reach whom it should', async () => {
  const routes = 'config/platforms/market-data/alertmanager.yml';
  change(routes, '- receiver: pagerduty-market-data-ops\n', '- receiver: slack-market-data-low\n');
  const ran = await rules('check', MARKET_DATA);
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toMatch(/Mdops_Journal_Degraded \(critical\): wanted pagerduty-market-data-ops, .*\(routes\)/);
});

test('a test that fails is shown with what promtool expected', async () => {
  change('config/platforms/market-data/rules/market-data.yml', 'md_throughput_mps < 5000', 'md_throughput_mps < 4000');
  const ran = await rules('test', MARKET_DATA, '--junit', 'out.xml');
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toContain('MD_Throughput_Below_Target.yml');
  expect(readFileSync(join(cwd, 'out.xml'), 'utf8')).toContain('failures="1"');
  const mutated = await rules('mutate', MARKET_DATA);
  expect(mutated.exit).toBe(2);
  expect(mutated.stderr).toContain('fail on the rules as they are');
});

test('mutate kills every mutant of rules and routes, but those proven equal', async () => {
  const ran = await rules('mutate', MARKET_DATA, '--json', '--min-score', '1');
  expect(ran.exit, ran.stdout.slice(0, 2_000)).toBe(0);
  const report = JSON.parse(ran.stdout) as Record<
    'rules' | 'routes',
    { score: number; mutants: { verdict: string }[] }
  >;
  expect([report.rules.score, report.routes.score]).toEqual([1, 1]);
  expect(report.rules.mutants.length).toBeGreaterThan(180);
  expect(report.routes.mutants.length).toBeGreaterThan(50);
}, 60_000);

test('a test that is missing is named by the mutant that survives', async () => {
  change('config/platforms/market-data/tests/MD_Failover_Latency_High.yml', 'values: 5000x21', 'values: 4000x21');
  const line =
    'severity: critical\n        feed: f\n    alert:\n      alertname: A\n      severity: warning\n      feed: other\n';
  change(
    'config/platforms/market-data/routes.tests.yml',
    line,
    line.replace('feed: f', 'command: f').replace('feed: other', 'command: other'),
  );
  const ran = await rules('mutate', MARKET_DATA, '--min-score', '1');
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toMatch(
    /survived .*MD_Failover_Latency_High: > → >= → a test with the value exactly on the threshold/,
  );
  expect(ran.stdout).toMatch(/survived .*alertmanager\.yml inhibit_rules\[0\]: equal without feed/);
}, 60_000);

test('coverage names the rule that no test has seen', async () => {
  rmSync(join(cwd, 'config/platforms/market-data/tests/Watchdog.yml'));
  const ran = await rules('coverage');
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toContain('missing: Watchdog needs a test in which it fires');
});

test('an index that is out of date is an error, and can be written', async () => {
  change('config/platforms/market-data/rules/market-data.yml', 'for: 2m', 'for: 3m');
  const file = 'runbooks/alerts/README.md';
  expect((await rules('index', '--compare', file)).exit).toBe(2);
  expect((await rules('index', '--write', file)).exit).toBe(0);
  expect((await rules('index', '--compare', file)).exit).toBe(0);
});

test('without promtool the answer is 69 and what to install', async () => {
  const ran = await mdops(['rules', 'test'], { cwd, env: { PATH: '/nowhere' } });
  expect(ran.exit).toBe(69);
  expect(ran.stderr).toContain('install it');
});
