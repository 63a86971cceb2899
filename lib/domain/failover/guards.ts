// The guards of a failover: each says why it refuses, and by which name one may force it.

import { isEpoch } from './intent.ts';
import { isFeeding, otherRoute, primaries, type RouteName, type Situation } from './situation.ts';

export const GUARDS = ['paused', 'budget', 'observer', 'two-primaries', 'target', 'parity', 'unfenced'] as const;
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
  readonly isAutomatic: boolean;
  /** Why automation is paused, or null. */
  readonly paused: string | null;
  readonly isBudgetSpent: boolean;
  readonly maxTickAgeMs: number;
}

/** Everything that stands against moving now, in the order in which it is told. */
export function checkGuards(facts: GuardFacts): readonly GuardFinding[] {
  return [checkPaused, checkBudget, checkObserver, checkTwoPrimaries, checkTarget].flatMap((check) => check(facts));
}

export function isGuardName(value: string): value is GuardName {
  return (GUARDS as readonly string[]).includes(value);
}

function checkPaused({ paused }: GuardFacts): readonly GuardFinding[] {
  if (paused === null) return [];
  return [{ guard: 'paused', reason: `it is paused: ${paused}`, hint: 'mdops automation resume, or wait' }];
}

function checkBudget({ isAutomatic, isBudgetSpent }: GuardFacts): readonly GuardFinding[] {
  if (!isAutomatic || !isBudgetSpent) return [];
  return [
    {
      guard: 'budget',
      reason: 'the budget of automatic failovers is spent',
      hint: 'find the cause, then mdops automation ack; a person may fail over at any time',
    },
  ];
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

function checkTarget({ situation: { routes }, to, isAutomatic, maxTickAgeMs }: GuardFacts): readonly GuardFinding[] {
  const target = routes[to];
  if (!target.reachable) {
    return [{ guard: 'target', reason: `${to} does not answer: ${target.reason}`, hint: `bring ${to} up first` }];
  }
  if (!isEpoch(target.state.epoch)) {
    return [{ guard: 'target', reason: `${to} reports no epoch`, hint: `restart ${to}; it must fence stale commands` }];
  }
  if (isAutomatic && isFeeding(routes[otherRoute(to)], maxTickAgeMs) && !isFeeding(target, maxTickAgeMs)) {
    return [{ guard: 'target', reason: `${otherRoute(to)} feeds and ${to} does not`, hint: 'nothing is to be gained' }];
  }
  return [];
}
