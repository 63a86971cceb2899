// `mdops slo` as an operator meets it; what it generates is run by the real promtool.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { mdops } from '../support/mdops.ts';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mdops-slo-'));
});

const GATEWAY = `
slo:
  name: gateway-availability
  objective: 99.9
  window: 30d
  indicator: (1 - (5xx_requests / total_requests))
  events:
    5xx_requests: gateway_http_requests_total{status=~"5.."}
    total_requests: gateway_http_requests_total
`;
const VALUATION = `
service: valuation
window: 28d
slos:
  - name: warm-p95
    objective: 95
    indicator: { histogram: http_request_duration_seconds, labels: 'endpoint="/valuation"', at_most: 1.2 }
    least_bad_events: 5
`;
const SLOTH = `
version: prometheus/v1
service: web
slos:
  - name: availability
    objective: 99.95
    sli:
      events:
        error_query: sum(rate(http_errors_total{job="web"}[{{.window}}]))
        total_query: sum(rate(http_requests_total{job="web"}[{{.window}}]))
    alerting: { name: WebErrors }
`;

function slo(verb: string, ...words: string[]) {
  return mdops(['slo', verb, ...words], { cwd });
}

function write(files: Readonly<Record<string, string>>): string[] {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  return Object.keys(files);
}

test('generated rules pass promtool, and generated tests pass in it', async () => {
  const files = write({ 'gateway.yml': GATEWAY, 'valuation.yml': VALUATION, 'web.yml': SLOTH });
  const ran = await slo('generate', ...files, '--out', 'out');
  expect(ran.exit, ran.stderr).toBe(0);
  expect(ran.stdout).toContain('15 files of 3 objectives are in');
  const rules = readdirSync(join(cwd, 'out/rules')).map((name) => join(cwd, 'out/rules', name));
  expect(execFileSync('promtool', ['check', 'rules', ...rules], { encoding: 'utf8' })).toContain('SUCCESS');
  const tests = readdirSync(join(cwd, 'out/tests')).map((name) => join(cwd, 'out/tests', name));
  expect(tests).toHaveLength(12);
  expect(execFileSync('promtool', ['test', 'rules', ...tests], { encoding: 'utf8' })).not.toContain('FAILED');
  expect((await slo('check', ...files, '--out', 'out')).exit).toBe(0);
  for (const text of [...rules, ...tests].map((file) => readFileSync(file, 'utf8')))
    expect(text).not.toMatch(/\d\.\d*(?:00000|99999)\d/);
});

test('a generated test notices an alert whose threshold was changed', async () => {
  write({ 'gateway.yml': GATEWAY });
  await slo('generate', 'gateway.yml', '--out', 'out');
  const rules = join(cwd, 'out/rules/gateway-gateway-availability.yml');
  writeFileSync(rules, readFileSync(rules, 'utf8').replaceAll('> 0.0144', '> 0.0154'));
  const unit = join(cwd, 'out/tests/gateway-gateway-availability-1h.yml');
  expect(() => execFileSync('promtool', ['test', 'rules', unit], { stdio: 'pipe' })).toThrow('FAILED');
  const checked = await slo('check', 'gateway.yml', '--out', 'out');
  expect(checked.exit).toBe(2);
  expect(checked.stdout).toContain('is not what its objective says: mdops slo generate writes it');
});

test('explain says what it takes to page someone', async () => {
  write({ 'gateway.yml': GATEWAY });
  const { stdout, exit } = await slo('explain', 'gateway.yml');
  expect(exit).toBe(0);
  expect(stdout.split('\n').slice(0, 3)).toEqual([
    'gateway/gateway-availability: 99.9 % of events are good in any 30d',
    '  that allows 0.1 % to fail: one in 1000, or a total outage of 43m12s',
    expect.stringMatching(
      /^ {2}ALERT_GATEWAY_AVAILABILITY_BURN_1H pages when more than 1\.44 % fail over 1h, and still do over 5m \(14\.4 times the budget\); a total outage is told after 52s, ended 4m56s after it$/,
    ),
  ]);
  expect(stdout).toMatch(/^ {2}FAILING +1h \(page\) +6h \(page\) +1d \(ticket\) +3d \(ticket\)$/m);
  expect(stdout).toMatch(/^ {2}0\.5 % +– +– +14h24m \/ 48m +14h24m \/ 4h48m$/m);
});

