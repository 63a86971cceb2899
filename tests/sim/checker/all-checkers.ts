// The histories of every world.

import type { Checker } from './checker.ts';
import { FAILOVER_CHECKER } from './failover-checker.ts';
import { HEALTH_CHECKER } from './health-checker.ts';
import { JOBS_CHECKER } from './jobs-checker.ts';
import { LIVE_ENV_CHECKER } from './live-env-checker.ts';
import { SPOOL_CHECKER } from './spool-checker.ts';

const CHECKERS: Readonly<Record<string, Checker>> = {
  failover: FAILOVER_CHECKER,
  health: HEALTH_CHECKER,
  escalation: HEALTH_CHECKER,
  'live-env': LIVE_ENV_CHECKER,
  spool: SPOOL_CHECKER,
  jobs: JOBS_CHECKER,
};

export function checkerOf(world: string): Checker | null {
  return Object.hasOwn(CHECKERS, world) ? CHECKERS[world]! : null;
}
