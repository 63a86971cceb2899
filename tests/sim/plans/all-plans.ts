// Which worlds can be searched by plans.

import { FAILOVER_PLANS } from './failover-plans.ts';
import type { Plans } from './plans.ts';

const PLANS: Readonly<Record<string, unknown>> = { failover: FAILOVER_PLANS };

export const PLANNED_WORLDS: readonly string[] = Object.keys(PLANS);

/** A world's scenarios are its own: whoever searches only hands them back. */
export function plansOf(world: string): Plans<unknown> | null {
  return Object.hasOwn(PLANS, world) ? (PLANS[world] as Plans<unknown>) : null;
}
