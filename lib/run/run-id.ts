// Run ids: readable in a log, sortable by hand, unique across hosts.

import { isoInstant } from '../base/iso-instant.ts';
import type { Clock } from '../effects/clock.ts';
import type { Random } from '../effects/random.ts';

/** `20260105-010000-3f9c2a7b`, in UTC. */
export function createRunId(clock: Clock, random: Random): string {
  const iso = isoInstant(clock.wallMs());
  const date = `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 10)}`;
  return `${date}-${iso.slice(11, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}-${random.hex(4)}`;
}
