// The systemd driver against a real systemd: units come up in order, a failing one is named with its journal, all go down.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseYaml } from '../../lib/base/yaml.ts';
import { bootMachine, type Machine } from './machine.ts';

/** Answers contract §4 for itself, and shows its throughput. */
const SERVER = `
const [port, feed] = process.argv.slice(2);
const now = () => new Date().toISOString();
const symbols = ['rb2605.SHFE', 'm2605.DCE'];
const answers = {
  '/control/md.contracts.list': () => ({ symbols, source: 'cache', ts: now() }),
  '/control/md.subscriptions.active': () => ({
    subscriptions: symbols.map((symbol) => ({ symbol, subscription_id: symbol, created_at: now(), last_tick_at: now(), active: true })),
    total: symbols.length, ts: now(), source: 'market-data-service',
  }),
};
setTimeout(() => {
  require('node:http').createServer((request, response) => {
    request.resume();
    const answer = answers[request.url];
    response.end(answer === undefined ? 'md_throughput_mps{feed="' + feed + '"} 5200\\n' : JSON.stringify(answer()));
  }).listen(Number(port), '127.0.0.1');
}, 200);
`;
const service = (port: number): string => `[Service]\nExecStart=node /srv/server.js ${port}\nTimeoutStopSec=2\n`;
const component = (unit: string, port: number, after: readonly string[]) => ({
  driver: 'systemd',
  unit,
  after,
  ready: { kind: 'http', url: `http://127.0.0.1:${port}/` },
  start_timeout: '20s',
});
const environment = (worker: string): string =>
  JSON.stringify({
    components: {
      bus: component('bus.service', 9201, []),
      feed: component('feed@primary.service', 9202, ['bus']),
      worker: component(worker, 9203, ['feed']),
    },
  });

// One port for each instance.
const GATEWAY = '/bin/sh -c "exec node /srv/server.js $([ %i = primary ] && echo 9211 || echo 9212) %i"';

/** The two gateways of the shipped live environment, moved by its own commands. */
async function gateways(): Promise<string> {
  const { value } = await parseYaml(readFileSync('config/environments/live.yaml', 'utf8'));
  const { feeds, failover } = value as { feeds: Record<string, object>; failover: object };
  const gateway = (route: string, port: number) => ({
    ...feeds[route],
    control_plane: `http://127.0.0.1:${port}`,
    metrics_url: `http://127.0.0.1:${port}/metrics`,
  });
  const part = (route: string, port: number) => ({
    ...component(`market-data-live@${route}.service`, port, []),
    live: true,
  });
  return JSON.stringify({
    components: { 'market-data-live-primary': part('primary', 9211), 'market-data-live-backup': part('backup', 9212) },
    feeds: { ...feeds, primary: gateway('primary', 9211), backup: gateway('backup', 9212), consumers: {} },
    failover: { ...failover, two_persons: false, parity_timeout: '15s' },
  });
}

let machine: Machine;

beforeAll(async () => {
  machine = await bootMachine({
    'srv/server.js': SERVER,
    'etc/systemd/system/bus.service': service(9201),
    'etc/systemd/system/feed@.service': service(9202),
    'etc/systemd/system/worker.service': service(9203),
    'etc/systemd/system/broken.service': '[Service]\nExecStart=/bin/sh -c "echo license expired; exit 3"\n',
    'etc/systemd/system/market-data-live@.service': `[Service]\nExecStart=${GATEWAY}\nTimeoutStopSec=2\n`,
    'etc/mdops/mdops.yaml': '',
    'etc/mdops/environments/pair.yaml': await gateways(),
    'etc/mdops/environments/good.yaml': environment('worker.service'),
    'etc/mdops/environments/bad.yaml': environment('broken.service'),
  });
});
afterAll(() => machine?.stop());

function startLiveEnv(profile: string, ...words: string[]) {
  const fixed = ['--config', '/etc/mdops/mdops.yaml', '--profile', profile, '--yes', '--log-dir', '/run/mdops-logs'];
  return machine.run(
    'env',
    'MDOPS_STATE_DIR=/run/mdops-state',
    'node',
    '/opt/mdops/dist/start-live-env.js',
    ...words,
    ...fixed,
  );
}
const isActive = (unit: string): string => machine.run('systemctl', 'is-active', unit).stdout.trim();
const UNITS = ['bus.service', 'feed@primary.service', 'worker.service'];

