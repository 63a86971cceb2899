// The lights are out: a host of its own on which only the live environment answers. No DNS, no Internet, every sink
// dead, hung or swallowed. Start, repair, failover and stop end as ever, and at most five seconds later in total.

import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { allSinksAt } from '../support/all-sinks.ts';
import { eventually } from '../support/eventually.ts';
import { type NetworkHost, startNetworkHost } from '../support/network-host.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const ADDED_MS = 5_000;
const SINKS_PORT = 9_400;
// Behind a link that swallows everything: connection attempts get neither answer nor refusal.
const SWALLOWED = '10.99.0.2';
const DEAD_RESOLVER = '10.99.0.53';

/** Every sink, as it should answer and as it should not. */
const SINKS = `
const { createServer } = require('node:http');
const bodies = [['/v2/enqueue', 202, ''], ['/metrics', 200, ''], ['/services', 200, 'ok']];
createServer((request, response) => {
  request.resume();
  const [, status, body] = bodies.find(([path]) => request.url.startsWith(path)) ??
    ['', 200, '{"ok":true,"ts":"1.1","channel":"C1","id":1,"version":"11.6.0"}'];
  response.writeHead(status).end(body);
}).listen(${SINKS_PORT}, '127.0.0.1', () => console.log('listening'));
require('node:net').createServer(() => {}).listen(${SINKS_PORT + 1}, '127.0.0.1');
`;

const NIGHTS: Readonly<Record<string, string>> = {
  'nothing listens': 'http://127.0.0.1:9',
  'they accept and never answer': `http://127.0.0.1:${SINKS_PORT + 1}`,
  'the network swallows everything': `http://${SWALLOWED}:9091`,
  'there is no way to them': 'http://203.0.113.7:9091',
  'their names cannot be looked up': 'http://sinks.example.com:9091',
};

const directory = temporaryDirectories('black-out');
const open: NetworkHost[] = [];
afterEach(() => {
  for (const host of open.splice(0)) host.stop();
});

const RIGHT_RESULT = /HEALTH=READY[\s\S]*HEALTHY[\s\S]*consumers follow backup[\s\S]*GRACEFUL_SHUTDOWN=OK/;

interface Night {
  readonly exits: readonly (number | null)[];
  readonly tookMs: readonly number[];
  readonly totalMs: number;
  readonly told: string;
}

const COMMANDS: readonly (readonly string[])[] = [
  ['start-live-env', 'start', '--mock'],
  ['check-feed-health', '--mode', 'enforce'],
  ['failover', 'to-backup', '--yes'],
  ['start-live-env', 'stop', '--mock', '--yes'],
];

async function play(sinks: string): Promise<Night> {
  const home = directory();
  mkdirSync(join(home, 'config'));
  cpSync('config/environments', join(home, 'config/environments'), { recursive: true });
  const host = await startNetworkHost(home, DEAD_RESOLVER);
  open.push(host);
  host.ip('link', 'add', 'void', 'type', 'veth', 'peer', 'name', 'deep');
  host.ip('address', 'add', '10.99.0.1/24', 'dev', 'void');
  for (const end of ['void', 'deep']) host.ip('link', 'set', end, 'up');
  // The other end is not who the frames are for, and drops them.
  for (const address of [SWALLOWED, DEAD_RESOLVER]) {
    host.ip('neighbour', 'add', address, 'lladdr', '02:00:00:00:00:99', 'dev', 'void', 'nud', 'permanent');
  }
  const listening = host.start([process.execPath, '-e', SINKS], { cwd: home });
  let said = '';
  listening.stdout?.on('data', (text) => {
    said += String(text);
  });
  await eventually('the sinks to listen', 10_000, () => said.includes('listening') || undefined);
  const env = {
    ...allSinksAt(sinks),
    PROMETHEUS_URL: sinks,
    ALERTMANAGER_URL: sinks,
    OTEL_EXPORTER_OTLP_ENDPOINT: sinks,
  };
  const exits: (number | null)[] = [];
  const tookMs: number[] = [];
  let told = '';
  for (const words of COMMANDS) {
    if (words[0] === 'check-feed-health') await loseContracts(host, home);
    const ran = await host.mdops(words, { cwd: home, env });
    exits.push(ran.exit);
    tookMs.push(ran.tookMs);
    told += ran.stdout + ran.stderr;
  }
  return { exits, tookMs, totalMs: tookMs.reduce((sum, ms) => sum + ms), told };
}

/** So that there is something to repair. */
async function loseContracts(host: NetworkHost, cwd: string): Promise<void> {
  const program = `
    const url = 'http://127.0.0.1:17402';
    const ask = (path, body) => fetch(url + path, { method: 'POST', body: JSON.stringify(body) }).then((a) => a.json());
    (async () => {
      while (!(await ask('/control/md.route.state', {})).in_parity);
      await ask('/admin/faults', { kind: 'drop', count: 7 });
    })();`;
  const child = host.start([process.execPath, '-e', program], { cwd });
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
}

const PAIRS = [0, 2, 4].map((at) => Object.entries(NIGHTS).slice(at, at + 2));

test.each(PAIRS.map((nights) => [nights.map(([what]) => what).join('; '), nights] as const))(
  'recovery needs nothing but its targets: %s',
  async (_names, nights) => {
    // At the same time as one with healthy sinks: what a busy machine costs is not the sinks' doing.
    const sinks = [`http://127.0.0.1:${SINKS_PORT}`, ...nights.map(([, url]) => url)];
    const [healthy, ...played] = await Promise.all(sinks.map(play));
    expect(healthy?.exits, healthy?.told).toEqual([0, 0, 0, 0]);
    expect(healthy?.told).not.toContain('warning: ');
    const report = [`all sinks healthy: ${describe(healthy!)}`];
    for (const [at, [what]] of nights.entries()) {
      const night = played[at]!;
      expect(night.exits, `${what}: ${night.told}`).toEqual([0, 0, 0, 0]);
      expect(night.told, what).toMatch(RIGHT_RESULT);
      // The sinks were missed, or nothing was proven here.
      for (const sink of ['slack', 'telegram', 'grafana', 'push metrics', 'spans']) {
        expect(night.told, what).toMatch(new RegExp(`^warning: .*${sink}`, 'm'));
      }
      const addedMs = night.totalMs - healthy!.totalMs;
      report.push(`${what}: ${describe(night)}, ${Math.round(addedMs)} ms added`);
      expect(addedMs, what).toBeLessThan(ADDED_MS);
    }
    process.stdout.write(`${report.join('\n')}\n`);
  },
);

function describe({ tookMs, totalMs }: Night): string {
  return `${Math.round(totalMs)} ms (${tookMs.map((ms) => Math.round(ms)).join(' + ')})`;
}
