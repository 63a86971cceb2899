// Every alert of the catalogue, from metric to receiver and back, on the real programs.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startFaultServer } from '../../lib/sim/fault-server.ts';
import { mdops } from '../support/mdops.ts';

interface Proof {
  readonly alert: string;
  readonly verdict: string;
  readonly skipped: string | null;
  readonly failure: unknown;
  readonly hops_ms: Readonly<Record<string, number | null>>;
}
interface Report {
  readonly verdict: string;
  readonly duration_ms: number;
  readonly overhead_median_ms: number;
  readonly alerts: readonly Proof[];
}

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mdops-smoke-'));
});
afterEach(async () => {
  await mdops(['stack', 'down', '--skip-metrics'], { cwd });
  rmSync(cwd, { recursive: true, force: true });
});

test('all of them are proven on a stack of their own, within a minute, and nothing is left', {
  timeout: 120_000,
}, async () => {
  const ran = await mdops(['alert-smoke', '--ephemeral', '--all', '--json', '--junit', 'smoke.xml'], { cwd });
  expect(ran.exit, ran.stdout + ran.stderr).toBe(0);
  const report = JSON.parse(ran.stdout) as Report;
  expect(report.alerts).toHaveLength(13);
  expect(report.alerts.filter(({ verdict }) => verdict !== 'proven')).toEqual([]);
  expect(report.duration_ms).toBeLessThan(60_000);
  expect(report.overhead_median_ms).toBeLessThanOrEqual(500);
  for (const { alert, hops_ms: hops } of report.alerts.filter(({ hops_ms }) => hops_ms['scraped'] !== null)) {
    const order = ['pushed', 'scraped', 'firing', 'notified', 'received', 'recovered', 'resolved'];
    const times = order.flatMap((hop) => hops[hop] ?? []);
    expect(times, alert).toEqual([...times].sort((left, right) => left - right));
  }
  expect(readFileSync(join(cwd, 'smoke.xml'), 'utf8')).toContain('tests="13" failures="0" skipped="0"');
  expect(readdirSync(join(cwd, '.mdops/stacks'))).toEqual([]);
});

test('on a running stack with real receivers a message is marked as a test, and no real series is touched', {
  timeout: 60_000,
}, async () => {
  const slack = await startFaultServer('ok');
  writeFileSync(join(cwd, 'slack-url'), slack.url);
  const env = { SLACK_WEBHOOK_URL_FILE: join(cwd, 'slack-url') };
  const up = await mdops(['stack', 'up', '--speed', '300', '--json', '--skip-metrics'], { cwd, env });
  expect(up.exit, up.stderr).toBe(0);
  const { urls } = JSON.parse(up.stdout) as { urls: Record<string, string> };
  const ran = await mdops(
    [
      'alert-smoke',
      '--alert',
      'Mdops_Automation_Latched',
      '--alert',
      'Mdops_Pushgateway_Down',
      '--json',
      '--skip-metrics',
    ],
    { cwd },
  );
  expect(ran.exit, ran.stdout + ran.stderr).toBe(0);
  const { alerts } = JSON.parse(ran.stdout) as Report;
  expect(alerts.map(({ alert, verdict }) => [alert, verdict])).toEqual([
    ['Mdops_Pushgateway_Down', 'skipped'],
    ['Mdops_Automation_Latched', 'proven'],
  ]);
  const skipped = await mdops(['alert-smoke', '--alert', 'Mdops_Pushgateway_Down', '--json', '--skip-metrics'], {
    cwd,
  });
  expect(skipped.exit, skipped.stdout).toBe(3);
  const blind = await mdops(
    ['alert-smoke', '--alert', 'MD_Runbook_Failure', '--prometheus-url', 'http://127.0.0.1:9', '--json'],
    { cwd },
  );
  expect(blind.exit, blind.stdout).toBe(2);
  const failed = (JSON.parse(blind.stdout) as Report).alerts.map(({ failure }) => failure);
  expect(failed[0]).toMatchObject({ hop: 'scraped', detail: expect.stringContaining('http://127.0.0.1:9') });
  const titles = slack.requests().map(({ body }) => /"title":"([^"]*)"/.exec(body)?.[1] ?? '');
  const own = titles.filter((title) => title.includes('Mdops_Automation_Latched'));
  expect(own.map((title) => title.replace(/:.*/, ''))).toEqual([
    '[TEST] [warning] Mdops_Automation_Latched',
    '[TEST] [RESOLVED] [warning] Mdops_Automation_Latched',
  ]);
  expect(await (await fetch(`${urls['pushgateway']}/metrics`)).text()).not.toContain('job="alert-smoke"');
  await slack.close();
});
