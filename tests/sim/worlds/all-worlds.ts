// The worlds by name.

import { openFailoverWorld } from './failover-world.ts';
import type { SimWorld } from './sim-world.ts';

const WORLDS = {
  failover: openFailoverWorld,
} satisfies Record<string, () => Promise<unknown>>;

export const WORLD_NAMES = Object.keys(WORLDS) as (keyof typeof WORLDS)[];

/** Null for a name that is none. A world's scenarios are its own: whoever searches only hands them back. */
export async function openWorld(name: string): Promise<SimWorld<unknown> | null> {
  if (!Object.hasOwn(WORLDS, name)) return null;
  return (await WORLDS[name as keyof typeof WORLDS]()) as unknown as SimWorld<unknown>;
}
