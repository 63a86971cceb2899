// The plans of each world.

import type { WORLD_NAMES } from '../worlds/all-worlds.ts';
import { FAILOVER_PLANS } from './failover-plans.ts';
import { HEALTH_PLANS } from './health-plans.ts';
import { JOBS_PLANS } from './jobs-plans.ts';
import { LIVE_ENV_PLANS } from './live-env-plans.ts';
import type { Plans } from './plans.ts';
import { SPOOL_PLANS } from './spool-plans.ts';

const PLANS = {
  failover: FAILOVER_PLANS,
  health: HEALTH_PLANS,
  // One stage with the health world; its incidents are what plans of health are full of.
  escalation: HEALTH_PLANS,
  'live-env': LIVE_ENV_PLANS,
  spool: SPOOL_PLANS,
  jobs: JOBS_PLANS,
} satisfies Readonly<Record<(typeof WORLD_NAMES)[number], unknown>>;

/** A world's scenarios are its own: whoever searches only hands them back. */
export function plansOf(world: string): Plans<unknown> | null {
  return Object.hasOwn(PLANS, world) ? (PLANS[world as keyof typeof PLANS] as unknown as Plans<unknown>) : null;
}
