// A piece of the search that one worker plays by itself, and what came of it.

import type { CrashPoint } from '../../../lib/sim/world/gate.ts';
import { type Finding, searchSeeds } from '../search.ts';
import { openWorld } from '../worlds/all-worlds.ts';
import type { Report, SimWorld } from '../worlds/sim-world.ts';
import { type Death, deathsOf } from './deaths.ts';
import { readRegression } from './regression.ts';

export type Task =
  | {
      readonly kind: 'seeds';
      readonly world: string;
      readonly from: number;
      readonly count: number;
      readonly most: number;
    }
  | {
      readonly kind: 'crash';
      readonly world: string;
      readonly golden: string;
      /** The run that dies, and when; the run after it recovers. */
      readonly run: number;
      readonly death: Death;
      /** Every so many-th moment of the recovery dies too; 0 is none. */
      readonly deep: number;
      /** Each death has its own share of the recovery's moments. */
      readonly shift: number;
    }
  | { readonly kind: 'regression'; readonly file: string };

export interface Result {
  readonly played: number;
  readonly effects: number;
  readonly cpuSeconds: number;
  /** First deaths, and deaths of a recovery after one; those that are the same as one that was played count too. */
  readonly crashes: number;
  readonly recoveries: number;
  readonly findings: readonly WorldFinding[];
}

export interface WorldFinding extends Finding<unknown> {
  readonly world: string;
}

export type PlayTask = (task: Task) => Promise<Result>;

/** Worlds are opened once, when they are first needed. */
export function createTaskPlayer(): PlayTask {
  const opened = new Map<string, Promise<SimWorld<unknown> | null>>();
  const open = async (name: string): Promise<SimWorld<unknown>> => {
    if (!opened.has(name)) opened.set(name, openWorld(name));
    const world = await opened.get(name);
    if (world === undefined || world === null) throw new Error(`no world is called "${name}"`);
    return world;
  };
  // Thousands of expected faults: nobody reads where they were made.
  Error.stackTraceLimit = 0;
  return async (task) => {
    const world = await open(task.kind === 'regression' ? readRegression(task.file).world : task.world);
    const since = process.cpuUsage();
    const tally = await PLAY[task.kind](world, task as never);
    const { user, system } = process.cpuUsage(since);
    const findings = tally.findings.map((finding) => ({ ...finding, world: world.name }));
    return { ...tally, findings, cpuSeconds: (user + system) / 1e6 };
  };
}

type Tally = Omit<Result, 'cpuSeconds' | 'findings'> & { readonly findings: readonly Finding<unknown>[] };
type Of<K extends Task['kind']> = Extract<Task, { kind: K }>;

const PLAY: { readonly [K in Task['kind']]: (world: SimWorld<unknown>, task: Of<K>) => Promise<Tally> } = {
  seeds: async (world, { from, count, most }) => ({
    ...(await searchSeeds(world, { from, count, most })),
    crashes: 0,
    recoveries: 0,
  }),
  crash: dieAt,
  regression: async (world, { file }) => {
    const { seed, scenario } = readRegression(file);
    const { violation, effects } = await world.play(seed, scenario);
    const findings = violation === null ? [] : [{ seed, scenario, violation, how: `the stored ${file}` }];
    return { played: 1, effects: sum(effects), crashes: 0, recoveries: 0, findings };
  },
};

/** Golden nights differ in what happens, not in chance. */
export const GOLDEN_SEED = 1;

/** One moment: with and without the host; then the recovery dies, also with and without it. */
async function dieAt(world: SimWorld<unknown>, { golden, run, death, deep, shift }: Of<'crash'>): Promise<Tally> {
  const findings: Finding<unknown>[] = [];
  const tally = { played: 0, effects: 0, crashes: 0, recoveries: 0, findings };
  const play = async (scenario: unknown, how: string): Promise<Report> => {
    const report = await world.play(GOLDEN_SEED, scenario);
    tally.played += 1;
    tally.effects += sum(report.effects);
    if (report.violation !== null) findings.push({ seed: GOLDEN_SEED, scenario, violation: report.violation, how });
    return report;
  };
  for (const losesPower of [false, true]) {
    const crashed = world.withCrash(world.golden[golden], run, death, losesPower);
    const how = `${golden}, ${describeDeath(run, death, losesPower)}`;
    const report = await play(crashed, how);
    tally.crashes += death.stands;
    if (deep === 0) continue;
    const own = shift + (losesPower ? 1 : 0);
    for (const [at, again] of deathsOf(report.places(run + 1), true).entries()) {
      for (const losesAgain of [false, true]) {
        if ((2 * at + (losesAgain ? 1 : 0) + own) % deep !== 0) continue;
        const twice = world.withCrash(crashed, run + 1, again, losesAgain);
        await play(twice, `${how}, ${describeDeath(run + 1, again, losesAgain)}`);
        tally.recoveries += death.stands * again.stands;
      }
    }
  }
  return tally;
}

function describeDeath(run: number, { when, effect }: CrashPoint, losesPower: boolean): string {
  return `run ${run + 1} dies ${when} effect ${effect}${losesPower ? ' with its host' : ''}`;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, each) => total + each, 0);
}
