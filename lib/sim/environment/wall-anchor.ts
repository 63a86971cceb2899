// Monotonic moments as wall-clock text that does not tremble: one moment always has one text, until the wall is stepped.

import { formatInZone } from '../../base/zoned-time.ts';
import type { SimClock } from './sim-clock.ts';

export const ZONE = 'Asia/Shanghai';
// Rounding makes the two clocks differ by up to 1 ms from one look to the next; a step is larger.
const TREMBLE_MS = 20;

export interface WallAnchor {
  /** Text of a moment of `monotonicMs`. */
  text(momentMs: number): string;
  now(): string;
}

export function createWallAnchor(clock: SimClock): WallAnchor {
  let offsetMs = clock.wallMs() - clock.monotonicMs();
  return {
    text(momentMs) {
      const offset = clock.wallMs() - clock.monotonicMs();
      if (Math.abs(offset - offsetMs) > TREMBLE_MS) offsetMs = offset;
      return formatInZone(Math.round(momentMs + offsetMs), ZONE);
    },
    now: () => formatInZone(clock.wallMs(), ZONE),
  };
}
