// `rules` on what other teams have, and on parts of what is here.

import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mdops, type Ran } from '../support/mdops.ts';

const B25 = 'config/platforms/b25';
let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mdops-foreign-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const here = (...words: string[]): Promise<Ran> => mdops(['rules', ...words], { cwd });

async function inRepository(...words: string[]): Promise<Ran> {
  for (const folder of ['config', 'runbooks'])
    if (!existsSync(join(cwd, folder))) cpSync(folder, join(cwd, folder), { recursive: true });
  return here(...words);
}

function write(file: string, content: string | Buffer): void {
  const path = join(cwd, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

const ALERT = {
  alert: 'Down',
  expr: 'up == 0',
  for: '5m',
  labels: { severity: 'warning' },
  annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'https://example.org/x#down' },
};
const groups = (...rules: object[]): string => JSON.stringify({ groups: [{ name: 'g', rules }] }, null, 1);
const resource = (...rules: object[]): string =>
  JSON.stringify(
    { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', spec: JSON.parse(groups(...rules)) },
    null,
    1,
  );

interface CheckReport {
  readonly rules: number;
  readonly findings: readonly { file: string; line: number; rule: string; check: string; message: string }[];
  readonly without_catalogue: readonly string[];
}

const report = (ran: Ran): CheckReport => JSON.parse(ran.stdout) as CheckReport;

test('a part of a platform is judged by what lies beside it', async () => {
  for (const part of [`${B25}/rules/business_alerts.yml`, `${B25}/rules`, 'config/platforms/carbon254/slo/rules']) {
    const ran = await inRepository('check', part);
    expect(ran.exit, `${part}: ${ran.stdout}`).toBe(0);
  }
  const covered = await inRepository('coverage', `${B25}/rules/business_alerts.yml`);
  expect(covered.stdout).toContain('9 of 9 rules are tested firing and silent');
  const index = await inRepository('index', 'config/platforms/carbon254');
  expect(index.stdout).toMatch(
    /^\| ALERT_GATEWAY_AVAILABILITY_BURN_1H \| critical .*gateway-gateway-availability-1h\.yml/m,
  );
});

test('a test that is named is run, and so are those that name a rule file', async () => {
  const one = await inRepository('test', `${B25}/tests/HighErrorRate.yml`);
  expect(one.stdout).toContain('1 test files: all pass');
  const feed = 'config/platforms/ai-trading-core';
  const some = await inRepository('test', `${feed}/rules/watchdog.yml`, '--json');
  const { files } = JSON.parse(some.stdout) as { files: { file: string; ok: boolean }[] };
  expect(files.map(({ file }) => file)).toEqual([`${feed}/tests/Watchdog.yml`]);
  // Its routes are those of every alert, not of the file's alone.
  const mutated = await inRepository('mutate', `${feed}/rules/watchdog.yml`, '--min-score', '1');
  expect(mutated.exit, mutated.stdout).toBe(0);
  const checked = await inRepository('check', `${B25}/tests/HighErrorRate.yml`);
  expect([checked.exit, checked.stderr]).toEqual([64, expect.stringContaining('it holds none')]);
});

test('foreign rules: nothing is missing where nothing is known, and that is said', async () => {
  write('alerts/red/gateway.yaml', resource({ ...ALERT, expr: 'nobodys_metric > 3' }));
  write('alerts/use/node.yml', groups({ ...ALERT, alert: 'Other' }));
  write('alerts/use/node_test.yml', 'rule_files: [node.yml]\ntests: []\n');
  const ran = await here('check', 'alerts');
  expect([ran.exit, ran.stdout]).toEqual([
    0,
    expect.stringMatching(
      /no catalogue\.yml beside it, so its metrics were not looked up\n.*2 rules in alerts: no findings/,
    ),
  ]);
  expect(report(await here('check', 'alerts', '--json'))).toMatchObject({ rules: 2, without_catalogue: ['alerts'] });
  expect((await here('test', 'alerts')).stdout).toContain('1 test files: all pass');
  expect((await here('index', 'alerts')).stdout).toContain('[down](https://example.org/x#down)');
});

test('what promtool says has a file, a line and a rule; of a resource too', async () => {
  write('a.yml', groups(ALERT, { ...ALERT, alert: 'Rate', expr: 'rate(up) > 0' }));
  write(
    'b.yml',
    resource(ALERT, { ...ALERT, alert: 'Shown', annotations: { ...ALERT.annotations, note: '{{ $nobody }}' } }),
  );
  write('c.yml', Buffer.from('groups:\n- name: "\xff"\n', 'latin1'));
  const { findings } = report(await here('check', '.', '--json'));
  const said = findings
    .filter(({ check }) => check === 'promtool')
    .map((one) => `${one.file} ${one.rule}: ${one.message}`);
  expect(said.sort()).toEqual([
    expect.stringContaining('a.yml Rate: could not parse expression: 1:6: parse error: expected type range vector'),
    expect.stringContaining('b.yml Shown: annotation "note": template'),
    expect.stringMatching(/^c\.yml : yaml: .*UTF-8/),
  ]);
  const lines = findings.filter(({ check }) => check === 'promtool').map(({ line }) => line);
  expect(Math.min(...lines.slice(0, 2))).toBeGreaterThan(1);
});

test('rules that cannot be read are not called covered, indexed or proven', async () => {
  write('rules/a.yml', 'groups:\n\t- name: g\n');
  write('tests/a.yml', 'rule_files: [../rules/a.yml]\ntests: []\n');
  for (const verb of ['coverage', 'index', 'mutate']) {
    const ran = await here(verb, '.');
    expect([verb, ran.exit, ran.stdout]).toEqual([verb, 78, '']);
    expect(ran.stderr).toContain('rules/a.yml:2: Tabs are not allowed as indentation');
  }
});

test('a dry run of mutate judges the same, and leaves nothing behind', async () => {
  write('rules/a.yml', groups({ ...ALERT, expr: 'a_metric > 5' }));
  const series = (value: number): object => ({
    interval: '1m',
    input_series: [{ series: 'a_metric', values: `${value}x20` }],
    alert_rule_test: [
      {
        eval_time: '10m',
        alertname: 'Down',
        exp_alerts:
          value > 5
            ? [{ exp_labels: ALERT.labels, exp_annotations: { ...ALERT.annotations, description: String(value) } }]
            : [],
      },
    ],
  });
  write('tests/a.yml', JSON.stringify({ rule_files: ['../rules/a.yml'], tests: [series(6), series(5)] }));
  const [dry, real] = [
    await here('mutate', '.', '-n', '--json', '--min-score', '0'),
    await here('mutate', '.', '--json', '--min-score', '0'),
  ];
  expect([dry.exit, dry.stderr]).toEqual([0, '']);
  const mutants = (ran: Ran): unknown => (JSON.parse(ran.stdout) as { rules: { mutants: unknown } }).rules.mutants;
  expect(mutants(dry)).toEqual(mutants(real));
});
