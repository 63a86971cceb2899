// A piece of the search that one worker plays by itself, and what came of it.

import type { CrashPoint } from '../../../lib/sim/world/gate.ts';
import { type Finding, searchSeeds } from '../search.ts';
import { openWorld } from '../worlds/all-worlds.ts';
import type { SimWorld } from '../worlds/sim-world.ts';
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
      /** The run that dies, and at which of its effects; the run after it recovers. */
      readonly run: number;
      readonly effect: number;
      /** Every so many-th point of the recovery dies too; 0 is none. */
      readonly deep: number;
    }
  | { readonly kind: 'regression'; readonly file: string };

export interface Result {
  readonly played: number;
  readonly effects: number;
  readonly cpuSeconds: number;
  /** Of what was played: first deaths, and deaths of a recovery after one. */
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
  crash: dieAtEffect,
  regression: async (world, { file }) => {
    const { seed, scenario } = readRegression(file);
    const { violation, effects } = await world.play(seed, scenario);
    const findings = violation === null ? [] : [{ seed, scenario, violation, how: `the stored ${file}` }];
    return { played: 1, effects: sum(effects), crashes: 0, recoveries: 0, findings };
  },
};

/** Golden nights differ in what happens, not in chance. */
export const GOLDEN_SEED = 1;

/** One effect: before and after it, with and without the host; then the recovery dies in the same four ways. */
async function dieAtEffect(world: SimWorld<unknown>, { golden, run, effect, deep }: Of<'crash'>): Promise<Tally> {
  const findings: Finding<unknown>[] = [];
  const tally = { played: 0, effects: 0, crashes: 0, recoveries: 0, findings };
  const play = async (scenario: unknown, how: string): Promise<readonly number[]> => {
    const report = await world.play(GOLDEN_SEED, scenario);
    tally.played += 1;
    tally.effects += sum(report.effects);
    if (report.violation !== null) findings.push({ seed: GOLDEN_SEED, scenario, violation: report.violation, how });
    return report.effects;
  };
  for (const [variant, { crash, losesPower }] of waysToDie(effect, effect).entries()) {
    const crashed = world.withCrash(world.golden[golden], run, crash, losesPower);
    const how = `${golden}, ${describeDeath(run, crash, losesPower)}`;
    const effects = await play(crashed, how);
    tally.crashes += 1;
    if (deep === 0) continue;
    // Each death has its own share of the points: all deaths together meet every point of every recovery.
    const share = (_: unknown, point: number): boolean => (point + effect * 4 + variant) % deep === 0;
    for (const again of waysToDie(1, effects[run + 1] ?? 0).filter(share)) {
      const twice = world.withCrash(crashed, run + 1, again.crash, again.losesPower);
      await play(twice, `${how}, ${describeDeath(run + 1, again.crash, again.losesPower)}`);
      tally.recoveries += 1;
    }
  }
  return tally;
}

function waysToDie(from: number, to: number): { crash: CrashPoint; losesPower: boolean }[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at).flatMap((effect) =>
    (['before', 'after'] as const).flatMap((when) =>
      [false, true].map((losesPower) => ({ crash: { effect, when }, losesPower })),
    ),
  );
}

function describeDeath(run: number, { when, effect }: CrashPoint, losesPower: boolean): string {
  return `run ${run + 1} dies ${when} effect ${effect}${losesPower ? ' with its host' : ''}`;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, each) => total + each, 0);
}
