// The units under a real systemd: schedule, user, directories, credentials, and who is told when they fail.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { bootMachine, type Machine } from './machine.ts';

const RECEIVER_PORT = 8099;
const RUN_MS = 20_000;
const WEBHOOK = `http://127.0.0.1:${RECEIVER_PORT}/slack/canary-3f9a`;

const NOW = '2026-01-05T02:00:00Z';
const tick = (secondsAgo: number): string => new Date(Date.parse(NOW) - secondsAgo * 1_000).toISOString();
const snapshot = (secondsAgo: number): string =>
  JSON.stringify([{ symbol: 'rb2605.SHFE', subscription_id: 's1', active: true, last_tick_at: tick(secondsAgo) }]);

/** Keeps what it is sent, one JSON line each. */
const RECEIVER = `
const { appendFileSync } = require('node:fs');
require('node:http').createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => { body += chunk; });
  request.on('end', () => {
    appendFileSync('/run/received.ndjson', JSON.stringify({ path: request.url, body: JSON.parse(body) }) + '\\n');
    response.statusCode = request.url.startsWith('/v2') ? 202 : 200;
    response.end('ok');
  });
}).listen(${RECEIVER_PORT}, '127.0.0.1');
`;

let machine: Machine;

beforeAll(async () => {
  machine = await bootMachine({
    'etc/mdops/environment': `MDOPS_PROFILE=sim\nPAGERDUTY_API_URL=http://127.0.0.1:${RECEIVER_PORT}\n`,
    'etc/mdops/catalogue.json': '["rb2605.SHFE"]',
    'etc/mdops/active.json': snapshot(5),
    'etc/mdops/healthy.json': snapshot(5),
    'etc/mdops/lagging.json': snapshot(150),
    'etc/mdops/dead.json': snapshot(4_000),
    'etc/mdops/jobs/nightly.env':
      'SCHEDULE="0 0 * * *"\nTIMEZONE=Asia/Shanghai\nDEADLINE=1m\nCOMMAND=/bin/echo built pack\n',
    'etc/mdops/jobs/slow.env': 'SCHEDULE="0 0 * * *"\nTIMEZONE=Asia/Shanghai\nDEADLINE=1m\nCOMMAND=/bin/sleep 50\n',
    'etc/credstore/slack-webhook-url': WEBHOOK,
    'etc/credstore/pagerduty-routing-key': 'canary-routing-key',
    'etc/systemd/system/check-feed-health.timer.d/soon.conf':
      '[Timer]\nOnBootSec=\nOnUnitActiveSec=\nOnActiveSec=100ms\nAccuracySec=1ms\n',
    'etc/systemd/system/check-feed-health.service.d/files.conf': execute(
      `node /opt/mdops/dist/check-feed-health.js --no-input --catalogue /etc/mdops/catalogue.json --active-file /etc/mdops/active.json --now ${NOW}`,
    ),
    'srv/receiver.js': RECEIVER,
  });
  machine.spawn('node', '/srv/receiver.js');
  await eventually('the receiver', RUN_MS, () => {
    const { status } = machine.run('bash', '-c', `exec 3<>/dev/tcp/127.0.0.1/${RECEIVER_PORT}`);
    return status === 0 || undefined;
  });
});

afterAll(() => machine?.stop());

describe('the timer', () => {
  test('runs the health check as the user of the units, with directories that only it can read', async () => {
    machine.run('systemctl', 'start', 'check-feed-health.timer');
    const lines = await eventually('a health check', RUN_MS, () => {
      const { ExecMainExitTimestamp, ActiveState } = machine.show(
        'check-feed-health.service',
        'ExecMainExitTimestamp',
        'ActiveState',
      );
      return ExecMainExitTimestamp !== '' && ActiveState === 'inactive'
        ? machine.journal('check-feed-health')
        : undefined;
    });
    expect(lines.join('\n')).toContain('HEALTHY');
    expect(machine.show('check-feed-health.service', 'Result', 'ExecMainStatus', 'TriggeredBy')).toMatchObject({
      Result: 'success',
      ExecMainStatus: '0',
      TriggeredBy: 'check-feed-health.timer',
    });
    const owners = machine.run('stat', '--format=%U %a', '/var/lib/mdops', '/var/log/mdops').stdout;
    expect(owners).toBe('mdops 700\nmdops 750\n');
    const files = machine.run('find', '/var/lib/mdops', '/var/log/mdops', '-type', 'f', '-printf', '%u %m\n').stdout;
    expect(new Set(files.trim().split('\n'))).toEqual(new Set(['mdops 600']));
  });
});

