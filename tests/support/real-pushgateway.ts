// A real Pushgateway on a free loopback port, ended with the test file.

import { type ChildProcess, spawn } from 'node:child_process';

export interface RealPushgateway {
  readonly url: string;
  /** Everything it would let Prometheus scrape. */
  scrape(): Promise<string>;
  stop(): Promise<void>;
}

const READY_MS = 10_000;
const ATTEMPTS = 5;

export async function startPushgateway(port?: number): Promise<RealPushgateway> {
  for (let attempt = 1; ; attempt += 1) {
    const chosen = port ?? randomPort();
    // Debian's build persists into /var/lib/prometheus unless told otherwise.
    const flags = [`--web.listen-address=127.0.0.1:${chosen}`, '--persistence.file='];
    const child = spawn('prometheus-pushgateway', flags, { stdio: ['ignore', 'ignore', 'pipe'] });
    if (await isListening(child)) return describe(child, `http://127.0.0.1:${chosen}`);
    if (attempt === ATTEMPTS) throw new Error('prometheus-pushgateway did not start');
  }
}

function describe(child: ChildProcess, url: string): RealPushgateway {
  return {
    url,
    scrape: async () => (await fetch(`${url}/metrics`)).text(),
    stop: () => end(child),
  };
}

/** By its own word: a foreign gateway on the same port would answer too. */
function isListening(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    let said = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), READY_MS);
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (!/TLS is disabled/i.test(said)) return;
      clearTimeout(timer);
      resolve(true);
    });
    child.once('exit', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

// Below the range the kernel hands out by itself.
function randomPort(): number {
  return 20_000 + Math.floor(Math.random() * 10_000);
}
