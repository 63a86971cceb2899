// `check-feed-health --mode enforce` as a built program: repairs, guards, budgets, one page per episode.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { liveWorld, reportOf } from '../support/live-world.ts';
import { mdops } from '../support/mdops.ts';
import { startPushgateway } from '../support/real-pushgateway.ts';

const live = liveWorld('health-enforcement');

describe('enforcement', () => {
  test('resubscribes what is missing and what is silent, and is healthy then', async () => {
    live.service.held.delete('m2605.DCE');
    live.service.held.get('au2604.SHFE')!.tickMs = Date.now() - 400_000;
    const ran = await live.enforce();
    expect(reportOf(ran)).toMatchObject({
      exit_code: 0,
      verdict: 'healthy',
      remediation: {
        attempted: 2,
        succeeded: 2,
        attempts: 1,
        resubscribed: ['au2604.SHFE', 'm2605.DCE'],
        failed: [],
        escalated: false,
      },
    });
    expect(live.service.requests).toEqual([['au2604.SHFE', 'm2605.DCE']]);
    expect(live.pagerduty.alerts()).toEqual([]);
  });

  test('of what a snapshot shows looks live afterwards', async () => {
    live.service.held.delete('m2605.DCE');
    const last_tick_at = new Date().toISOString();
    const rows = [...live.service.held.keys()].map((symbol) => ({ symbol, last_tick_at }));
    writeFileSync(join(live.cwd, 'active.json'), JSON.stringify(rows));
    expect(reportOf(await live.enforce('--active-file', 'active.json'))).toMatchObject({
      exit_code: 0,
      remediation: { attempts: 1, succeeded: 1, escalated: false },
    });
    expect(live.pagerduty.alerts()).toEqual([]);
  });

  test('does not call healthy what was resubscribed and has not ticked since', async () => {
    live.service.behaviour.firstTickMs = null;
    live.service.held.delete('m2605.DCE');
    const report = reportOf(await live.enforce());
    expect(report).toMatchObject({ exit_code: 1, verdict: 'degraded', remediation: { attempts: 1, succeeded: 1 } });
    expect(report.warnings.join()).toContain('1 resubscribed contract without a tick since: m2605.DCE');
  });

  test('tells people once three repairs have brought no tick, and not of one that ticks again', async () => {
    live.configure('health: { remediation: { settle: 10ms } }\ngovernor: { remediations_per_hour: 100 }\n');
    live.service.behaviour.firstTickMs = null;
    const au = () => live.service.held.get('au2604.SHFE')!;
    au().tickMs = null;
    const repair = async () => {
      const { exit_code, remediation } = reportOf(await live.enforce());
      expect({ exit_code, attempts: remediation.attempts }).toEqual({ exit_code: 1, attempts: 1 });
      return { isTold: remediation.escalated, pages: live.pagerduty.alerts().length };
    };
    const silent = { isTold: false, pages: 0 };
    expect([await repair(), await repair(), await repair()]).toEqual([silent, silent, silent]);
    expect(await repair()).toEqual({ isTold: true, pages: 1 });
    expect(live.events('health_check_escalation')).toMatchObject([
      { extra: { reason: '3 repairs before this one brought no tick' } },
    ]);
    au().tickMs = Date.now();
    expect((await live.enforce()).exit).toBe(0);
    expect(live.pagerduty.alerts()).toMatchObject([{ status: 'resolved', triggers: 1 }]);
  });

  test('escalates once what it cannot repair, with attempts, marker and reasons', async () => {
    live.service.behaviour.refused = new Map([['m2605.DCE', 'not tradable']]);
    live.service.held.delete('m2605.DCE');
    const report = reportOf(await live.enforce('--escalation-marker', 'night-desk'));
    expect(report).toMatchObject({
      exit_code: 2,
      remediation: {
        attempts: 3,
        succeeded: 0,
        failed: [{ symbol: 'm2605.DCE', reason: 'not tradable' }],
        escalated: true,
      },
    });
    expect(live.pagerduty.alerts()).toMatchObject([{ status: 'triggered', triggers: 1, severity: 'critical' }]);
    expect(live.slack.messages()).toHaveLength(1);
    expect(live.events('health_check_escalation')).toMatchObject([
      { extra: { marker: 'night-desk', attempts: 3, missing: 1, stalled: 0 } },
    ]);
  });

  test('runs the escalation command with marker and exit code, and no shell', async () => {
    live.service.behaviour.refused = new Map([['m2605.DCE', 'no']]);
    live.service.held.delete('m2605.DCE');
    const line = `/bin/sh -c 'printf "%s|%s" "$1" "$2" > out' x {marker} {exit_code}`;
    await live.enforce('--escalation-marker', 'desk', '--escalation-command', line);
    expect(readFileSync(join(live.cwd, 'out'), 'utf8')).toBe('desk|2');
    expect(live.events('escalation_command_executed')).toHaveLength(1);
  });

  test('says so when the escalation command fails', async () => {
    live.service.behaviour.refused = new Map([['m2605.DCE', 'no']]);
    live.service.held.delete('m2605.DCE');
    await live.enforce('--escalation-command', '/bin/false {marker}');
    expect(live.events('escalation_command_error')).toHaveLength(1);
  });

  test('says when nobody could be told', async () => {
    live.service.behaviour.refused = new Map([['m2605.DCE', 'no']]);
    live.service.held.delete('m2605.DCE');
    const words = ['check-feed-health', '--control-plane', live.server.url, '--mode', 'enforce'];
    const ran = await mdops(words, { cwd: live.cwd });
    expect(ran.stdout).toContain('nobody was told: see the log, and tell the desk yourself');
    expect(ran.stderr).toContain('nobody can be told');
  });

  test('keeps to the rate limit and repairs everything', async () => {
    const many = Array.from({ length: 30 }, (_, i) => `c${i}.SHFE`);
    live.service.symbols.push(...many);
    live.service.behaviour.rateLimit = { max: 10, windowMs: 200 };
    live.configure(
      'health: { remediation: { settle: 50ms, batch_size: 10, rate_limit_max: 10, rate_limit_window: 200ms } }\n',
    );
    const report = reportOf(await live.enforce());
    expect(report).toMatchObject({ exit_code: 0, remediation: { attempted: 30, succeeded: 30, rate_limit_events: 0 } });
    expect(live.service.rateLimited()).toBe(0);
  });

  test('tries again what the service turned away for its rate', async () => {
    for (const symbol of ['rb2605.SHFE', 'm2605.DCE', 'SR605.CZCE']) live.service.held.delete(symbol);
    live.service.behaviour.rateLimit = { max: 2, windowMs: 150 };
    const report = reportOf(await live.enforce());
    expect(report).toMatchObject({ exit_code: 0, remediation: { succeeded: 3 } });
    expect(report.remediation.rate_limit_events).toBeGreaterThan(0);
  });

  test('does nothing but page when most exchanges look dead at once', async () => {
    live.service.held.clear();
    const report = reportOf(await live.enforce());
    expect(report).toMatchObject({ exit_code: 2, remediation: { attempts: 0, escalated: true } });
    expect(live.service.requests).toEqual([]);
    expect(live.pagerduty.alerts()).toHaveLength(1);
    expect(live.events('remediation_refused')).toMatchObject([
      { extra: { reason: 'the observer is doubted: 3 of 3 exchanges look dead at once: SHFE, DCE, CZCE' } },
    ]);
  });

  test('a dry run shows the batches, sends nothing, spends nothing and writes nothing but its log', async () => {
    live.service.held.delete('m2605.DCE');
    const ran = await live.enforce('-n');
    expect(reportOf(ran).metadata.planned).toEqual({ contracts: 1, requests: 1, batches: [['m2605.DCE']] });
    expect(ran.exit).toBe(2);
    expect(live.service.requests).toEqual([]);
    expect(readdirSync(live.cwd).sort()).toEqual(['config', 'logs']);
    const real = reportOf(await live.enforce());
    expect(real.run.plan_hash).toBe(reportOf(ran).run.plan_hash);
  });

  test('a paused target is left alone and nobody is woken', async () => {
    live.service.held.delete('m2605.DCE');
    await live.command('automation', 'pause', 'primary', '--for', '1h', '--reason', 'venue work');
    const report = reportOf(await live.enforce());
    expect(report.warnings.join()).toMatch(/nothing was resubscribed: paused for .* more: venue work/);
    expect(live.service.requests).toEqual([]);
    expect(live.pagerduty.alerts()).toEqual([]);
    await live.command('automation', 'resume', 'primary');
    expect((await live.enforce()).exit).toBe(0);
  });

  test('a spent budget latches until somebody acknowledges', async () => {
    live.service.behaviour.refused = new Map([['m2605.DCE', 'no']]);
    live.service.held.delete('m2605.DCE');
    for (let i = 0; i < 3; i += 1) await live.enforce('--max-remediation-attempts', '1');
    expect(live.service.requests).toHaveLength(3);
    const refused = reportOf(await live.enforce());
    expect(refused.warnings.join()).toContain('3 of 3 remediations an hour are spent');
    live.service.behaviour.refused = new Map();
    expect((await live.enforce()).exit).toBe(2);
    expect(live.service.requests).toHaveLength(3);
    await live.command('automation', 'ack', 'primary');
    expect((await live.enforce()).exit).toBe(0);
    expect(live.pagerduty.alerts()).toMatchObject([{ status: 'resolved' }]);
  });

  test('a latch is told to the gateway, and its acknowledgement too', async () => {
    const gateway = await startPushgateway();
    try {
      const quick = 'health: { remediation: { settle: 50ms, rate_limit_window: 200ms } }\n';
      live.configure(`${quick}remotes: { pushgateway: { url: "${gateway.url}" } }\n`);
      live.service.behaviour.refused = new Map([['m2605.DCE', 'no']]);
      live.service.held.delete('m2605.DCE');
      const latched = async (): Promise<string | undefined> =>
        /^md_automation_latched\{.*target="primary".*\} (\d)$/m.exec(
          await (await fetch(`${gateway.url}/metrics`)).text(),
        )?.[1];
      await live.enforce('--max-remediation-attempts', '1');
      expect(await latched()).toBe('0');
      for (let i = 0; i < 3; i += 1) await live.enforce('--max-remediation-attempts', '1');
      expect(await latched()).toBe('1');
      await live.command('automation', 'ack', 'primary');
      live.service.behaviour.refused = new Map();
      await live.enforce();
      expect(await latched()).toBe('0');
    } finally {
      await gateway.stop();
    }
  });

  test('the global switch stops it', async () => {
    live.service.held.delete('m2605.DCE');
    await live.command('automation', 'off', '--reason', 'incident 7');
    expect((await live.enforce()).exit).toBe(2);
    expect(live.service.requests).toEqual([]);
    await live.command('automation', 'on');
    expect((await live.enforce()).exit).toBe(0);
  });
});