/** The state of the feed → the exit status, whether systemd calls it a failure, and whether somebody is told. */
const ANSWERS: Record<string, readonly [active: string, status: string, result: string]> = {
  'a warning is an answer': ['lagging', '1', 'success'],
  'an unhealthy feed is a failure': ['dead', '2', 'exit-code'],
};

describe('the health check', () => {
  for (const [name, [active, status, result]] of Object.entries(ANSWERS)) {
    test(name, async () => {
      machine.run('cp', `/etc/mdops/${active}.json`, '/etc/mdops/active.json');
      const before = received().length;
      machine.run('systemctl', 'start', 'check-feed-health.service');
      expect(machine.show('check-feed-health.service', 'ExecMainStatus', 'Result')).toMatchObject({
        ExecMainStatus: status,
        Result: result,
      });
      await settled('mdops-notify@check-feed-health.service.service');
      const told = received().slice(before);
      expect(told.map(({ path }) => path)).toEqual(result === 'success' ? [] : ['/slack/canary-3f9a']);
      if (told[0] !== undefined)
        expect(told[0].body['text']).toMatch(/^check-feed-health\.service on \S+ failed: exit-code, exit 2\n/);
    });
  }
});

test('the backup writes where only its user can read, prunes, and a second one stays beside it', () => {
  for (let run = 0; run < 2; run += 1) machine.run('systemctl', 'start', 'backup.service');
  expect(
    machine.show('backup.service', 'Result', 'ExecMainStatus'),
    machine.journal('backup').join('\n'),
  ).toMatchObject({
    Result: 'success',
    ExecMainStatus: '0',
  });
  const files = machine.run('find', '/var/backups/mdops', '-printf', '%u %m %y\n').stdout.trim().split('\n');
  expect(files).toEqual(['mdops 700 d', 'mdops 600 f', 'mdops 600 f']);
  expect(machine.journal('backup').join('\n')).toMatch(/written and read back[\s\S]*removed 0 backups/);
});

describe('a run that', () => {
  const ENDINGS: Record<string, readonly [script: string, result: string, told: readonly string[]]> = {
    'finds its target busy tells nobody': ['exit 75', 'success', []],
    'ends by a bug pages, since it cannot have told anybody itself': [
      'exit 70',
      'exit-code',
      ['/slack/canary-3f9a', '/v2/enqueue'],
    ],
    'is killed pages': ['kill -KILL $$$$', 'signal', ['/slack/canary-3f9a', '/v2/enqueue']],
    'writes to the installed product is refused, and pages': [
      'touch /opt/mdops/dist/planted || exit 3',
      'exit-code',
      ['/slack/canary-3f9a', '/v2/enqueue'],
    ],
  };
  for (const [name, [script, result, told]] of Object.entries(ENDINGS)) {
    test(name, async () => {
      override('spool-flush', `/bin/sh -c '${script}'`);
      const before = received().length;
      machine.run('systemctl', 'start', 'spool-flush.service');
      expect(machine.show('spool-flush.service', 'Result')).toMatchObject({ Result: result });
      await settled('mdops-notify@spool-flush.service.service');
      expect(
        received()
          .slice(before)
          .map(({ path }) => path),
      ).toEqual(told);
    });
  }

  test('pages under one key for each unit and host, so that hourly failures are one incident', () => {
    const pages = received().filter(({ path }) => path === '/v2/enqueue');
    expect(pages.length).toBeGreaterThan(1);
    expect(new Set(pages.map(({ body }) => body['dedup_key'])).size).toBe(1);
    expect(pages[0]?.body).toMatchObject({ event_action: 'trigger', routing_key: 'canary-routing-key' });
  });
});

