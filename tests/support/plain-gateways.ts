// Gateways as teams have them: programs that know nothing of roles or epochs, run by a manager that only starts and stops.
// They publish while they run, show metrics, and answer the control plane's three questions.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { RouteName } from '../../lib/base/feed-routes.ts';
import { freePort } from './live-components.ts';

const GATEWAY = `
const [route, port, warmUpMs] = process.argv.slice(2);
const symbols = Array.from({ length: 20 }, (_, at) => 'rb' + (2601 + at) + '.SHFE');
const since = Date.now();
const isWarm = () => Date.now() - since >= Number(warmUpMs);
const now = () => new Date().toISOString();
const answers = {
  '/control/md.contracts.list': () => ({ symbols, source: 'cache', ts: now() }),
  '/control/md.subscriptions.active': () => {
    const held = isWarm() ? symbols : symbols.slice(0, 15);
    const entries = held.map((symbol) => ({ symbol, subscription_id: symbol, created_at: now(), last_tick_at: now(), active: true }));
    return { subscriptions: entries, total: entries.length, ts: now(), source: 'market-data-service' };
  },
};
require('node:http').createServer((request, response) => {
  request.resume();
  if (request.url === '/metrics') return response.end('md_throughput_mps{feed="' + route + '",account="x"} 5200\\n');
  const answer = answers[request.url];
  response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(answer === undefined ? '{}' : JSON.stringify(answer()));
}).listen(Number(port), '127.0.0.1', () => process.send('listening'));
`;

/** What an operator would have as `systemctl`: asks the manager and ends as it says. */
const CONTROL = `#!/bin/sh
exit "$(curl -sS -X POST -o /dev/stderr -w '%header{x-exit}' "$1/$2/$3?epoch=$4")"
`;

export interface PlainGateways {
  readonly ports: Readonly<Record<RouteName, number>>;
  /** Arguments of the manager's program, without epoch. */
  words(verb: 'look' | 'start' | 'stop', ...more: string[]): readonly string[];
  isRunning(route: RouteName): boolean;
  /** By hand, past everything. */
  start(route: RouteName): Promise<void>;
  stop(route: RouteName): Promise<void>;
  /** \`start backup 3\` and the like, in order; looks are left out. */
  readonly calls: string[];
  /** At how many moments none ran, from the first start on. */
  gaps(): number;
  behaviour: { readonly stuck?: RouteName; readonly unreachable?: RouteName; readonly warmUpMs?: number };
  close(): Promise<void>;
}

export async function startPlainGateways(directory: string): Promise<PlainGateways> {
  const ports = { primary: await freePort(), backup: await freePort() };
  writeFileSync(join(directory, 'gateway.js'), GATEWAY);
  writeFileSync(join(directory, 'control'), CONTROL, { mode: 0o755 });
  const running = new Map<RouteName, ChildProcess>();
  const calls: string[] = [];
  const highest = new Map<RouteName, number>();
  let gaps = 0;
  const start = async (route: RouteName): Promise<void> => {
    if (running.has(route)) return;
    const { warmUpMs = 0 } = gateways.behaviour;
    const argv = [join(directory, 'gateway.js'), route, String(ports[route]), String(warmUpMs)];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    await once(child, 'message');
    running.set(route, child);
  };
  const stop = async (route: RouteName): Promise<void> => {
    const child = running.get(route);
    if (child === undefined) return;
    running.delete(route);
    if (running.size === 0) gaps += 1;
    const ended = once(child, 'close');
    child.kill();
    await ended;
  };
  const act = async (verb: string, route: RouteName, epoch: string): Promise<readonly [number, string]> => {
    if (gateways.behaviour.unreachable === route) return [255, 'no route to host'];
    if (verb === 'look') return running.has(route) ? [0, 'active'] : [3, 'inactive'];
    calls.push(`${verb} ${route} ${epoch}`.trim());
    if (epoch !== '' && Number(epoch) < (highest.get(route) ?? 0)) return [77, 'older epoch'];
    if (epoch !== '') highest.set(route, Number(epoch));
    if (verb === 'start') await start(route);
    else if (gateways.behaviour.stuck !== route) await stop(route);
    return [0, 'done'];
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://manager');
    const [, verb = '', route = ''] = url.pathname.split('/');
    void act(verb, route as RouteName, url.searchParams.get('epoch') ?? '').then(([exit, said]) => {
      response.setHeader('x-exit', String(exit));
      response.end(said);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const manager = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const gateways: PlainGateways = {
    ports,
    words: (verb, ...more) => [join(directory, 'control'), manager, verb, '{route}', ...more],
    isRunning: (route) => running.has(route),
    start,
    stop,
    calls,
    gaps: () => gaps,
    behaviour: {},
    close: async () => {
      await Promise.all([stop('primary'), stop('backup')]);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return gateways;
}
