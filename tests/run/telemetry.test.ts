// A whole run and its sinks: shown from start to end, never held up or judged by them, and no secret anywhere.

import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { startFaultServer } from '../../lib/sim/fault-server.ts';
import { startGrafana } from '../../lib/sim/stand-ins/grafana.ts';
import { startPagerDuty } from '../../lib/sim/stand-ins/pagerduty.ts';
import { startSlack } from '../../lib/sim/stand-ins/slack.ts';
import { startTelegram } from '../../lib/sim/stand-ins/telegram.ts';
import { allSinksAt } from '../support/all-sinks.ts';
import { CANARY, filesBelow, formsOf } from '../support/canary.ts';
import { mdops, type Ran } from '../support/mdops.ts';
import { type RealPushgateway, startPushgateway } from '../support/real-pushgateway.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const directory = temporaryDirectories('telemetry');
const open: { close(): Promise<void> }[] = [];
const gateways: RealPushgateway[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});
afterAll(async () => {
  for (const gateway of gateways) await gateway.stop();
});

// A run that begins, is announced, and ends at once: this directory configures no components.
const RUN = ['start-live-env', 'start', '--yes'];
const ITS_EXIT = 78;

function run(cwd: string, env: Record<string, string>, words = RUN): Promise<Ran> {
  return mdops(words, { cwd, env: { MDOPS_STATE_DIR: 'state', ...env } });
}

test('a run is one chat message and one region on the dashboard, with its operator, end and id', async () => {
  const [slack, grafana, gateway] = [
    await startSlack({ botToken: 'xoxb-1' }),
    await startGrafana(),
    await startPushgateway(),
  ];
  open.push(slack, grafana);
  gateways.push(gateway);
  const cwd = directory();
  const ran = await run(cwd, {
    SLACK_BOT_TOKEN: 'xoxb-1',
    SLACK_API_URL: slack.apiUrl,
    GRAFANA_URL: grafana.url,
    PUSHGATEWAY_URL: gateway.url,
  });
  expect(ran.exit, ran.stderr).toBe(ITS_EXIT);
  expect(ran.stderr).not.toContain('warning:');
  expect(slack.messages().map(({ edits }) => edits)).toEqual([1]);
  expect(slack.messages()[0]?.text).toMatch(/start-live-env start \(sim\): exit 78 after /);
  const [region, ...others] = [...grafana.state.annotations.values()];
  expect(others).toEqual([]);
  expect(region?.text).toMatch(/by tester: exit 78 after .*: The environment "sim" has no components, run \S+$/);
  expect(region?.tags).toEqual(['mdops', 'start-live-env', 'sim', 'exit-78']);
  expect(region?.timeEnd).toBeGreaterThan(region?.time ?? Number.POSITIVE_INFINITY);
  const metrics = await gateway.scrape();
  expect(metrics).toMatch(
    /md_runbook_last_refused_timestamp_seconds\{[^}]*command="start-live-env"[^}]*reason="config"/,
  );
  expect(metrics).toMatch(/alert_delivery_success_total\{delivery_method="slack"[^}]*\} 2/);
});

test('what sinks that never answer did not take waits in the spool: message, region and metrics', async () => {
  const server = await startFaultServer('never answers');
  open.push(server);
  const cwd = directory();
  const env = allSinksAt(server.url);
  expect((await run(cwd, env)).exit).toBe(ITS_EXIT);
  const listed = JSON.parse((await run(cwd, env, ['spool', '--json'])).stdout) as { waiting: { kind: string }[] };
  const kinds = listed.waiting.map(({ kind }) => kind).sort();
  expect(kinds).toEqual(['annotation', 'notification', 'notification', 'push group']);
});

