// A downstream consumer: reads the active route's ticks, and has a backlog when it cannot keep up or a route is switched.

import { CONTROL } from '../../base/control-subjects.ts';
import type { RouteName } from '../../base/feed-routes.ts';
import { isRecord } from '../../base/json.ts';
import { METRIC } from '../../base/metric-names.ts';
import type { Ask } from './control-plane.ts';
import { createFaultBoard } from './fault-board.ts';
import { createRole, type Role } from './role.ts';
import { seededBetween } from './seeded.ts';
import type { SimClock } from './sim-clock.ts';

export interface ConsumerOptions {
  readonly name: string;
  readonly seed: number;
  readonly clock: SimClock;
  readonly ask: Ask;
  readonly account: string;
  readonly intervalMs?: number;
  readonly onEvent?: (event: Readonly<Record<string, unknown>>) => void;
  readonly onDie?: () => void;
}

const INTERVAL_MS = 200;
// A new route replays what its consumers may have missed; they work that off in about a second.
const REPLAYED = [200, 800] as const;
const WORKED_OFF_PER_SECOND = 800;
// What is on its way while all is well.
const IN_FLIGHT = [0, 40] as const;

export function createConsumer(options: ConsumerOptions): Role {
  const { name, seed, clock, ask, account, intervalMs = INTERVAL_MS, onEvent = () => {}, onDie = () => {} } = options;
  const faults = createFaultBoard(clock, (fault) => {
    if (fault.kind === 'die') onDie();
  });
  let source: RouteName | null = null;
  let epoch = 0;
  let waiting = 0;
  let lookedMs = clock.monotonicMs();

  const follow = async (): Promise<void> => {
    const found = findSource(await ask('control-plane', CONTROL.switchState, {}));
    const nowMs = clock.monotonicMs();
    const seconds = (nowMs - lookedMs) / 1_000;
    lookedMs = nowMs;
    if (found.source !== source || found.epoch !== epoch) {
      if (found.source !== null) waiting += Math.round(seededBetween(...REPLAYED, seed, name, found.epoch));
      onEvent({ event: 'source', consumer: name, from: source, to: found.source, epoch: found.epoch });
      ({ source, epoch } = found);
    }
    const growth = faults.find('backlog')?.per_second ?? -WORKED_OFF_PER_SECOND;
    waiting = Math.max(0, waiting + growth * seconds);
  };
  const backlog = (): number => {
    const second = Math.floor(clock.monotonicMs() / 1_000);
    return Math.round(waiting + (source === null ? 0 : seededBetween(...IN_FLIGHT, seed, name, second)));
  };

  return createRole({
    name: `consumer-${name}`,
    clock,
    faults,
    subjects: {},
    health: () => ({ isReady: source !== null, detail: { source, epoch } }),
    samples: () => [
      { name: METRIC.consumerBacklog, labels: { consumer: name, feed: source ?? 'none', account }, value: backlog() },
    ],
    async work(signal) {
      while (!signal.aborted) {
        // Without an answer it stays with the source it knows.
        await follow().catch(() => {});
        await clock.sleep(intervalMs, signal).catch(() => {});
      }
    },
  });
}

/** The active route, as long as its feed publishes: consumers cannot read a feed that is gone or on standby. */
function findSource(answer: unknown): { source: RouteName | null; epoch: number } {
  if (!isRecord(answer) || !isRecord(answer['routes'])) throw new Error('no switch state');
  const active = answer['active'] as RouteName | null;
  const state = active === null ? undefined : answer['routes'][active];
  const isPublishing = isRecord(state) && state['role'] === 'primary' && state['session'] === 'up';
  return { source: isPublishing ? active : null, epoch: Number(answer['epoch']) };
}
