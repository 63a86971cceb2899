// A real nats-server on a free port, ended by its own pid.

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface TestNatsServer {
  readonly port: number;
  readonly url: string;
  /** Stops the process without ending it, as a machine that hangs. */
  freeze(): Promise<void>;
  stop(): Promise<void>;
}

const START_MS = 10_000;

/** `config` is text in the server's own language, added to port and host; port -1 is any free one. */
export async function startNatsServer(config = '', wantedPort = -1): Promise<TestNatsServer> {
  const directory = mkdtempSync(join(tmpdir(), 'mdops-nats-'));
  const file = join(directory, 'nats.conf');
  writeFileSync(file, `host: 127.0.0.1\nport: ${wantedPort}\nports_file_dir: "${directory}"\n${config}\n`);
  const child = spawn('nats-server', ['-c', file], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // A test that fails before it stops its server leaves nothing running.
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const port = await readPort(directory);
  return {
    port,
    url: `nats://127.0.0.1:${port}`,
    freeze: async () => {
      child.kill('SIGSTOP');
      while (!isStopped(child.pid)) await wait(1);
    },
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      process.removeListener('exit', endWithUs);
      rmSync(directory, { recursive: true });
    },
  };
}

async function readPort(directory: string): Promise<number> {
  const deadline = performance.now() + START_MS;
  while (performance.now() < deadline) {
    const name = readdirSync(directory).find((entry) => entry.endsWith('.ports'));
    const port = /:(\d+)"/.exec(name === undefined ? '' : readFileSync(join(directory, name), 'utf8'))?.[1];
    if (port !== undefined) return Number(port);
    await wait(5);
  }
  throw new Error('nats-server did not start');
}

/** Every thread of the process: the signal reaches them one after the other. */
function isStopped(pid: number | undefined): boolean {
  return readdirSync(`/proc/${pid}/task`).every((task) =>
    /\) T /.test(readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8')),
  );
}
