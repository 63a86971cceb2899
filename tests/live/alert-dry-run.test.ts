// A dry run of the alert path says what would happen, starts nothing and writes nothing but its log.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { mdops } from '../support/mdops.ts';

const cwd = mkdtempSync(join(tmpdir(), 'mdops-dry-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const PLANS: Record<string, string> = {
  'stack up': 'would start pushgateway, alertmanager, prometheus',
  'stack down': 'no stack was up',
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

test('a platform whose alerts say nothing of what to push is no proof', async () => {
  const ran = await mdops(['alert-smoke', '--all', '--platform', 'dawsos', '--dry-run'], { cwd });
  expect(ran.exit).toBe(78);
  expect(ran.stderr).toContain('has no stimulus for them (WarmLatencyP95Breach');
});
