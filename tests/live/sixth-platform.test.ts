// A platform is added by writing data: no code, no file besides its own.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mdops } from '../support/mdops.ts';

let cwd = '';
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mdops-sixth-'));
  cpSync('config', join(cwd, 'config'), { recursive: true });
  cpSync('runbooks', join(cwd, 'runbooks'), { recursive: true });
  const folder = join(cwd, 'config/platforms/sixth');
  mkdirSync(folder);
  for (const name of readdirSync('tests/fixtures/sixth-platform'))
    cpSync(`tests/fixtures/sixth-platform/${name}`, join(folder, name));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const PATH = 'config/platforms/sixth';

test('it is generated, and nothing else changes', async () => {
  const ran = await mdops(['rules', 'generate', '--json'], { cwd });
  expect(ran.exit, ran.stdout).toBe(0);
  const { written } = JSON.parse(ran.stdout) as { written: string[] };
  expect(written.filter((path) => !path.startsWith(`${PATH}/`))).toEqual(['runbooks/platforms/sixth.md']);
  for (const file of ['rules/gateway.yml', 'tests/ALERT_GATEWAY_SLOW.yml', 'prometheus.yml', 'alertmanager.yml'])
    expect(written).toContain(`${PATH}/${file}`);
  expect(written.some((path) => path.startsWith(`${PATH}/slo/rules/`))).toBe(true);
  const again = await mdops(['rules', 'generate', '--json'], { cwd });
  expect((JSON.parse(again.stdout) as { written: string[] }).written).toEqual([]);
});

test('promtool, amtool and our own checks find nothing, its tests pass and kill its mutants', async () => {
  for (const words of [
    ['check', PATH],
    ['test', PATH],
    ['coverage', PATH],
    ['mutate', PATH, '--min-score', '0.95'],
  ]) {
    const ran = await mdops(['rules', ...words], { cwd });
    expect(ran.exit, `${words.join(' ')}: ${ran.stdout}${ran.stderr}`).toBe(0);
  }
}, 60_000);

test('without PATHs it is one of all platforms, and its runbook can be followed', async () => {
  const index = await mdops(['rules', 'index'], { cwd });
  expect(index.stdout).toContain('## sixth');
  const runbooks = await mdops(['runbooks', 'check'], { cwd });
  expect(runbooks.exit, runbooks.stdout).toBe(0);
});

test('it is switched on by name', async () => {
  const planned = await mdops(['stack', 'up', '--platform', 'sixth', '--dry-run', '--json'], { cwd });
  expect(planned.exit, planned.stderr).toBe(0);
  const unknown = await mdops(['stack', 'up', '--platform', 'seventh', '--dry-run'], { cwd });
  expect(unknown.exit).toBe(64);
  expect(unknown.stderr).toContain('sixth');
});

test('a mistake in the data is named with its line, and nothing is written', async () => {
  const file = join(cwd, PATH, 'catalogue.yml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('severity: warning', 'severty: warning'));
  rmSync(join(cwd, PATH, 'prometheus.yml'));
  const ran = await mdops(['rules', 'generate', 'sixth'], { cwd });
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toMatch(/catalogue\.yml:\d+: alerts\[0\]\.severty is unknown here: did you mean severity\?/);
  expect(existsSync(join(cwd, PATH, 'prometheus.yml'))).toBe(false);
});
