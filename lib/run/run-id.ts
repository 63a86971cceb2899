// Run ids: readable in a log, sortable by hand, unique across hosts.

import type { Clock } from '../effects/clock.ts';
import type { Random } from '../effects/random.ts';

/** `20260105-010000-3f9c2a7b`, in UTC. */
export function createRunId(clock: Clock, random: Random): string {
  const stamp = new Date(clock.wallMs()).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${stamp}-${random.hex(4)}`;
}
