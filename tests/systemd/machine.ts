// A systemd of its own in private namespaces: boots in a fraction of a second, gone with the process that holds it.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { eventually } from '../support/eventually.ts';

export interface Machine {
  /** Runs a program inside, as root. */
  run(...argv: [string, ...string[]]): {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
  };
  /** Properties of a unit as systemd tells them. */
  show(unit: string, ...properties: string[]): Record<string, string>;
  /** What a unit has written to the journal, one line each. */
  journal(unit: string): string[];
  /** Starts a program inside that goes on until the machine stops. */
  spawn(...argv: [string, ...string[]]): ChildProcess;
  stop(): void;
}

/** Where a unit's `ExecStart=node` is looked for. */
const SEARCHED = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'];
const BOOT_MS = 20_000;

/** `files`: path inside the machine → content, laid over the installed product before it boots. */
export async function bootMachine(files: Readonly<Record<string, string>>): Promise<Machine> {
  const scratch = mkdtempSync(join(tmpdir(), 'mdops-machine-'));
  const overlay = join(scratch, 'overlay');
  mkdirSync(join(scratch, 'root'), { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(overlay, dirname(path)), { recursive: true });
    writeFileSync(join(overlay, path), content, { mode: path.includes('credstore') ? 0o600 : 0o644 });
  }
  const nodeDirectory = SEARCHED.some((place) => existsSync(join(place, 'node'))) ? '' : dirname(process.execPath);
  // The machine goes when this process goes, however it goes.
  const holder = spawn(
    'setpriv',
    [
      ...['--pdeathsig=KILL', '--', 'unshare'],
      ...['--mount', '--pid', '--fork', '--kill-child', '--uts', '--ipc', '--net', '--cgroup'],
      ...['bash', resolve('tests/systemd/boot.sh'), join(scratch, 'root'), resolve('.'), overlay, nodeDirectory],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaint = '';
  holder.stderr?.on('data', (chunk) => {
    complaint += chunk;
  });

  holder.on('error', (error) => {
    complaint += error.message;
  });
  const assertHeld = (): void => {
    if (holder.exitCode !== null || holder.pid === undefined) throw new Error(explain(complaint));
  };

  const stop = (): void => {
    // unshare ignores SIGTERM while its child runs; the child dies with it, and with that first process all others.
    holder.kill('SIGKILL');
    rmSync(scratch, { recursive: true, force: true });
  };
  try {
    const pid = await eventually('a first process', BOOT_MS, () => {
      assertHeld();
      return firstProcess(holder.pid ?? 0);
    });
    const machine = createMachine(pid, stop);
    await eventually('a running systemd', BOOT_MS, () => {
      assertHeld();
      return machine.run('systemctl', 'is-active', 'ready.target').stdout === 'active\n' || undefined;
    });
    return machine;
  } catch (error) {
    stop();
    throw error;
  }
}

function createMachine(pid: number, stop: () => void): Machine {
  const enter = ['--target', String(pid), '--mount', '--pid', '--uts', '--ipc', '--net', '--cgroup', '--'];
  const run: Machine['run'] = (...argv) => {
    const { status, stdout, stderr } = spawnSync('nsenter', [...enter, ...argv], { encoding: 'utf8', timeout: 30_000 });
    return { status, stdout, stderr };
  };
  return {
    run,
    show: (unit, ...properties) => {
      const { stdout } = run('systemctl', 'show', unit, ...properties.map((name) => `--property=${name}`));
      return Object.fromEntries(stdout.split('\n').map((line) => [line.split('=', 1)[0], line.replace(/^[^=]*=/, '')]));
    },
    journal: (unit) => run('journalctl', '--unit', unit, '--output=cat', '--no-pager').stdout.split('\n').slice(0, -1),
    spawn: (...argv) => spawn('nsenter', [...enter, ...argv], { stdio: 'ignore' }),
    stop,
  };
}

/** The child of `unshare`, once it has become systemd. */
function firstProcess(parent: number): number | undefined {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim();
  if (children === '') return undefined;
  const name = readFileSync(`/proc/${children}/comm`, 'utf8').trim();
  return name === 'systemd' ? Number(children) : undefined;
}

function explain(complaint: string): string {
  const user = execFileSync('id', ['-un'], { encoding: 'utf8' }).trim();
  return [
    `Cannot boot systemd in private namespaces as ${user}: ${complaint.trim() || 'unshare ended'}.`,
    'Wanted: root, and a kernel or container that allows mount, pid, network and cgroup namespaces.',
    `Programs: ${['unshare', 'nsenter', 'ip'].map((name) => `${name} ${spawnSync('which', [name]).status === 0 ? 'found' : 'missing'}`).join(', ')}.`,
  ].join('\n');
}
