// One run at a time works on an incident: a check, a flush of the spool and the end of any run may all want to at once.

import { crc32 } from '../../base/crc32.ts';
import type { Clock } from '../../effects/clock.ts';
import type { Holder, Locks } from '../../effects/locks.ts';

export interface Turns {
  /** Answers how to give the turn back; null when another run keeps it for longer than `patienceMs`. Never throws. */
  take(name: string, patienceMs: number): Promise<(() => Promise<void>) | null>;
}

export interface TurnsParts {
  readonly locks: Locks;
  readonly clock: Clock;
  /** The state directory: runs that share it take turns. */
  readonly scope: string;
  readonly who: Omit<Holder, 'age_ms'>;
}

const PAUSE_MS = 100;

export function createTurns({ locks, clock, scope, who }: TurnsParts): Turns {
  const { run_id, command, operator, host, pid } = who;
  const identity = { run_id, command, operator, host, pid };
  return {
    take: async (name, patienceMs) => {
      const endsMs = clock.monotonicMs() + patienceMs;
      for (;;) {
        const attempt = await locks
          .acquire(`mdops/${crc32(scope)}/incident/${crc32(name)}`, identity)
          .catch(() => null);
        if (attempt?.held === true) return attempt.release;
        if (attempt === null || clock.monotonicMs() >= endsMs) return null;
        await clock.sleep(PAUSE_MS);
      }
    },
  };
}
