// What has to be done after a run that did not finish, from any state it may have left: decided on what is seen.

import { otherRoute, type RouteName, type Situation, type SwitchState } from '../../base/feed-routes.ts';
import type { Intent } from './intent.ts';
import { isFeeding, isPrimary, isSettledOn, primaries } from './situation.ts';

export type Decision =
  /** Nothing is half done. */
  | { readonly kind: 'settled'; readonly active: RouteName }
  /** Make `keep` the one primary: a new epoch, bring it up, let consumers follow, demote the other. */
  | { readonly kind: 'settle'; readonly keep: RouteName; readonly reason: string }
  /** Two primaries that no record explains, or a pair frozen before: a person must say which to keep. */
  | { readonly kind: 'freeze'; readonly reason: string }
  /** A later run, on another host, moved the pair and has not settled it. */
  | { readonly kind: 'superseded'; readonly reason: string }
  /** Too little can be seen to do anything. */
  | { readonly kind: 'blind'; readonly reason: string };

/** `keep`: a person has decided (`--keep`). */
export function decideReconcile(intent: Intent | null, situation: Situation, keep: RouteName | null): Decision {
  if (!situation.switch.reachable) {
    return { kind: 'blind', reason: `the switch does not answer: ${situation.switch.reason}` };
  }
  const seen = situation.switch.state;
  if (!situation.routes.primary.reachable && !situation.routes.backup.reachable) {
    return { kind: 'blind', reason: 'neither route answers; the observer may be the broken part' };
  }
  if (keep !== null) return keepByWish(situation, keep);
  if (intent === null) return withoutIntent(situation, seen);
  if (intent.stage === 'frozen') return frozen(situation, seen);
  if (seen.epoch > intent.epoch) return afterAnotherRun(situation, seen);
  return { kind: 'settle', ...chooseKeep(situation, seen.active ?? intent.from) };
}

function keepByWish({ routes }: Situation, keep: RouteName): Decision {
  const view = routes[keep];
  if (!view.reachable) return { kind: 'blind', reason: `${keep} does not answer: ${view.reason}` };
  return { kind: 'settle', keep, reason: `${keep} was chosen` };
}

function withoutIntent(situation: Situation, { active }: SwitchState): Decision {
  if (primaries(situation).length > 1) {
    return { kind: 'freeze', reason: 'both routes are primary and no record says why' };
  }
  if (active === null) return { kind: 'blind', reason: 'consumers follow no route: start one, or fail over to it' };
  if (isSettledOn(situation, active)) return { kind: 'settled', active };
  const other = otherRoute(active);
  if (isPrimary(situation.routes[other])) {
    return { kind: 'freeze', reason: `consumers follow ${active}, but ${other} is primary` };
  }
  // It came back from the dead on stand-by: consumers are there already, it only has to publish again.
  if (isFeeding(situation.routes[active]))
    return { kind: 'settle', keep: active, reason: `${active} is not publishing` };
  return { kind: 'blind', reason: `${active} does not feed and no failover is unfinished: fail over instead` };
}

function frozen(situation: Situation, { active }: SwitchState): Decision {
  // Somebody settled it by hand: nothing is left to decide.
  if (active !== null && isSettledOn(situation, active)) return { kind: 'settled', active };
  return { kind: 'freeze', reason: 'the pair is frozen until somebody says which route to keep' };
}

function afterAnotherRun(situation: Situation, { active, epoch }: SwitchState): Decision {
  if (active !== null && isSettledOn(situation, active)) return { kind: 'settled', active };
  return { kind: 'superseded', reason: `another run moved the pair to epoch ${epoch} and has not settled it` };
}

/** Consumers stay where they are, or were, if that feeds; else they go where something does. */
function chooseKeep({ routes }: Situation, first: RouteName): { readonly keep: RouteName; readonly reason: string } {
  const other = otherRoute(first);
  if (isFeeding(routes[first])) return { keep: first, reason: `${first} feeds` };
  if (isFeeding(routes[other])) return { keep: other, reason: `${first} does not feed, ${other} does` };
  if (routes[first].reachable) return { keep: first, reason: `neither feeds; ${first} can be brought up` };
  return { keep: other, reason: `neither feeds and only ${other} answers` };
}
