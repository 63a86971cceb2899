// Six components of which three need each other, and how long these take when nothing but their chain is begun.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { createSockets } from '../../lib/effects/real-sockets.ts';
import type { Planned } from './live-components.ts';

export const SIX: Readonly<Record<string, Planned>> = {
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
export const CHAIN = ['nats', 'market-data-service', 'market-data-live'];

/** How long the longest chain takes when one watches nothing else: each begun the moment the one before it accepts. */
export async function bareChainMs(home: string, ports: ReadonlyMap<string, number>): Promise<number> {
  const since = performance.now();
  const children: ChildProcess[] = [];
  for (const name of CHAIN) {
    const words = ['component.js', name, String(ports.get(name)), String(SIX[name]?.delayMs ?? 0)];
    const child = spawn(process.execPath, words, { cwd: home, stdio: 'ignore' });
    children.push(child);
    const request = { host: '127.0.0.1', port: ports.get(name) ?? 0, timeoutMs: 500, wantsGreeting: false };
    while (!(await createSockets().contact(request)).ok) {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
      await pause(5);
    }
  }
  const tookMs = performance.now() - since;
  const ended = children.map((child) => once(child, 'close'));
  for (const child of children) child.kill();
  await Promise.all(ended);
  return tookMs;
}
