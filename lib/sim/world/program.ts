// One program on a host: the effects that a run is given, all of them simulated, and its end.

import type { Environment } from '../../effects/environment.ts';
import type { Captured, Processes, ProcessResult, ProcessSpec } from '../../effects/processes.ts';
import type { Random } from '../../effects/random.ts';
import type { Sockets } from '../../effects/sockets.ts';
import type { Terminal } from '../../effects/terminal.ts';
import type { Chance } from './chance.ts';
import { createSimClock, sleep } from './clock.ts';
import { createSimFiles, type DiskFault } from './files.ts';
import { type CrashPoint, createGate, type Gate } from './gate.ts';
import type { Host } from './host.ts';
import { createSimLocks, releaseAll } from './locks.ts';
import type { Network } from './network.ts';
import type { Scheduler } from './scheduler.ts';

export interface ProgramSetup {
  readonly name: string;
  readonly host: Host;
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly chance: Chance;
  readonly operator: string;
  readonly pid: number;
  readonly crash: CrashPoint | null;
  readonly yieldShare: number;
  readonly diskFault: DiskFault;
  readonly env?: Readonly<Record<string, string>>;
  /** What the operator types, line by line; null when nobody sits there. */
  readonly typed?: readonly string[] | null;
  /** What became of a child, by its argv. */
  readonly child?: (argv: readonly string[]) => { readonly exitCode: number; readonly afterMs: number };
  /** Processes of a host that has some, instead of children that only end. */
  readonly processes?: (gate: Gate) => Processes;
  /** Who accepts plain connections; nobody unless given. */
  readonly sockets?: (gate: Gate) => Sockets;
  readonly onEffect: (kind: string, what: string, outcome: string) => void;
  readonly onDeath: () => void;
}

export interface Program {
  readonly name: string;
  readonly host: Host;
  readonly gate: Gate;
  readonly effects: ReturnType<typeof createEffects>;
  readonly output: readonly string[];
  readonly hasEnded: boolean;
  /** The kernel takes back what a program held when it ended well. */
  end(): void;
}

export function createProgram(setup: ProgramSetup): Program {
  const token = {};
  const output: string[] = [];
  let hasEnded = false;
  const gate = createGate({
    scheduler: setup.scheduler,
    chance: setup.chance.fork('turns'),
    crash: setup.crash,
    yieldShare: setup.yieldShare,
    onEffect: setup.onEffect,
    onDeath: () => {
      releaseAll(setup.host, token);
      setup.onDeath();
    },
  });
  return {
    name: setup.name,
    host: setup.host,
    gate,
    output,
    effects: createEffects(setup, gate, token, output),
    get hasEnded() {
      return hasEnded;
    },
    end: () => {
      hasEnded = true;
      releaseAll(setup.host, token);
    },
  };
}

function createEffects(setup: ProgramSetup, gate: Gate, token: object, output: string[]) {
  const { host, scheduler, network } = setup;
  return {
    clock: createSimClock(host, scheduler, gate),
    random: createRandom(setup.chance.fork('random')),
    files: createSimFiles(host.disk, gate, setup.chance.fork('temporary'), setup.diskFault),
    locks: createSimLocks(host, token, gate),
    environment: createEnvironment(setup),
    terminal: createTerminal(setup, gate, output),
    http: network.http(host.name, gate),
    processes: setup.processes?.(gate) ?? createProcesses(setup, gate),
    sockets: setup.sockets?.(gate) ?? createSockets(gate),
  };
}

function createRandom(chance: Chance): Random {
  return {
    next: () => chance.next(),
    hex: (bytes) => {
      let text = '';
      while (text.length < bytes * 2) text += chance.below(0x1_0000_0000).toString(16).padStart(8, '0');
      return text.slice(0, bytes * 2);
    },
  };
}

function createEnvironment({ host, operator, pid, env = {} }: ProgramSetup): Environment {
  return {
    get: (name) => (Object.hasOwn(env, name) ? env[name] : undefined),
    all: () => env,
    cwd: '/srv',
    host: host.name,
    namespace: `net:[${host.name}]`,
    operator,
    pid,
  };
}

function createTerminal({ typed = null }: ProgramSetup, gate: Gate, output: string[]): Terminal {
  const lines = [...(typed ?? [])];
  const write = (text: string): void => {
    if (!gate.isAlive) return;
    gate.noteChange();
    output.push(text);
  };
  return {
    stdoutIsTty: false,
    stderrIsTty: false,
    drained: async () => {},
    stdinIsTty: typed !== null,
    columns: 120,
    out: write,
    err: write,
    readLine: async (prompt) => gate.pass('prompt', prompt, () => lines.shift() ?? null),
  };
}

function createSockets(gate: Gate): Sockets {
  return {
    contact: ({ host, port }) =>
      gate.pass('contact', `${host}:${port}`, () => ({ ok: false as const, reason: 'connection refused' })),
  };
}

const NOTHING: Captured = { head: '', tail: '', totalBytes: 0 };

function createProcesses(
  { scheduler, chance, child = () => ({ exitCode: 0, afterMs: 5 }) }: ProgramSetup,
  gate: Gate,
): Processes {
  const mark = `mark-${chance.fork('mark').below(1e9)}`;
  const run = (argv: readonly string[], { timeoutMs }: Pick<ProcessSpec, 'timeoutMs'>): Promise<ProcessResult> =>
    gate.pass('child', argv.join(' '), async () => {
      const { exitCode, afterMs } = child(argv);
      await sleep(scheduler, gate, Math.min(afterMs, timeoutMs));
      const timedOut = afterMs > timeoutMs;
      return {
        exitCode: timedOut ? null : exitCode,
        signal: timedOut ? 'SIGKILL' : null,
        timedOut,
        cancelled: false,
        ok: !timedOut && exitCode === 0,
        durationMs: Math.min(afterMs, timeoutMs),
        stdout: NOTHING,
        stderr: NOTHING,
        strays: 0,
        failure: null,
      };
    });
  return {
    run: (spec) => run(spec.argv, spec),
    runShell: (line, spec) => run(['bash', '-c', line], spec),
    spawnDetached: async () => ({ pid: 1, startedTicks: 1 }),
    isAlive: async () => true,
    stop: async () => true,
    mark,
    endLeftovers: (of) => gate.pass('leftovers', of, () => 0),
  };
}
