// A host of its own on this machine: private network, mounts and processes, gone with the process that holds it.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { DIST, outcomeOf, type Ran } from './mdops.ts';

export interface NetworkHost {
  /** Started inside; ends with the host at the latest. */
  start(argv: readonly [string, ...string[]], options: InsideOptions): ChildProcess;
  mdops(words: readonly string[], options: InsideOptions): Promise<Ran>;
  /** Configures the inside, as root. */
  ip(...words: string[]): void;
  readonly pid: number;
  stop(): void;
}

export interface InsideOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

const START_MS = 10_000;
// Bash takes in the orphans of what runs here, and ends when its input does.
const FIRST_PROCESS = 'ip link set lo up && mount --bind "$1" /etc/resolv.conf && read -r _';

/** Only loopback at first. `nameserver`: the one address that its resolver knows. */
export async function startNetworkHost(directory: string, nameserver: string): Promise<NetworkHost> {
  const resolver = join(directory, 'resolv.conf');
  writeFileSync(resolver, `nameserver ${nameserver}\n`);
  const holder = spawn(
    'setpriv',
    [
      ...['--pdeathsig=KILL', '--', 'unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
      ...['bash', '-c', FIRST_PROCESS, 'host', resolver],
    ],
    { stdio: ['pipe', 'ignore', 'pipe'] },
  );
  let complaint = '';
  holder.stderr?.on('data', (text) => {
    complaint += String(text);
  });
  const inside = (pid: number, ...argv: readonly string[]): readonly string[] => [
    ...['--target', String(pid), '--net', '--mount', '--pid', '--'],
    ...argv,
  ];
  const pid = await eventually('a host of its own (root, unshare, iproute2)', START_MS, () => {
    if (holder.exitCode !== null) throw new Error(`no host of its own: ${complaint}`);
    const first = childOf(holder.pid ?? 0);
    return first !== null && readFileSync(`/proc/${first}/mountinfo`, 'utf8').includes('/etc/resolv.conf')
      ? first
      : undefined;
  });
  const start: NetworkHost['start'] = (argv, { cwd, env = {} }) => {
    const base = { PATH: process.env['PATH'] ?? '', HOME: cwd, USER: 'tester', LANG: 'C.UTF-8' };
    // nsenter goes to the root of the mounts it enters.
    const moved = ['env', `--chdir=${cwd}`, ...argv];
    return spawn('nsenter', inside(pid, ...moved), { env: { ...base, ...env }, stdio: 'pipe' });
  };
  return {
    start,
    mdops: (words, options) => outcomeOf(start([process.execPath, join(DIST, 'mdops.js'), ...words], options)),
    ip: (...words) =>
      void execFileSync('nsenter', inside(pid, 'ip', ...words), { stdio: ['ignore', 'ignore', 'pipe'] }),
    pid,
    stop: () => void holder.kill('SIGKILL'),
  };
}

/** A cable between two hosts: `10.77.<net>.1` on the first, `.2` on the second. */
export function connectHosts(first: NetworkHost, second: NetworkHost, net: number): void {
  const [one, two] = [`cable${net}a`, `cable${net}b`];
  const ends = ['netns', String(first.pid), 'type', 'veth', 'peer', 'name', two, 'netns', String(second.pid)];
  execFileSync('ip', ['link', 'add', one, ...ends], { stdio: ['ignore', 'ignore', 'pipe'] });
  for (const [host, name, last] of [
    [first, one, 1],
    [second, two, 2],
  ] as const) {
    host.ip('address', 'add', `10.77.${net}.${last}/24`, 'dev', name);
    host.ip('link', 'set', name, 'up');
  }
}

/** What `start` started is a child of the process that entered the host. */
export function childOf(pid: number): number | null {
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return child === undefined || child === '' ? null : Number(child);
  } catch {
    return null;
  }
}
