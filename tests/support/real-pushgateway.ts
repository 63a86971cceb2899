// A real Pushgateway on a free loopback port, ended with the test file.

import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';

export interface RealPushgateway {
  readonly url: string;
  /** Everything it would let Prometheus scrape. */
  scrape(): Promise<string>;
  stop(): Promise<void>;
}

const READY_MS = 10_000;

export async function startPushgateway(port?: number): Promise<RealPushgateway> {
  const chosen = port ?? (await freePort());
  const url = `http://127.0.0.1:${chosen}`;
  const child = spawn('prometheus-pushgateway', [`--web.listen-address=127.0.0.1:${chosen}`], { stdio: 'ignore' });
  await until(async () => (await fetch(`${url}/-/ready`)).ok);
  return {
    url,
    scrape: async () => (await fetch(`${url}/metrics`)).text(),
    stop: () => end(child),
  };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + READY_MS;
  for (;;) {
    if (await condition().catch(() => false)) return;
    if (performance.now() > endMs) throw new Error('prometheus-pushgateway did not become ready');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