test('an alert that can never fire is refused, and the others stand', async () => {
  write({ 'low.yml': GATEWAY.replace('99.9', '93') });
  const checked = await slo('check', 'low.yml');
  expect(checked.exit).toBe(1);
  expect(checked.stdout).toContain('ALERT_GATEWAY_AVAILABILITY_BURN_1H is refused: at 93 % it can never fire');
  const generated = await slo('generate', 'low.yml');
  expect(generated.exit).toBe(1);
  expect(generated.stdout).not.toContain('ALERT_GATEWAY_AVAILABILITY_BURN_1H');
  expect(generated.stdout).toContain('ALERT_GATEWAY_AVAILABILITY_BURN_6H');
});

test('mistakes are all named, with their file, and nothing is written', async () => {
  write({ 'bad.yml': GATEWAY.replace('99.9', '100').replace('30d', 'soon') });
  const ran = await slo('generate', 'bad.yml', '--out', 'out');
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toMatch(/bad\.yml: gateway-availability: its objective is not a percentage/);
  expect(ran.stdout).toMatch(/its window "soon" is not a duration/);
  expect(readdirSync(cwd)).not.toContain('out');
});

test('generated tests pass for objectives of many digits, close to the bound, and as short as an alert looks back', async () => {
  const objectives = { a: 'objective: 99.98765432109876', b: 'objective: 93.0603', c: 'objective: 99.5, window: 1d' };
  const list = Object.entries(objectives).map(
    ([name, rest]) =>
      `  - { name: ${name}, service: s, ${rest}, indicator: (1 - (${name}_bad_total / ${name}_total)) }`,
  );
  const [file] = write({ 'edges.yml': `slos:\n${list.join('\n')}\n` });
  expect((await slo('generate', file!, '--out', 'out')).exit).toBe(1);
  expect(readdirSync(join(cwd, 'out/tests'))).toHaveLength(11);
  const tests = ['a-6h', 'b-1h', 'c-1d'].map((name) => `out/tests/s-${name}.yml`);
  expect(execFileSync('promtool', ['test', 'rules', ...tests], { cwd, encoding: 'utf8' })).not.toContain('FAILED');
});

test('who switches every alert off has made no mistake; the table of reactions rises', async () => {
  const off = SLOTH.replace(
    '{ name: WebErrors }',
    '{ page_alert: { disable: true }, ticket_alert: { disable: true } }',
  );
  const [file] = write({ 'off.yml': off });
  const checked = await slo('check', file!);
  expect([checked.exit, checked.stdout]).toEqual([0, '1 objectives: no mistake\n']);
  const [told] = write({ 'web.yml': SLOTH });
  const shares = [...(await slo('explain', told!)).stdout.matchAll(/^ {2}([\d.]+) % /gm)].map(([, share]) =>
    Number(share),
  );
  expect(shares.length).toBeGreaterThan(4);
  expect(shares).toEqual([...shares].sort((left, right) => left - right));
});

test('a query that is no PromQL is named with its place', async () => {
  write({
    'bad.yml': SLOTH.replace('sum(rate(http_errors_total{job="web"}[{{.window}}]))', 'sum(rate(x[{{.window}}])'),
  });
  const ran = await slo('check', 'bad.yml');
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toMatch(/is no PromQL at character \d+/);
});

test('a directory without objectives is a mistake of the operator, not a pass', async () => {
  const ran = await slo('check', '.');
  expect(ran.exit).toBe(64);
  expect(ran.stderr).toContain('there are none in .');
});

test('a dry run writes nothing', async () => {
  write({ 'gateway.yml': GATEWAY });
  expect((await slo('generate', 'gateway.yml', '--out', 'out', '-n')).exit).toBe(0);
  expect(readdirSync(cwd)).toEqual(['gateway.yml']);
});
