// One contract for the processes of this machine and for simulated ones: what starting and stopping relies on.

import { expect, test } from 'vitest';
import type { Processes } from '../../lib/effects/processes.ts';
import { createProcesses } from '../../lib/effects/real-processes.ts';
import { type Conduct, createProcessTable } from '../../lib/sim/world/process-table.ts';
import { createSimProcesses } from '../../lib/sim/world/processes.ts';
import { temporaryDirectories } from '../support/temporary.ts';
import { createWorld } from './worlds/world.ts';

const makeDirectory = temporaryDirectories('process-ports');

/** Programs by what they do: how this machine does it, and how the simulation does. */
const PROGRAMS = {
  stays: ['sleep', '60'],
  'ends with 3': ['sh', '-c', 'exit 3'],
  'ignores SIGTERM': ['sh', '-c', 'trap "" TERM; while :; do sleep 0.05; done'],
  'forks and leaves': ['sh', '-c', 'sleep 60 & exit 0'],
  'is not there': ['/no/such/program'],
} as const satisfies Record<string, readonly [string, ...string[]]>;
type ProgramName = keyof typeof PROGRAMS;

interface Bench {
  readonly processes: Processes;
  readonly argvOf: (name: ProgramName) => readonly [string, ...string[]];
  readonly logFile: string;
  /** Until the condition holds. */
  readonly until: (condition: () => Promise<boolean>) => Promise<void>;
}

const NEVER = Number.POSITIVE_INFINITY;
const STAYS: Conduct = {
  readyAfterMs: 0,
  endsAfterMs: NEVER,
  exitCode: 0,
  stopsAfterMs: 1,
  forksAfterMs: NEVER,
  isStuck: false,
};
const CONDUCTS: Readonly<Record<ProgramName, Conduct | null>> = {
  stays: STAYS,
  'ends with 3': { ...STAYS, endsAfterMs: 1, exitCode: 3 },
  'ignores SIGTERM': { ...STAYS, stopsAfterMs: NEVER },
  'forks and leaves': { ...STAYS, forksAfterMs: 1 },
  'is not there': null,
};

const MARK = '0123456789abcdef;';

const CONTRACT: Record<string, (bench: Bench) => Promise<void>> = {
  'a component is alive until it is stopped': async ({ processes, argvOf, logFile }) => {
    const process = await processes.spawnDetached({ argv: argvOf('stays'), logFile });
    expect(await processes.isAlive(process)).toBe(true);
    expect(await processes.isAlive({ ...process, startedTicks: process.startedTicks + 1 })).toBe(false);
    expect(await processes.stop(process, 1_000)).toBe(true);
    expect(await processes.isAlive(process)).toBe(false);
  },
  'one that ignores SIGTERM is gone after its grace': async ({ processes, argvOf, logFile }) => {
    const process = await processes.spawnDetached({ argv: argvOf('ignores SIGTERM'), logFile });
    expect(await processes.stop(process, 50)).toBe(true);
    expect(await processes.isAlive(process)).toBe(false);
  },
  'what a component forked is found by its mark when it has left': async ({ processes, argvOf, logFile, until }) => {
    const process = await processes.spawnDetached({ argv: argvOf('forks and leaves'), logFile, mark: MARK });
    await until(async () => !(await processes.isAlive(process)));
    expect(await processes.endLeftovers(MARK, 1_000)).toBe(1);
    expect(await processes.endLeftovers(MARK, 0)).toBe(0);
  },
  'it is also ended by stopping the component': async ({ processes, argvOf, logFile, until }) => {
    const process = await processes.spawnDetached({ argv: argvOf('forks and leaves'), logFile, mark: MARK });
    await until(async () => !(await processes.isAlive(process)));
    expect(await processes.stop(process, 1_000)).toBe(true);
    expect(await processes.endLeftovers(MARK, 0)).toBe(0);
  },
  'a component whose program is missing does not start': async ({ processes, argvOf, logFile }) => {
    await expect(processes.spawnDetached({ argv: argvOf('is not there'), logFile })).rejects.toMatchObject({
      code: 'process not started',
    });
  },
  'a step tells its exit code': async ({ processes, argvOf }) => {
    const result = await processes.run({ argv: argvOf('ends with 3'), timeoutMs: 5_000 });
    expect(result).toMatchObject({ exitCode: 3, ok: false, timedOut: false, cancelled: false });
  },
  'a step that is not done in time is never ok': async ({ processes, argvOf }) => {
    const result = await processes.run({ argv: argvOf('ignores SIGTERM'), timeoutMs: 50, graceMs: 50 });
    expect(result).toMatchObject({ exitCode: null, ok: false, timedOut: true });
    expect(await processes.endLeftovers(processes.mark, 0)).toBe(0);
  },
  'a step that is given up is not ok either': async ({ processes, argvOf }) => {
    const result = await processes.run({ argv: argvOf('stays'), timeoutMs: 5_000, signal: AbortSignal.abort() });
    expect(result).toMatchObject({ exitCode: null, ok: false, cancelled: true });
  },
};

test.each(Object.entries(CONTRACT))('real: %s', async (_promise, keep) => {
  const processes = createProcesses();
  await keep({
    processes,
    argvOf: (name) => PROGRAMS[name],
    logFile: `${makeDirectory()}/log`,
    until: async (condition) => {
      await expect.poll(condition).toBe(true);
    },
  });
  expect.hasAssertions();
});

test.each(Object.entries(CONTRACT))('simulated: %s', async (_promise, keep) => {
  const world = createWorld({ seed: 1, yieldShare: 0 });
  world.addHost('ops-1');
  const { gate, effects } = world.start({ name: 'one', host: 'ops-1', operator: 'wang' });
  const conductOf = (argv: readonly string[]): Conduct | null => CONDUCTS[argv[0] as ProgramName];
  const processes = createSimProcesses({
    scheduler: world.scheduler,
    gate,
    table: createProcessTable(world.scheduler),
    mark: '00000000000000aa.',
    conductOf,
    step: (argv, _self, done) => {
      const { endsAfterMs, exitCode } = conductOf(argv)!;
      if (Number.isFinite(endsAfterMs)) world.at(endsAfterMs, () => done({ exitCode }));
    },
  });
  const kept = keep({
    processes,
    argvOf: (name) => [name],
    logFile: '/log',
    until: async (condition) => {
      while (!(await condition())) await effects.clock.sleep(1);
    },
  });
  await world.run(60_000);
  await kept;
  expect.hasAssertions();
});
