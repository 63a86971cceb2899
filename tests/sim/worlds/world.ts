// A simulated world: hosts, programs, a network and what must always hold; told as a story, recorded as a trace.

import { type Chance, createChance } from '../../../lib/sim/world/chance.ts';
import type { DiskFault } from '../../../lib/sim/world/files.ts';
import type { CrashPoint } from '../../../lib/sim/world/gate.ts';
import { createHost, type Host } from '../../../lib/sim/world/host.ts';
import { createNetwork, type Network } from '../../../lib/sim/world/network.ts';
import { createProgram, type Program, type ProgramSetup } from '../../../lib/sim/world/program.ts';
import { createScheduler, type Scheduler } from '../../../lib/sim/world/scheduler.ts';

export interface Violation {
  /** The invariant, as it is named everywhere. */
  readonly invariant: string;
  readonly detail: string;
  readonly atMs: number;
}

export interface World {
  readonly seed: number;
  readonly chance: Chance;
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly programs: readonly Program[];
  /** The first one only: what follows a broken world means nothing. */
  violation(): Violation | null;
  violate(invariant: string, detail: string): void;
  /** For people: what happened. */
  tell(line: string): void;
  readonly story: readonly string[];
  readonly trace: readonly string[];
  /** Judged after every effect of every program. */
  judge: (program: Program, kind: string, what: string, isDone: boolean) => void;
  addHost(name: string, drift?: number): Host;
  /** Its programs die, and what was not synced may be gone. */
  losePower(host: string): void;
  /** Whatever else goes with it. */
  onPowerLoss: (host: Host) => void;
  start(details: StartDetails): Program;
  at(delayMs: number, act: () => void): void;
  run(untilMs: number): Promise<void>;
}

export interface StartDetails extends Pick<ProgramSetup, 'child' | 'processes' | 'sockets'> {
  readonly name: string;
  readonly host: string;
  readonly operator: string;
  readonly crash?: CrashPoint | null;
  readonly diskFault?: DiskFault;
  readonly env?: Readonly<Record<string, string>>;
  readonly typed?: readonly string[] | null;
  readonly onDeath?: (program: Program) => void;
}

export interface WorldSetup {
  readonly seed: number;
  readonly keepsTrace?: boolean;
  /** Share of effects before which other programs get a turn. */
  readonly yieldShare?: number;
}

/** Monday, before the day session in Shanghai. */
export const START_WALL_MS = Date.UTC(2026, 0, 5, 0, 30);

export function createWorld({ seed, keepsTrace = false, yieldShare = 0.05 }: WorldSetup): World {
  const chance = createChance(seed);
  const scheduler = createScheduler();
  const network = createNetwork(scheduler, chance.fork('network'));
  const hosts = new Map<string, Host>();
  const programs: Program[] = [];
  const story: string[] = [];
  const trace: string[] = [];
  let broken: Violation | null = null;

  const stamp = (): string => (scheduler.nowMs() / 1_000).toFixed(3).padStart(9);
  const world: World = {
    seed,
    chance,
    scheduler,
    network,
    hosts,
    programs,
    story,
    trace,
    violation: () => broken,
    violate: (invariant, detail) => {
      if (broken !== null) return;
      broken = { invariant, detail, atMs: scheduler.nowMs() };
      world.tell(`VIOLATION of "${invariant}": ${detail}`);
    },
    tell: (line) => {
      if (keepsTrace) story.push(`${stamp()}  ${line}`);
    },
    judge: () => {},
    addHost: (name, drift) => {
      const host = createHost({
        name,
        scheduler,
        startWallMs: START_WALL_MS,
        ...(drift === undefined ? {} : { drift }),
      });
      hosts.set(name, host);
      return host;
    },
    losePower: (name) => {
      const host = hosts.get(name)!;
      world.tell(`${name} loses power`);
      for (const program of programs) if (program.host === host && !program.hasEnded) program.gate.kill();
      host.disk.losePower(chance.fork(`power ${name} ${scheduler.nowMs()}`));
      host.reboot();
      world.onPowerLoss(host);
    },
    onPowerLoss: () => {},
    start: ({
      name,
      host,
      operator,
      crash = null,
      diskFault = () => null,
      env = {},
      typed = null,
      onDeath,
      ...ports
    }) => {
      const program: Program = createProgram({
        name,
        host: hosts.get(host)!,
        scheduler,
        network,
        chance: chance.fork(`program ${name}`),
        operator,
        pid: 1_000 + programs.length,
        crash,
        yieldShare,
        diskFault,
        env,
        typed,
        ...ports,
        onEffect: (kind, what, outcome) => {
          if (keepsTrace) trace.push(`${stamp()} ${name} ${kind} ${what}: ${outcome}`);
          world.judge(program, kind, what, outcome === 'done');
        },
        onDeath: () => {
          if (!program.hasEnded) world.tell(`${name} dies at its effect ${program.gate.effects()}`);
          onDeath?.(program);
        },
      });
      programs.push(program);
      return program;
    },
    at: (delayMs, act) => {
      scheduler.after(delayMs, act);
    },
    run: (untilMs) => scheduler.run(untilMs, () => broken !== null),
  };
  return world;
}
