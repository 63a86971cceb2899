// `runbooks` at 3 a.m.: the name on the page, as it stands there, shows what to do.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mdops } from '../support/mdops.ts';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mdops-runbooks-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

/** What is typed → what the answer begins with. */
const SHOWN: Record<string, RegExp> = {
  OrderBookStale: /^OrderBookStale\n/,
  alert_gateway_latency: /^ALERT_GATEWAY_LATENCY\n/,
  MD_Runbook_Failure: /^MD_Runbook_Failure\n/,
  ALERT_GATEWAY_AVAILABILITY_BURN_1H: /^Objective gateway-availability\n/,
  '§4': /^4\. Failover and drill\n/,
  '4-failover-and-drill': /^4\. Failover and drill\n/,
};

test.each(Object.entries(SHOWN))('show %s', async (name, beginning) => {
  const ran = await mdops(['runbooks', 'show', name], { cwd });
  expect(ran.exit, ran.stderr).toBe(0);
  expect(ran.stdout).toMatch(beginning);
});

test('an alert that two platforms have is shown for both', async () => {
  const { stdout } = await mdops(['runbooks', 'show', 'HighErrorRate'], { cwd });
  expect(stdout.match(/^runbooks\/platforms\/\w+\.md$/gm)).toEqual([
    'runbooks/platforms/b25.md',
    'runbooks/platforms/dawsos.md',
  ]);
  expect(stdout.match(/^Mitigation$/gm)).toHaveLength(2);
});

test('show of what is not there names what there is', async () => {
  const ran = await mdops(['runbooks', 'show', 'nothing'], { cwd });
  expect([ran.exit, ran.stdout]).toEqual([64, '']);
  expect(ran.stderr).toContain('name an alert, a page, or a section');
});

test.each(['rules', 'dashboards', 'slo'])(
  '%s check of an empty word is no check of the working directory',
  async (name) => {
    const ran = await mdops([name, 'check', ''], { cwd });
    expect([ran.exit, ran.stdout]).toEqual([64, '']);
    expect(ran.stderr).toContain('wants PATH, found an empty one');
  },
);

test('where there is no platform, nothing was checked, and that is no pass', async () => {
  mkdirSync(join(cwd, 'config/platforms'), { recursive: true });
  const ran = await mdops(['rules', 'check'], { cwd });
  expect([ran.exit, ran.stdout]).toEqual([64, '']);
  expect(ran.stderr).toContain('it holds no platform');
});
