// How long a start takes: not much longer than its components need one after the other.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createSockets } from '../../lib/effects/real-sockets.ts';
import { type Planned, writeEnvironment } from '../support/live-components.ts';
import { mdops, type Ran } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const SIX: Readonly<Record<string, Planned>> = {
  nats: { ready: 'tcp', delayMs: 400 },
  pushgateway: { delayMs: 250 },
  prometheus: { delayMs: 800 },
  'market-data-service': { after: ['nats'], delayMs: 500 },
  'market-data-live': {
    after: ['market-data-service'],
    ready: 'metric',
    delayMs: 500,
    more: { live: true, env_from: ['CTP_*'] },
  },
  'subscription-worker': { after: ['market-data-service'], delayMs: 200 },
};
const CHAIN = ['nats', 'market-data-service', 'market-data-live'];
const directory = temporaryDirectories('live-speed');

/** How long the longest chain takes when one watches nothing else: each begun the moment the one before it accepts. */
async function bareChainMs(home: string, ports: ReadonlyMap<string, number>): Promise<number> {
  const since = performance.now();
  const children: ChildProcess[] = [];
  for (const name of CHAIN) {
    const words = ['component.js', name, String(ports.get(name)), String(SIX[name]?.delayMs ?? 0)];
    children.push(spawn(process.execPath, words, { cwd: home, stdio: 'ignore' }));
    const request = { host: '127.0.0.1', port: ports.get(name) ?? 0, timeoutMs: 500, wantsGreeting: false };
    while (!(await createSockets().contact(request)).ok) await pause(5);
  }
  const tookMs = performance.now() - since;
  const ended = children.map((child) => once(child, 'close'));
  for (const child of children) child.kill();
  await Promise.all(ended);
  return tookMs;
}

test('six components come up in the order of their needs, in no more than 1.2 times their longest chain', async () => {
  const home = directory();
  const run = (...words: string[]): Promise<Ran> =>
    mdops(['start-live-env', ...words, '--profile', 'live'], { cwd: home });
  const ports = await writeEnvironment(home, SIX);
  const ratios: number[] = [];
  // What else this machine does slows a start and never speeds one up: the best of five pairs is the truth.
  while (ratios.length < 5 && !ratios.some((ratio) => ratio <= 1.2)) {
    const bareMs = await bareChainMs(home, ports);
    rmSync(join(home, 'begun'), { force: true });
    const ran = await run('--json');
    expect(ran.exit, ran.stderr).toBe(0);
    const report = JSON.parse(ran.stdout) as { ready: boolean; duration_ms: number };
    expect(report.ready).toBe(true);
    const order = readFileSync(join(home, 'begun'), 'utf8').trim().split('\n');
    expect(CHAIN.map((name) => order.indexOf(name))).toEqual(CHAIN.map((name) => order.indexOf(name)).toSorted());
    ratios.push(report.duration_ms / bareMs);
    expect((await run('stop', '--yes')).exit).toBe(0);
  }
  expect(Math.min(...ratios), ratios.join(', ')).toBeLessThanOrEqual(1.2);
});
