// A role as a program: its HTTP server on loopback, its place in the state directory, and its end.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { createClock } from '../../effects/real-clock.ts';
import { createFiles } from '../../effects/real-files.ts';
import type { Ask } from './control-plane.ts';
import { createFileFence, type FenceStore } from './fence-store.ts';
import { createPeers, writePeer } from './peers.ts';
import type { Role, RoleReply } from './role.ts';
import type { SimClock } from './sim-clock.ts';

export interface RoleHost {
  readonly clock: SimClock;
  readonly ask: Ask;
  readonly seed: number;
  readonly account: string;
  readonly contracts: number;
  fence(name: string): FenceStore;
  /** An option of this role alone; undefined when not given. */
  option(name: 'route' | 'name' | 'start-as' | 'login-ms' | 'nats'): string | undefined;
  readonly onEvent: (event: Readonly<Record<string, unknown>>) => void;
  readonly onDie: () => void;
}

const OPTIONS = {
  'state-dir': { type: 'string' },
  port: { type: 'string', default: '0' },
  /** Other than loopback only where other hosts are to reach it. */
  host: { type: 'string', default: '127.0.0.1' },
  seed: { type: 'string', default: '1' },
  account: { type: 'string', default: 'sim' },
  contracts: { type: 'string', default: '480' },
  /** Outlives the process that started it. */
  detached: { type: 'boolean', default: false },
  route: { type: 'string' },
  name: { type: 'string' },
  'start-as': { type: 'string' },
  'login-ms': { type: 'string' },
  nats: { type: 'string' },
} as const;

const WHO_MS = 1_000;
const PARENT_LOOK_MS = 200;
// The answer to the request that asked for it still leaves.
const DIE_MS = 10;
const LARGEST_BODY_BYTES = 8 * 1024 * 1024;

/** Runs the role that `make` makes until SIGTERM, SIGINT, or the end of its parent. */
export async function hostRole(make: (host: RoleHost) => Promise<Role>): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  const stateDir = values['state-dir'];
  if (stateDir === undefined) throw new Error('--state-dir is needed: where roles find each other');
  const files = createFiles();
  await files.makeDirectory(stateDir);
  const clock = createClock();
  const peers = createPeers(files, stateDir);
  const events = await files.openAppend(`${stateDir}/events.ndjson`);
  const role = await make({
    clock,
    ask: peers.ask,
    seed: Number(values.seed),
    account: values.account,
    contracts: Number(values.contracts),
    fence: (name) => createFileFence(files, `${stateDir}/${name}.fence.json`),
    option: (name) => values[name],
    onEvent: (event) =>
      void events.append(`${JSON.stringify({ at_ms: clock.wallMs(), ...event })}\n`, { durable: false }),
    onDie: () => setTimeout(() => process.exit(1), DIE_MS),
  });

  const sign = (path: string, reply: RoleReply): string => signed(path, reply.body, stateDir);
  const server = createServer((request, response) => void answer(role, sign, request, response));
  const problem = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    server.once('error', resolve);
    server.listen(Number(values.port), values.host, () => resolve(null));
  });
  if (problem !== null) {
    console.error(problem.code === 'EADDRINUSE' ? await whoHolds(values.host, values.port) : problem.message);
    process.exit(1);
  }
  const { port } = server.address() as AddressInfo;
  await writePeer(files, stateDir, { role: role.name, pid: process.pid, url: `http://${values.host}:${port}` });
  const end = new AbortController();
  const leave = (): void => {
    end.abort();
    void files.remove(`${stateDir}/${role.name}.json`).finally(() => process.exit(0));
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, leave);
  if (!values.detached) leaveWithParent(leave);
  await role.work(end.signal);
}

function leaveWithParent(leave: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) leave();
  }, PARENT_LOOK_MS).unref();
}

/** Tells two environments apart that were given the same ports. */
function signed(path: string, body: string, stateDir: string): string {
  if (path === '/healthz') return JSON.stringify({ ...JSON.parse(body), pid: process.pid, state_dir: stateDir });
  return path === '/metrics' ? `${body}# state_dir ${stateDir}\n` : body;
}

async function whoHolds(host: string, port: string): Promise<string> {
  const taken = `port ${port} is taken`;
  try {
    const answered = await fetch(`http://${host}:${port}/healthz`, { signal: AbortSignal.timeout(WHO_MS) });
    const { role, pid, state_dir: place } = (await answered.json()) as Record<string, unknown>;
    if (typeof role !== 'string' || typeof place !== 'string') throw new Error('no role');
    return `${taken} by ${role} (pid ${String(pid)}) of another embedded environment, with its state in ${place}: stop that one with "mdops start-live-env stop --mock" where it was started, or change the ports in config/environments/sim.yaml`;
  } catch {
    return `${taken} by another program (ss -ltnp tells which): end it, or change the ports in config/environments/sim.yaml`;
  }
}

async function answer(
  role: Role,
  sign: (path: string, reply: RoleReply) => string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request).catch(() => null);
  if (body === null) {
    request.destroy();
    return;
  }
  const [path = '/'] = (request.url ?? '/').split('?', 1);
  const answered = await role.answer({ method: request.method ?? 'GET', path, body });
  if (answered === 'never') return;
  if (answered === 'dead') {
    response.destroy();
    return;
  }
  const text = sign(path, answered);
  response.writeHead(answered.status, { 'content-type': answered.type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > LARGEST_BODY_BYTES) throw new Error('body too large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
