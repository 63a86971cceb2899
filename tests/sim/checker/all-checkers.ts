// The histories of every world.

import type { Checker } from './checker.ts';
import { FAILOVER_CHECKER } from './failover-checker.ts';

const CHECKERS: Readonly<Record<string, Checker>> = { failover: FAILOVER_CHECKER };

export function checkerOf(world: string): Checker | null {
  return Object.hasOwn(CHECKERS, world) ? CHECKERS[world]! : null;
}
