// Golden nights together do everything that nights by chance do: what dies at each effect leaves no phase out.

import { expect, test, vi } from 'vitest';
import { deathsOf } from './command/deaths.ts';
import { GOLDEN_SEED } from './command/task.ts';
import { openWorld, WORLD_NAMES } from './worlds/all-worlds.ts';
import type { SimWorld } from './worlds/sim-world.ts';

vi.setConfig({ testTimeout: 120_000 });

const SEEDS = 40;
const DEATHS_OF_A_RUN = 6;

/** `write state/governor`, `http POST pagerduty.sim`, `child systemctl stop`: what was done, and to what kind of thing. */
function phaseOf(line: string): string | null {
  const [, kind = '', what = ''] = PHASE.exec(line) ?? [];
  if (kind === '') return null;
  if (kind === 'http')
    return `http ${what.split(' ')[0]} ${HOSTNAME.exec(what)?.[1]}`.replace(/feed-[ab]|primary|backup/, '*');
  if (kind === 'child') return `child ${what.replace('--no-ask-password ', '').split(' ').slice(0, 2).join(' ')}`;
  if (kind === 'contact' || kind === 'look' || kind === 'stop' || kind === 'leftovers') return kind;
  if (kind === 'lock' || kind === 'unlock') return `${kind} ${/\/(run|target)\//.exec(what)?.[1] ?? 'other'}`;
  const [, path = ''] = /^\/srv\/(?:\.mdops\/)?(.*)$/.exec(what) ?? [];
  const [folder = '', kindOfState = ''] = path.split(' ')[0]!.split('/');
  return folder === 'state' ? `${kind} state/${kindOfState.replace(/\..*/, '')}` : `${kind} ${folder}`;
}

const PHASE =
  /^ *\S+ .*?(lock|unlock|read|write|open|append|sync|rename|remove|truncate|http|child|contact|look|stop|leftovers|spawn) (.*): done$/;
const HOSTNAME = /^\S+ [a-z]+:\/\/([^/ ]+)/;

/** Where the log of a run is kept depends on how much people want to read. */
const isOfLogs = (phase: string): boolean => phase.endsWith(' logs');

test.each(WORLD_NAMES)(
  'golden nights of the world %s, and what follows their deaths, leave no phase out',
  async (name) => {
    const world: SimWorld<unknown> = (await openWorld(name))!;
    const golden = new Set<string | null>();
    for (const [nth, night] of Object.values(world.golden).entries()) {
      const { trace, effects, places } = await world.play(GOLDEN_SEED, night, true);
      for (const line of trace) golden.add(phaseOf(line));
      for (const run of effects.slice(0, -1).keys()) {
        const deaths = deathsOf(places(run), true);
        // Journals are torn in few places: one night dies everywhere, power lost.
        const every = nth === 0 ? 1 : Math.ceil(deaths.length / DEATHS_OF_A_RUN);
        for (const [at, death] of deaths.entries()) {
          if (at % every !== 0) continue;
          const crashed = world.withCrash(night, run, death, nth === 0 || at % 2 === 0);
          for (const line of (await world.play(GOLDEN_SEED, crashed, true)).trace) golden.add(phaseOf(line));
        }
      }
    }
    const missing = new Map<string, number>();
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      for (const line of (await world.play(seed, world.make(seed), true)).trace) {
        const phase = phaseOf(line);
        if (phase !== null && !golden.has(phase) && !isOfLogs(phase)) missing.set(phase, seed);
      }
    }
    expect(golden.size).toBeGreaterThan(20);
    expect([...missing].map(([phase, seed]) => `${phase}, as in seed ${seed}`)).toEqual([]);
  },
);
