// Situations for the tests of failover decisions, made of a few words.

import type { RouteName, RouteStatus, Seen, Situation } from '../../../lib/base/feed-routes.ts';
import type { Intent } from '../../../lib/domain/failover/intent.ts';

export function route(changes: Partial<RouteStatus> = {}): Seen<RouteStatus> {
  return {
    reachable: true,
    state: {
      role: 'standby',
      isSessionUp: true,
      epoch: 4,
      expectedTotal: 600,
      activeTotal: 600,
      coverageRatio: 1,
      isInParity: true,
      throughputMps: 7_000,
      saidAtMs: 1_000,
      timeToParityMs: 300,
      ...changes,
    },
  };
}

export const GONE: Seen<RouteStatus> = { reachable: false, reason: 'connection refused' };

export function pair(
  primary: Seen<RouteStatus>,
  backup: Seen<RouteStatus>,
  active: RouteName | null = 'primary',
  epoch = 4,
): Situation {
  return { switch: { reachable: true, state: { active, epoch } }, routes: { primary, backup } };
}

export function intent(changes: Partial<Intent> = {}): Intent {
  return {
    runId: 'run-1',
    operator: 'wang',
    from: 'primary',
    to: 'backup',
    epoch: 5,
    strategy: 'promote-first',
    stage: 'moving',
    isCounted: false,
    ...changes,
  };
}
