// Alerts of other platforms, from metric to receiver and back: what is pushed comes from the tests of their rules.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { mdops } from '../support/mdops.ts';

const cwd = mkdtempSync(join(tmpdir(), 'mdops-smoke-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

interface Report {
  readonly alerts: readonly { readonly alert: string; readonly verdict: string; readonly failure: unknown }[];
  readonly untried: readonly string[];
}

test.each([
  ['ai-trading-core', 10, 0],
  ['dawsos', 10, 15],
])('%s: every alert is proven, firing and resolved', { timeout: 120_000 }, async (platform, count, untried) => {
  const words = ['alert-smoke', '--ephemeral', '--all', '--platform', platform, '--json', '--skip-metrics'];
  const ran = await mdops(words, { cwd });
  expect(ran.exit, ran.stdout + ran.stderr).toBe(0);
  const report = JSON.parse(ran.stdout) as Report;
  expect(report.alerts).toHaveLength(count);
  expect(report.alerts.filter(({ verdict }) => verdict !== 'proven')).toEqual([]);
  expect(report.untried).toHaveLength(untried);
  expect(readdirSync(join(cwd, '.mdops/stacks'))).toEqual([]);
});
