// Each sabotage of the alert path is noticed by the smoke, and named: the hop and the cause.

import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { mdops, outcomeOf, startMdops } from '../support/mdops.ts';

interface Proof {
  readonly alert: string;
  readonly severity: string;
  readonly verdict: string;
  readonly failure: { readonly hop: string; readonly cause: string; readonly detail: string } | null;
}

const places: string[] = [];
afterAll(() => {
  for (const place of places) rmSync(place, { recursive: true, force: true });
});

function makePlace(sabotage: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>> = {}): string {
  const place = mkdtempSync(join(tmpdir(), 'mdops-sabotage-'));
  places.push(place);
  cpSync('config', join(place, 'config'), { recursive: true });
  for (const [file, changes] of Object.entries(sabotage)) {
    const path = join(place, 'config', file);
    for (const [from, to] of changes) {
      const text = readFileSync(path, 'utf8');
      expect(text, `${file} has "${from}"`).toContain(from);
      writeFileSync(path, text.replace(from, to));
    }
  }
  return place;
}

const words = (alerts: readonly string[]): string[] => [
  'alert-smoke',
  '--ephemeral',
  '--json',
  '--skip-metrics',
  '--deadline',
  '3s',
  ...alerts.flatMap((alert) => ['--alert', alert]),
];

function readProofs(stdout: string): Map<string, string> {
  const { alerts } = JSON.parse(stdout) as { alerts: Proof[] };
  return new Map(
    alerts.map(({ alert, severity, verdict, failure }) => [
      `${alert} ${severity}`,
      failure === null ? verdict : `${failure.hop}: ${failure.cause}`,
    ]),
  );
}

const PATIENCE = { timeout: 30_000, interval: 20 };

/** What a running smoke has written down about its stack, once it is planned. */
async function addressesOf(place: string): Promise<Record<string, string>> {
  const record = join(place, '.mdops/state/stacks/smoke.json');
  const read = (): Record<string, string> => {
    if (!existsSync(record)) return {};
    return (JSON.parse(readFileSync(record, 'utf8')) as { data: { addresses: Record<string, string> } }).data.addresses;
  };
  await expect.poll(() => read()['pushgateway'] ?? '', PATIENCE).toContain('http');
  return read();
}

async function untilAnswers(url: string, wanted: string): Promise<void> {
  const look = async (): Promise<string> => {
    try {
      return await (await fetch(url)).text();
    } catch {
      return '';
    }
  };
  await expect.poll(look, PATIENCE).toContain(wanted);
}

async function post(url: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(url, { method: 'POST', body: JSON.stringify(body), headers });
  expect(status).toBe(200);
}

