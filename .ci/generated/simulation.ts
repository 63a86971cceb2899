// What docs/simulation.md says of each world: its invariants, its golden scenarios, the bugs that are planted in it.

import { checkerOf } from '../../tests/sim/checker/all-checkers.ts';
import { PLANTED } from '../../tests/sim/planted/all-bugs.ts';
import { WORLD_NAMES } from '../../tests/sim/worlds/all-worlds.ts';
import { renderTable } from './table.ts';

export function renderInvariants(): string {
  const rows = WORLD_NAMES.flatMap((world) =>
    (checkerOf(world)?.invariants ?? []).map((invariant) => [world, invariant, String(countBugs(world, invariant))]),
  );
  return renderTable(['world', 'invariant', 'planted bugs that it may name'], rows);
}

function countBugs(world: string, invariant: string): number {
  return PLANTED.filter((bug) => bug.world === world && bug.breaks.includes(invariant)).length;
}

export function renderPlanted(): string {
  return renderTable(
    ['world', 'planted bug', 'found by'],
    PLANTED.map(({ world, name, breaks }) => [world, name, breaks.join('; or: ')]),
  );
}
