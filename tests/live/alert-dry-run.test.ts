// A dry run of the alert path says what would happen, starts nothing and writes nothing but its log.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { mdops } from '../support/mdops.ts';

const cwd = mkdtempSync(join(tmpdir(), 'mdops-dry-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const PLANS: Record<string, string> = {
  'stack up': 'would start pushgateway, alertmanager, prometheus',
  'stack down': 'no stack was up',
  demo: 'would play a trading day of 8 stages',
  'alert-smoke --all': 'would prove 11 of 13 alerts',
  'alert-smoke --ephemeral --all': 'would prove 13 of 13 alerts',
  // One platform is enough: all of them take a minute or two, and tests/live/rules.test.ts has them.
  [`rules test ${resolve('config/platforms/market-data')}`]: 'all pass',
};

test.each(Object.entries(PLANS))('%s', async (words, said) => {
  const ran = await mdops([...words.split(' '), '--dry-run'], { cwd });
  expect(ran.exit, ran.stderr).toBe(0);
  expect(ran.stdout).toContain(said);
  const written = readdirSync(cwd, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(written.filter(({ parentPath }) => !parentPath.includes('logs/runbooks'))).toEqual([]);
});

test('a catalogue whose alerts say nothing of what to push is no proof', async () => {
  const catalogue = join(cwd, 'logs/runbooks/catalogue.yml');
  mkdirSync(dirname(catalogue), { recursive: true });
  writeFileSync(catalogue, 'platform: x\nalerts: [{ alert: Unsaid, severity: info, receivers: [r] }]\n');
  const ran = await mdops(['alert-smoke', '--all', '--catalogue', catalogue, '--dry-run'], { cwd });
  expect(ran.exit).toBe(78);
  expect(ran.stderr).toContain('has no stimulus for them (Unsaid)');
});

test('on a running stack, what would be added to real series is left to a stack of its own', async () => {
  const ran = await mdops(['alert-smoke', '--all', '--platform', 'dawsos', '--dry-run', '--json'], { cwd });
  expect(ran.exit, ran.stderr).toBe(0);
  const { alerts } = JSON.parse(ran.stdout) as { alerts: { alert: string; skipped: string | null }[] };
  const skipped = Object.fromEntries(alerts.map((one) => [one.alert, one.skipped]));
  expect(skipped['CircuitBreakerOpen']).toBe(null);
  expect(skipped['HighErrorRate']).toContain('real series would be added up');
  expect(skipped['LedgerReconciliationFailure']).toContain('counters would have to run');
});
