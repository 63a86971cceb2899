// The guards of a failover: each says why it refuses, and by which name one may force it.

import type { RouteName, Situation } from '../../base/feed-routes.ts';
import { isEpoch } from './intent.ts';
import { primaries } from './situation.ts';

export const GUARDS = ['observer', 'two-primaries', 'target', 'unfenced'] as const;
export type GuardName = (typeof GUARDS)[number];

export interface GuardFinding {
  readonly guard: GuardName;
  readonly reason: string;
  /** What the operator does about it. */
  readonly hint: string;
}

export interface GuardFacts {
  readonly situation: Situation;
  readonly to: RouteName;
}

/** Everything that stands against moving now, in the order in which it is told. */
export function checkGuards(facts: GuardFacts): readonly GuardFinding[] {
  return [checkObserver, checkTwoPrimaries, checkTarget].flatMap((check) => check(facts));
}

export function isGuardName(value: string): value is GuardName {
  return (GUARDS as readonly string[]).includes(value);
}

/** Both look dead: more likely the eyes than the feeds. */
function checkObserver({ situation: { routes } }: GuardFacts): readonly GuardFinding[] {
  if (routes.primary.reachable || routes.backup.reachable) return [];
  return [
    {
      guard: 'observer',
      reason: 'neither route answers; the observer may be the broken part',
      hint: 'look from another host: network, DNS, clock; call the gateway owner',
    },
  ];
}

function checkTwoPrimaries({ situation }: GuardFacts): readonly GuardFinding[] {
  if (primaries(situation).length < 2) return [];
  return [
    {
      guard: 'two-primaries',
      reason: 'both routes are primary',
      hint: 'decide which to keep: mdops failover reconcile --keep primary|backup',
    },
  ];
}

function checkTarget({ situation: { routes }, to }: GuardFacts): readonly GuardFinding[] {
  const target = routes[to];
  if (!target.reachable) {
    return [{ guard: 'target', reason: `${to} does not answer: ${target.reason}`, hint: `bring ${to} up first` }];
  }
  if (!isEpoch(target.state.epoch)) {
    return [{ guard: 'target', reason: `${to} reports no epoch`, hint: `restart ${to}; it must fence stale commands` }];
  }
  return [];
}