test('a day of hourly failing checks is one page, resolved by recovery; a new episode is a new page', async () => {
  // Shorter than a run takes: every check is due to tell people again.
  live.configure('health: { remediation: { settle: 50ms } }\nalerting: { update_interval: 1s }\n');
  live.service.behaviour.refused = new Map([['m2605.DCE', 'not tradable']]);
  live.service.held.delete('m2605.DCE');
  for (let hour = 0; hour < 24; hour += 1) expect((await live.enforce()).exit).toBe(2);
  expect(live.pagerduty.alerts()).toHaveLength(1);
  expect(live.pagerduty.alerts()[0]).toMatchObject({ status: 'triggered', triggers: 1 });
  live.service.behaviour.refused = new Map();
  live.service.held.set('m2605.DCE', { symbol: 'm2605.DCE', id: 's', tickMs: Date.now() });
  expect((await live.enforce()).exit).toBe(0);
  expect(live.pagerduty.alerts()).toMatchObject([{ status: 'resolved' }]);
  live.service.held.clear();
  await live.enforce();
  expect(live.pagerduty.alerts()).toMatchObject([{ status: 'resolved' }, { status: 'triggered' }]);
});

test("a person's resolve is respected while the feed stays broken", async () => {
  live.service.behaviour.refused = new Map([['m2605.DCE', 'no']]);
  live.service.held.delete('m2605.DCE');
  await live.enforce();
  live.pagerduty.resolveByHand(live.pagerduty.alerts()[0]!.dedupKey);
  await live.enforce();
  expect(live.pagerduty.alerts()).toMatchObject([{ status: 'resolved' }]);
});
