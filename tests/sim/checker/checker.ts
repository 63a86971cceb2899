// The checker is checked: for each invariant of a world a history that breaks it, and nothing else may be said of it.

import { createWorld, type World } from '../worlds/world.ts';

export interface Checker {
  /** Every invariant of the world, as it is named everywhere. */
  readonly invariants: readonly string[];
  /** What happens in a world that breaks the invariant it is filed under. */
  readonly histories: Readonly<Record<string, (world: World) => void | Promise<void>>>;
}

/** One sentence for each invariant that nobody notices. `asleep` is one whose check is switched off, to try this out. */
export async function findBlindSpots({ invariants, histories }: Checker, asleep?: string): Promise<string[]> {
  const blind: string[] = [];
  for (const invariant of invariants) {
    const happens = Object.hasOwn(histories, invariant) ? histories[invariant] : undefined;
    if (happens === undefined) {
      blind.push(`"${invariant}": no history breaks it`);
      continue;
    }
    const world = createWorld({ seed: 1 });
    const { violate } = world;
    world.violate = (broken, detail) => {
      if (broken !== asleep) violate(broken, detail);
    };
    await happens(world);
    const said = world.violation()?.invariant;
    if (said !== invariant)
      blind.push(`"${invariant}": ${said === undefined ? 'nothing is said' : `"${said}" is said`}`);
  }
  return blind;
}