/** The process of this place's stack that has the word in its command line. */
function findPid(place: string, word: string): number {
  const found = readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const [program = '', ...rest] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      const isHere = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HOME=${place}`);
      return isHere && program.endsWith(word) && rest.length > 0;
    } catch {
      return false;
    }
  });
  expect(found).toHaveLength(1);
  return Number(found[0]);
}

describe.concurrent('a sabotage is named:', () => {
  test('seven mistakes in rules and routes, each by itself, beside one alert that is left alone', async () => {
    const place = makePlace({
      'platforms/market-data/rules/market-data.yml': [
        ['alert: MD_Failover_Latency_High', 'alert: MD_Failover_Latency_Gone'],
        ['md_throughput_mps < 5000', 'md_throughput_mps < 4000'],
        ['md_subscription_coverage_ratio < 0.995', 'md_subscription_coverage_ratio < 0.999'],
        ['> 2000\n        for: 5m', '> 2000\n        for: 5h'],
      ],
      'platforms/market-data/rules/mdops.yml': [
        [
          'expr: md_journal_degraded > 0\n        for: 0m # a failed sync is never retried: state changes are refused from here on\n        labels:\n          severity: critical',
          'expr: md_journal_degraded > 0\n        labels:\n          severity: critcal',
        ],
      ],
      'platforms/market-data/alertmanager.yml': [
        [
          '  routes:\n',
          '  routes:\n    - receiver: slack-market-data-low\n      matchers: [alertname="MD_Runbook_Failure", severity="critical"]\n',
        ],
        [
          'inhibit_rules:\n',
          'inhibit_rules:\n  - source_matchers: [alertname="Watchdog"]\n    target_matchers: [alertname="Mdops_Automation_Latched"]\n',
        ],
      ],
    });
    const alerts = [
      'MD_Failover_Latency_High',
      'MD_Throughput_Below_Target',
      'MD_Subscription_Coverage_Drop',
      'Consumer_Backlog_Growth',
      'Mdops_Journal_Degraded',
      'MD_Runbook_Failure',
      'Mdops_Automation_Latched',
      'Mdops_Health_Check_Silent',
    ];
    const ran = await mdops(words(alerts), { cwd: place });
    expect(ran.exit, ran.stderr).toBe(2);
    expect(Object.fromEntries(readProofs(ran.stdout))).toEqual({
      'MD_Failover_Latency_High critical': 'pending: rule missing',
      'MD_Throughput_Below_Target critical': 'pending: expression false',
      'MD_Subscription_Coverage_Drop critical': 'quiet: fires on a quiet value',
      'Consumer_Backlog_Growth warning': 'firing: still pending',
      'Mdops_Journal_Degraded critical': 'received: routed elsewhere',
      'MD_Runbook_Failure warning': 'proven',
      'MD_Runbook_Failure critical': 'received: routed elsewhere',
      'Mdops_Automation_Latched warning': 'received: inhibited',
      'Mdops_Health_Check_Silent critical': 'proven',
    });
  });

  test('receivers that answer 500, 429 and never, and an active silence', async () => {
    const place = makePlace();
    const alerts = ['MD_Failover_Latency_High', 'MD_Runbook_Failure', 'Watchdog', 'Mdops_Automation_Latched'];
    const child = startMdops(words(alerts), { cwd: place });
    const ended = outcomeOf(child);
    const addresses = await addressesOf(place);
    await untilAnswers(`${addresses['receivers']}/seen`, 'seen');
    await post(`${addresses['receivers']}/admin/plan`, { path: '/pagerduty/', status: 500 });
    await post(`${addresses['receivers']}/admin/plan`, { path: '/slack/', status: 429 });
    await post(`${addresses['receivers']}/admin/plan`, { path: '/webhook/', status: null });
    await untilAnswers(`${addresses['alertmanager']}/-/ready`, 'OK');
    const matchers = [{ name: 'alertname', value: 'Mdops_Automation_Latched', isRegex: false, isEqual: true }];
    const times = { startsAt: new Date().toISOString(), endsAt: new Date(Date.now() + 600_000).toISOString() };
    await post(`${addresses['alertmanager']}/api/v2/silences`, { matchers, ...times, createdBy: 't', comment: 't' });
    const ran = await ended;
    expect(ran.exit, ran.stderr).toBe(2);
    const { alerts: proofs } = JSON.parse(ran.stdout) as { alerts: Proof[] };
    const told = proofs.map(({ alert, severity, failure }) => [alert, severity, failure?.hop, failure?.cause]);
    expect(told).toEqual([
      ['MD_Runbook_Failure', 'warning', 'received', 'receiver refused'],
      ['MD_Runbook_Failure', 'critical', 'received', 'receiver refused'],
      ['MD_Failover_Latency_High', 'critical', 'received', 'receiver refused'],
      ['Mdops_Automation_Latched', 'warning', 'received', 'silenced'],
      ['Watchdog', 'none', 'received', 'receiver hangs'],
    ]);
    const statusOf = (alert: string, severity: string): string | undefined =>
      proofs.find((one) => one.alert === alert && one.severity === severity)?.failure?.detail;
    expect(statusOf('MD_Runbook_Failure', 'warning')).toBe('status 429');
    expect(statusOf('MD_Failover_Latency_High', 'critical')).toMatch(/^status (500|429)$/);
  });

  /** A smoke that has begun to push: everything is up then. One that was over before it was seen is no use. */
  async function startedPushing(): Promise<{ place: string; ended: ReturnType<typeof outcomeOf> }> {
    for (let attempt = 1; ; attempt += 1) {
      const place = makePlace();
      const ended = outcomeOf(startMdops(words(['MD_Throughput_Below_Target']), { cwd: place }));
      const url = `${(await addressesOf(place))['pushgateway']}/metrics`;
      const seen = untilAnswers(url, 'job="alert-smoke"').then(
        () => true,
        () => false,
      );
      if (await Promise.race([seen, ended.then(() => false)])) return { place, ended };
      if (attempt === 5) throw new Error('no smoke was seen while it pushed');
    }
  }

  const KILLED: Record<string, readonly [word: string, told: string]> = {
    'Alertmanager is down': ['alertmanager', 'notified: Alertmanager not told'],
    'Pushgateway is down': ['pushgateway', 'pushed: push refused'],
  };
  test.each(Object.entries(KILLED))('%s', async (_name, [word, told]) => {
    const { place, ended } = await startedPushing();
    process.kill(findPid(place, word), 'SIGKILL');
    const ran = await ended;
    expect(ran.exit, ran.stderr).toBe(2);
    expect(Object.fromEntries(readProofs(ran.stdout))).toEqual({ 'MD_Throughput_Below_Target critical': told });
  });

  test('Prometheus does not scrape the gateway', async () => {
    const place = makePlace({
      'platforms/market-data/prometheus.yml': [
        ['honor_labels: true', 'honor_labels: true\n    metrics_path: /nowhere'],
      ],
    });
    const ran = await mdops(words(['MD_Runbook_Failure']), { cwd: place });
    expect(ran.exit, ran.stderr).toBe(2);
    expect([...readProofs(ran.stdout).values()]).toEqual(['scraped: not scraped', 'scraped: not scraped']);
    expect(ran.stdout).toContain('404');
  });
});
