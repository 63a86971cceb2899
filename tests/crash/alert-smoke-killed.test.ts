// A smoke killed at any moment leaves nothing that the next one does not remove.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mdops, outcomeOf, startMdops } from '../support/mdops.ts';

const KILLS = 50;
// Long enough for most runs to have pushed, fired and begun to recover.
const LATEST_KILL_MS = 1_600;
const cwd = mkdtempSync(join(tmpdir(), 'mdops-killed-'));
let urls: Record<string, string> = {};

beforeAll(async () => {
  const words = ['stack', 'up', '--speed', '300', '--stand-ins', '--json', '--skip-metrics'];
  const up = await mdops(words, { cwd });
  expect(up.exit, up.stderr).toBe(0);
  urls = (JSON.parse(up.stdout) as { urls: Record<string, string> }).urls;
  const body = '# TYPE md_runbook_exit_code gauge\nmd_runbook_exit_code{command="failover",environment="live"} 0\n';
  await fetch(`${urls['pushgateway']}/metrics/job/failover`, { method: 'PUT', body });
});

afterAll(async () => {
  await mdops(['stack', 'down'], { cwd });
  rmSync(cwd, { recursive: true, force: true });
});

async function look(): Promise<unknown> {
  const read = async (url: string): Promise<unknown> => (await fetch(url)).json();
  const groups = (await read(`${urls['pushgateway']}/api/v1/metrics`)) as { data: { labels: unknown }[] };
  const alerts = (await read(`${urls['alertmanager']}/api/v2/alerts`)) as { labels: Record<string, string> }[];
  const silences = (await read(`${urls['alertmanager']}/api/v2/silences`)) as unknown[];
  const isOwn = ({ labels }: { labels: Record<string, string> }): boolean =>
    labels['alertname'] !== 'Mdops_Health_Check_Absent';
  return {
    groups: groups.data.map(({ labels }) => labels),
    // This one fires by itself: nobody checks anything here.
    alerts: alerts.filter(isOwn).map(({ labels }) => labels),
    silences,
  };
}

test(`${KILLS} kills, then one run: gateway and Alertmanager are as before`, { timeout: 300_000 }, async () => {
  // The Watchdog fires by itself, a moment after the stack is up.
  await expect.poll(async () => JSON.stringify(await look()), { timeout: 60_000 }).toContain('Watchdog');
  const before = await look();
  let dirty = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const child = startMdops(['alert-smoke', '--alert', 'MD_Runbook_Failure', '--skip-metrics'], { cwd });
    const ended = outcomeOf(child);
    await pause(((kill + 0.5) / KILLS) * LATEST_KILL_MS);
    child.kill('SIGKILL');
    await ended;
    if (JSON.stringify(await look()) !== JSON.stringify(before)) dirty += 1;
  }
  expect(dirty, 'some kills left something to sweep').toBeGreaterThan(0);
  const last = await mdops(['alert-smoke', '--alert', 'MD_Runbook_Failure', '--skip-metrics'], { cwd });
  expect(last.exit, last.stderr).toBe(0);
  expect(await look()).toEqual(before);
});

test('Ctrl-C takes the pushed series away at once', { timeout: 60_000 }, async () => {
  const child = startMdops(['alert-smoke', '--alert', 'MD_Runbook_Failure', '--skip-metrics'], { cwd });
  const ended = outcomeOf(child);
  const groups = async (): Promise<string> => (await fetch(`${urls['pushgateway']}/metrics`)).text();
  await expect.poll(groups, { timeout: 20_000, interval: 20 }).toContain('job="alert-smoke"');
  child.kill('SIGINT');
  expect((await ended).exit).toBe(130);
  expect(await groups()).not.toContain('job="alert-smoke"');
});

test('a killed ephemeral smoke leaves processes; the next one ends them and its own', {
  timeout: 120_000,
}, async () => {
  const mine = (): number => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isMine(pid)).length;
  const before = mine();
  for (const afterMs of [400, 900, 2_500]) {
    const child = startMdops(['alert-smoke', '--ephemeral', '--alert', 'MD_Runbook_Failure', '--skip-metrics'], {
      cwd,
    });
    const ended = outcomeOf(child);
    await pause(afterMs);
    child.kill('SIGKILL');
    await ended;
  }
  const last = await mdops(['alert-smoke', '--ephemeral', '--alert', 'MD_Runbook_Failure', '--skip-metrics'], { cwd });
  expect(last.exit, last.stderr).toBe(0);
  expect(mine()).toBe(before);
  expect(readdirSync(join(cwd, '.mdops/stacks')).filter((name) => name.startsWith('smoke'))).toEqual([]);
});

function isMine(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HOME=${cwd}`);
  } catch {
    return false;
  }
}
