// The systemd driver against a real systemd: units come up in order, a failing one is named with its journal, all go down.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootMachine, type Machine } from './machine.ts';

const SERVER = `
setTimeout(() => {
  require('node:http').createServer((request, response) => response.end('ok')).listen(Number(process.argv[2]), '127.0.0.1');
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

let machine: Machine;

beforeAll(async () => {
  machine = await bootMachine({
    'srv/server.js': SERVER,
    'etc/systemd/system/bus.service': service(9201),
    'etc/systemd/system/feed@.service': service(9202),
    'etc/systemd/system/worker.service': service(9203),
    'etc/systemd/system/broken.service': '[Service]\nExecStart=/bin/sh -c "echo license expired; exit 3"\n',
    'etc/mdops/mdops.yaml': '',
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