test('what was not delivered waits, and is delivered with its own time once they are back', async () => {
  const cwd = directory();
  const port = await quietPort();
  const dead = { GRAFANA_URL: `http://127.0.0.1:${port}` };
  const ran = await run(cwd, dead);
  expect(ran.stderr).toContain('grafana');
  const before = Date.now();
  const listed = await run(cwd, dead, ['spool', '--json']);
  expect(JSON.parse(listed.stdout)).toMatchObject({ waiting: [{ kind: 'annotation' }] });
  const grafana = await startGrafana({ port });
  open.push(grafana);
  await eventuallyFlushed(cwd, dead);
  const [region] = [...grafana.state.annotations.values()];
  expect(region?.time).toBeLessThan(before);
  expect(region?.timeEnd).toBeLessThan(before);
});

/** The breaker remembers the outage for its own time; a fresh memory stands for having waited. */
async function eventuallyFlushed(cwd: string, env: Record<string, string>): Promise<void> {
  rmSync(join(cwd, 'state/state/breakers'), { recursive: true, force: true });
  const flushed = await run(cwd, env, ['spool', 'flush', '--json']);
  expect(JSON.parse(flushed.stdout)).toMatchObject({ delivered: 1, kept: 0, dropped: 0 });
}

describe('no secret reaches a sink', () => {
  function expectClean(text: string, where: string): void {
    for (const form of formsOf(CANARY)) expect(text.includes(form), `${where}: ${form}`).toBe(false);
  }

  test.each(['400', '401', 'refused', '200 html'] as const)(
    'of its own or of another, when the sinks answer "%s"',
    async (kind) => {
      const server = await startFaultServer(kind);
      open.push(server);
      const cwd = directory();
      const env = {
        ...allSinksAt(server.url),
        SLACK_WEBHOOK_URL: `${server.url}/services/${encodeURIComponent(CANARY)}`,
        GRAFANA_TOKEN: CANARY,
        PUSHGATEWAY_TOKEN: CANARY,
        PAGERDUTY_ROUTING_KEY: CANARY,
        TELEGRAM_BOT_TOKEN: encodeURIComponent(CANARY),
      };
      // A secret that came into a name, as when an operator pastes into the wrong field.
      const named = await run(cwd, env, [
        'job-watch',
        '--name',
        `job ${CANARY}`,
        '--',
        'sh',
        '-c',
        `echo ${shell(CANARY)}; exit 3`,
      ]);
      const announced = await run(cwd, env);
      expectClean(named.stdout + named.stderr + announced.stdout + announced.stderr, 'terminal');
      for (const file of filesBelow(join(cwd, 'logs'))) expectClean(readFileSync(file, 'utf8'), file);
      for (const file of filesBelow(join(cwd, 'state')).filter((path) => /spool|metrics|incidents|slack/.test(path))) {
        expectClean(readFileSync(file, 'utf8'), file);
      }
      for (const { path, headers, body } of server.requests()) {
        // Each remote gets its own credentials in their own place, and nowhere else.
        const said = [
          path.startsWith('/services/') || path.startsWith('/bot') ? '' : path,
          body.replace(/"routing_key":"(?:[^"\\]|\\.)*"/, ''),
        ];
        const others = Object.entries(headers).filter(([name]) => name !== 'authorization');
        expectClean([...said, JSON.stringify(others)].join('\n'), path);
      }
    },
  );
});

test('receivers without faults see no secret of the others either', async () => {
  const [slack, pagerduty, telegram] = [await startSlack(), await startPagerDuty(), await startTelegram()];
  open.push(slack, pagerduty, telegram);
  await run(directory(), {
    SLACK_WEBHOOK_URL: slack.webhookUrl,
    TELEGRAM_BOT_TOKEN: '1:standin',
    TELEGRAM_CHAT_ID: '-1',
    TELEGRAM_API_URL: telegram.url,
    PAGERDUTY_ROUTING_KEY: 'R-c4n4ry-0123456789',
    PAGERDUTY_API_URL: pagerduty.url,
  });
  expect(slack.messages()).toHaveLength(1);
  expect(telegram.messages()).toHaveLength(1);
  expect(JSON.stringify([slack.requests, telegram.requests.map(({ text }) => text)])).not.toContain('R-c4n4ry');
});

function shell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function quietPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
