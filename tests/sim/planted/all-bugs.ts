// Bugs that are planted into the shipped sources, one at a time, to see whether the simulator finds them.

import { ESCALATION_BUGS } from './escalation-bugs.ts';
import { FAILOVER_BUGS } from './failover-bugs.ts';
import { HEALTH_BUGS } from './health-bugs.ts';
import { JOBS_BUGS } from './jobs-bugs.ts';
import { LIVE_ENV_BUGS } from './live-env-bugs.ts';
import type { PlantedBug } from './planted-bug.ts';
import { SPOOL_BUGS } from './spool-bugs.ts';

export const PLANTED: readonly PlantedBug[] = [
  ...FAILOVER_BUGS,
  ...HEALTH_BUGS,
  ...ESCALATION_BUGS,
  ...LIVE_ENV_BUGS,
  ...SPOOL_BUGS,
  ...JOBS_BUGS,
];
