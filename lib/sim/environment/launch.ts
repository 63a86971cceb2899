// Starts the whole environment as child processes that end with us, and ends it.

import { ROUTE_NAMES } from '../../base/feed-routes.ts';
import type { DetachedProcess, Processes } from '../../effects/processes.ts';
import { createClock } from '../../effects/real-clock.ts';
import { createFiles } from '../../effects/real-files.ts';
import { createHttp } from '../../effects/real-http.ts';
import { readPeer } from './peers.ts';

export interface LaunchOptions {
  readonly processes: Processes;
  /** Where feed.js, control-plane.js, subscription-worker.js and consumer.js lie: `dist/sim`. */
  readonly programs: string;
  readonly stateDir: string;
  readonly seed?: number;
  readonly contracts?: number;
  readonly consumers?: readonly string[];
  readonly natsUrl?: string;
  readonly loginMs?: number;
  /** Until all are ready. Default 15 s. */
  readonly timeoutMs?: number;
}

export interface LaunchedEnvironment {
  /** By role name: feed-primary, feed-backup, control-plane, subscription-worker, consumer-<name>. */
  url(role: string): Promise<string>;
  pid(role: string): number;
  /** After a `die` or a kill; waits until it is ready. */
  start(role: string): Promise<void>;
  kill(role: string): Promise<void>;
  stop(): Promise<void>;
}

const READY_MS = 15_000;
const LOOK_MS = 10;
const GRACE_MS = 1_000;
const NODE = process.execPath;

export async function launchEnvironment(options: LaunchOptions): Promise<LaunchedEnvironment> {
  const { processes, stateDir, consumers = ['pricing', 'risk'], timeoutMs = READY_MS } = options;
  const clock = createClock();
  const files = createFiles();
  const http = createHttp({ transport: 'one-shot' });
  await files.makeDirectory(stateDir);
  const argvOf = describeRoles(options, consumers);
  const started = new Map<string, DetachedProcess>();

  const url = async (role: string): Promise<string> => {
    const peer = await readPeer(files, stateDir, role);
    if (peer === null || peer.pid !== started.get(role)?.pid) throw new Error(`${role} is not running`);
    return peer.url;
  };
  const isReady = async (role: string): Promise<boolean> => {
    try {
      const address = `${await url(role)}/healthz`;
      // A consumer is ready only once a route is active, which is not ours to decide.
      const { status } = await http.request({ method: 'GET', url: address, timeoutMs: 1_000 });
      return status === 200 || (role.startsWith('consumer-') && status === 503);
    } catch {
      return false;
    }
  };
  const start = async (role: string): Promise<void> => {
    const argv = argvOf.get(role);
    if (argv === undefined) throw new Error(`no such role: ${role}`);
    const process = await processes.spawnDetached({ argv, logFile: `${stateDir}/${role}.log` });
    started.set(role, process);
    const untilMs = clock.monotonicMs() + timeoutMs;
    while (!(await isReady(role))) {
      if (clock.monotonicMs() > untilMs || !(await processes.isAlive(process))) {
        throw new Error(`${role} did not become ready: see ${stateDir}/${role}.log`);
      }
      await clock.sleep(LOOK_MS);
    }
  };
  const kill = async (role: string): Promise<void> => {
    const process = started.get(role);
    if (process !== undefined) await processes.stop(process, 0);
  };
  const stop = async (): Promise<void> => {
    await Promise.all([...started.values()].map((process) => processes.stop(process, GRACE_MS)));
    await http.close();
  };
  try {
    await Promise.all([...argvOf.keys()].map(start));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, start, kill, stop, pid: (role) => started.get(role)?.pid ?? 0 };
}

type Argv = readonly [string, ...string[]];

function describeRoles(
  { programs, stateDir, seed = 1, contracts = 480, natsUrl, loginMs }: LaunchOptions,
  consumers: readonly string[],
): ReadonlyMap<string, Argv> {
  const common = ['--state-dir', stateDir, '--seed', String(seed), '--contracts', String(contracts)];
  const argv = (program: string, ...own: string[]): Argv => [NODE, `${programs}/${program}.js`, ...common, ...own];
  const login = loginMs === undefined ? [] : ['--login-ms', String(loginMs)];
  return new Map<string, Argv>([
    ...ROUTE_NAMES.map((route): [string, Argv] => [`feed-${route}`, argv('feed', '--route', route, ...login)]),
    ['control-plane', argv('control-plane', ...(natsUrl === undefined ? [] : ['--nats', natsUrl]))],
    ['subscription-worker', argv('subscription-worker')],
    ...consumers.map((name): [string, Argv] => [`consumer-${name}`, argv('consumer', '--name', name)]),
  ]);
}
