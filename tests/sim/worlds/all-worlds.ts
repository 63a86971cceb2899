// The worlds by name, ready to play.

import { openEscalationWorld } from './escalation-world.ts';
import { openFailoverWorld } from './failover-world.ts';
import { openHealthWorld } from './health-world.ts';
import { openJobsWorld } from './jobs-world.ts';
import { openLiveEnvWorld } from './live-env-world.ts';
import { realTurn } from './run-command.ts';
import type { SimWorld } from './sim-world.ts';
import { openSpoolWorld } from './spool-world.ts';

const WORLDS = {
  failover: openFailoverWorld,
  health: openHealthWorld,
  escalation: openEscalationWorld,
  'live-env': openLiveEnvWorld,
  spool: openSpoolWorld,
  jobs: openJobsWorld,
} satisfies Record<string, () => Promise<unknown>>;

export const WORLD_NAMES = Object.keys(WORLDS) as (keyof typeof WORLDS)[];

/** How many nights of the failover world one night takes: so many fewer of them are played in the same time. */
const COSTS = {
  failover: 1,
  health: 5,
  escalation: 4,
  'live-env': 2,
  spool: 2,
  jobs: 5,
} satisfies Record<keyof typeof WORLDS, number>;

export function costOf(world: string): number {
  return COSTS[world as keyof typeof COSTS];
}

/** Null for a name that is none. A world's scenarios are its own: whoever searches only hands them back. */
export async function openWorld(name: string): Promise<SimWorld<unknown> | null> {
  if (!Object.hasOwn(WORLDS, name)) return null;
  const world = (await WORLDS[name as keyof typeof WORLDS]()) as unknown as SimWorld<unknown>;
  await loadModules(world);
  return world;
}

const LONGEST_LOAD_MS = 5_000;

/** Modules that are imported when first used load in real time: ordinary work is played until they are all there. */
async function loadModules(world: SimWorld<unknown>): Promise<void> {
  // What only some nights ask for, not the golden ones.
  await Promise.all([
    import('../../../lib/run/open-telemetry-desk.ts'),
    import('../../../lib/services/runs/browse.ts'),
  ]);
  for (const scenario of Object.values(world.golden)) await playLoaded(world, 1, scenario);
}

/** Played again while it breaks: what is no matter of loading (a planted bug, a fault of ours) breaks to the end. */
export async function playLoaded(world: SimWorld<unknown>, seed: number, scenario: unknown, keepsTrace = false) {
  const lastMs = performance.now() + LONGEST_LOAD_MS;
  for (;;) {
    const report = await world.play(seed, scenario, keepsTrace);
    if (report.violation === null || performance.now() > lastMs) return report;
    await realTurn();
  }
}
