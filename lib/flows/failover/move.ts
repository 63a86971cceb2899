// One move of the consumers from a route to the other, and the ways in which it fails.

import type { RouteName } from '../../base/feed-routes.ts';
import type { ParityPolicy } from '../../domain/failover/parity.ts';

export interface Move {
  readonly from: RouteName;
  readonly to: RouteName;
  /** What the switch must still have when consumers are moved. */
  readonly expectedEpoch: number;
  /** At which the target is brought up. */
  readonly epoch: number;
  readonly policy: ParityPolicy;
  readonly parityTimeoutMs: number;
  /** A person vouches that the old route is stopped although it does not answer (`--force unfenced`). */
  readonly isFenced: boolean;
  /** Told once, when parity is proven. */
  readonly onParity: (parity: Parity) => void;
}

export interface Parity {
  /** From the start of the failover. */
  readonly latencyMs: number;
  /** What the route itself needed for it, as it says. */
  readonly timeToParityMs: number | null;
  readonly probes: number;
  /** How many of them, at the end, saw it. */
  readonly covered: number;
}

/** One above the bring-up: a copy of that command which comes late must not undo the promotion. */
export function switchEpoch({ epoch }: Move): number {
  return epoch + 1;
}

export const MOVE_CODE = {
  superseded: 'failover superseded',
  notProven: 'parity not proven',
  notBroughtUp: 'route not brought up',
  notSwitched: 'consumers not switched',
  notVerified: 'new route not verified',
  unfenced: 'old route unfenced',
} as const;