test('units come up in the order of their needs, stay on a second start, and go down again', () => {
  const started = startLiveEnv('good');
  expect(started.status, started.stderr).toBe(0);
  expect(started.stdout).toMatch(/^HEALTH=READY$/m);
  expect(UNITS.map(isActive)).toEqual(['active', 'active', 'active']);
  const since = UNITS.map((unit) =>
    Number(machine.show(unit, 'ActiveEnterTimestampMonotonic')['ActiveEnterTimestampMonotonic']),
  );
  expect(since).toEqual(since.toSorted((left, right) => left - right));

  expect(startLiveEnv('good').stdout).toMatch(/bus +already ready/);
  expect(startLiveEnv('good', 'status').status).toBe(0);

  const stopped = startLiveEnv('good', 'stop');
  expect(stopped.status, stopped.stderr).toBe(0);
  expect(stopped.stdout).toMatch(/^GRACEFUL_SHUTDOWN=OK$/m);
  expect(UNITS.map(isActive)).toEqual(['inactive', 'inactive', 'inactive']);
});

test('a unit that fails is named with its last words, and what was started is stopped again', () => {
  const ran = startLiveEnv('bad');
  expect(ran.status).toBe(2);
  expect(ran.stdout).toContain('HEALTH=FAILED component=worker');
  expect(ran.stdout).toMatch(/last output of worker:.*license expired/s);
  expect(UNITS.slice(0, 2).map(isActive)).toEqual(['inactive', 'inactive']);
});

test('a unit that does not exist is said so', () => {
  machine.run(
    'sh',
    '-c',
    'sed s/broken.service/absent.service/ /etc/mdops/environments/bad.yaml > /etc/mdops/environments/none.yaml',
  );
  const ran = startLiveEnv('none');
  expect(ran.status).toBe(2);
  expect(ran.stdout).toMatch(/worker +failed/);
  expect(ran.stdout).toContain('absent.service not found');
});

test('restart ends and begins every unit; one that dies later is told by status and brought back by a start', () => {
  expect(startLiveEnv('good').status).toBe(0);
  const mainPid = (unit: string) => machine.show(unit, 'MainPID')['MainPID'];
  const before = UNITS.map(mainPid);
  const restarted = startLiveEnv('good', 'restart');
  expect(restarted.stdout, restarted.stderr).toMatch(/^RESTART=OK$/m);
  expect(UNITS.map(mainPid).filter((pid) => before.includes(pid))).toEqual([]);
  machine.run('systemctl', 'kill', '--signal=KILL', 'worker.service');
  const status = startLiveEnv('good', 'status');
  expect(status.status).toBe(2);
  expect(status.stdout).toMatch(/worker +systemd +stopped/);
  expect(startLiveEnv('good').stdout).toMatch(/worker +ready/);
  expect(startLiveEnv('good', 'stop').status).toBe(0);
});

const GATEWAYS = ['market-data-live@primary.service', 'market-data-live@backup.service'];

function failover(...words: string[]) {
  const fixed = ['--config', '/etc/mdops/mdops.yaml', '--profile', 'pair', '--yes', '--log-dir', '/run/mdops-logs'];
  return machine.run(
    'env',
    'MDOPS_STATE_DIR=/run/mdops-state',
    'node',
    '/opt/mdops/dist/failover.js',
    ...words,
    ...fixed,
  );
}

test("the live environment's own commands move its gateways: start, there, start again, back", () => {
  const started = startLiveEnv('pair');
  expect(started.status, started.stdout + started.stderr).toBe(0);
  expect(GATEWAYS.map(isActive)).toEqual(['active', 'inactive']);
  const there = failover('to-backup');
  expect(there.status, there.stdout + there.stderr).toBe(0);
  expect(GATEWAYS.map(isActive)).toEqual(['inactive', 'active']);
  expect(startLiveEnv('pair').stdout).toContain('on the backup route');
  expect(GATEWAYS.map(isActive)).toEqual(['inactive', 'active']);
  const shown = failover('status');
  expect(shown.status, shown.stdout + shown.stderr).toBe(0);
  expect(shown.stdout).toContain('UNFENCED against others');
  expect(failover('to-primary').status).toBe(0);
  expect(GATEWAYS.map(isActive)).toEqual(['active', 'inactive']);
  expect(startLiveEnv('pair', 'status').status).toBe(0);
  expect(startLiveEnv('pair', 'stop').status).toBe(0);
});