describe('credentials', () => {
  test('reach the program, and those that do not exist are no obstacle', () => {
    override('spool-flush', 'node /opt/mdops/dist/config.js show --no-input');
    machine.run('systemctl', 'start', 'spool-flush.service');
    const shown = machine.journal('spool-flush').filter((line) => line.includes('webhook_url'));
    expect(shown.at(-1)).toContain('credential slack-webhook-url');
    expect(machine.show('spool-flush.service', 'ExecMainStatus')).toMatchObject({ ExecMainStatus: '0' });
  });

  test('appear in no journal line, argument or environment that systemd shows', () => {
    const journal = machine.run('journalctl', '--output=json', '--no-pager').stdout;
    const shown = machine.run(
      'systemctl',
      'show',
      'spool-flush.service',
      'mdops-notify@spool-flush.service.service',
    ).stdout;
    for (const text of [journal, shown]) expect(text).not.toMatch(/canary-(?:3f9a|routing)/);
  });

  test('are closed to other users', () => {
    const peek = machine.run('setpriv', '--reuid=nobody', '--clear-groups', 'cat', '/etc/credstore/slack-webhook-url');
    expect(peek.status).not.toBe(0);
    expect(peek.stderr).toContain('Permission denied');
  });
});

describe('a watched job', () => {
  test('runs from its own file, in the sandbox, as the same user', () => {
    machine.run('systemctl', 'start', 'job-watch@nightly.service');
    expect(machine.journal('job-watch@nightly').join('\n')).toContain('job "nightly" done');
    expect(machine.show('job-watch@nightly.service', 'Result', 'ExecMainStatus')).toMatchObject({
      Result: 'success',
      ExecMainStatus: '0',
    });
  });

  test('that is stopped ends in order, with its terminal record, and nobody is paged', async () => {
    const before = received().length;
    machine.run('systemctl', 'start', '--no-block', 'job-watch@slow.service');
    await eventually('the job to sleep', RUN_MS, () => machine.run('pgrep', '-x', 'sleep').status === 0 || undefined);
    machine.run('systemctl', 'stop', 'job-watch@slow.service');
    const story = machine.journal('job-watch@slow').join('\n');
    expect(story).toContain('SIGTERM received, ending in order');
    expect(story).not.toContain('Failed with result');
    expect(newestRuns()).toMatchObject({ runs: [{ stream: 'job slow', state: 'ended', exit_code: 143 }] });
    expect(machine.run('pgrep', '-x', 'sleep').status).toBe(1);
    await settled('mdops-notify@job-watch@slow.service.service');
    expect(received().length).toBe(before);
  });
});

function execute(line: string): string {
  return `[Service]\nExecStart=\nExecStart=${line}\n`;
}

function override(unit: string, line: string): void {
  const directory = `/run/systemd/system/${unit}.service.d`;
  machine.run('mkdir', '-p', directory);
  machine.run('bash', '-c', `cat > ${directory}/test.conf <<'END'\n${execute(line)}END\nsystemctl daemon-reload`);
}

/** Waits until the notifier is not at work, having been started or not. */
async function settled(unit: string): Promise<void> {
  await eventually(`${unit} to settle`, RUN_MS, () => {
    const { ActiveState, Job } = machine.show(unit, 'ActiveState', 'Job');
    return (['inactive', 'failed'].includes(ActiveState ?? '') && Job === '') || undefined;
  });
}

/** As the operator sees it: the newest run in the journal of the units. */
function newestRuns(): Record<string, unknown> {
  const asUser = [
    'setpriv',
    '--reuid=mdops',
    '--regid=mdops',
    '--clear-groups',
    'env',
    'STATE_DIRECTORY=/var/lib/mdops',
  ];
  const { stdout } = machine.run(
    ...(asUser as [string]),
    'node',
    '/opt/mdops/dist/runs.js',
    'list',
    '--json',
    '--limit',
    '1',
  );
  return JSON.parse(stdout);
}

function received(): { readonly path: string; readonly body: Record<string, unknown> }[] {
  const { stdout } = machine.run('cat', '/run/received.ndjson');
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
