// The parts of a run that services want, on a real disk, with a log that keeps its records.

import type { EventName } from '../../lib/base/event-names.ts';
import type { Locks } from '../../lib/effects/locks.ts';
import { createClock } from '../../lib/effects/real-clock.ts';
import { createFiles } from '../../lib/effects/real-files.ts';
import { createRandom } from '../../lib/effects/real-random.ts';
import type { Log, LogFields } from '../../lib/services/log/log.ts';
import { createMetrics } from '../../lib/services/metrics/metrics.ts';
import { createSpool } from '../../lib/services/spool/spool.ts';
import { createDocuments } from '../../lib/services/state/documents.ts';

export const FREE_LOCKS: Locks = {
  acquire: async () => ({ held: true, release: async () => undefined }),
  isHeld: async () => false,
};

export interface LoggedEvent extends LogFields {
  readonly event: EventName;
  readonly message: string;
}

export function plainRun(directory: string) {
  const events: LoggedEvent[] = [];
  const log: Log = {
    event: (event, message, fields) => {
      events.push({ event, message, ...fields });
    },
    flush: async () => undefined,
  };
  const files = createFiles();
  const clock = createClock();
  const random = createRandom();
  const spool = createSpool({
    files,
    clock,
    random,
    locks: FREE_LOCKS,
    directory: `${directory}/spool`,
    run: { id: 'r-1', command: 'check-feed-health', operator: 'kim', host: 'h' },
    pid: 1,
    bounds: { maxAgeMs: 7 * 86_400_000, maxRecords: 10_000 },
  });
  const documents = createDocuments(files, `${directory}/state`);
  return { files, clock, random, spool, documents, log, events, metrics: createMetrics() };
}
