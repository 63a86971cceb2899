// What has to be done after a run that did not finish, from any state it may have left: decided on what is seen.

import type { Intent } from './intent.ts';
import {
  isFeeding,
  isOn,
  isSettledOn,
  otherRoute,
  primaries,
  type RouteName,
  type Situation,
  type SwitchState,
} from './situation.ts';

export type Decision =
  /** Nothing is half done. */
  | { readonly kind: 'settled'; readonly active: RouteName }
  /** Make `keep` the one primary: claim a new epoch, bring it up, let consumers follow, demote the other. */
  | { readonly kind: 'settle'; readonly keep: RouteName; readonly reason: string }
  /** Two primaries that no record explains, or a pair frozen before: a person must say which to keep. */
  | { readonly kind: 'freeze'; readonly reason: string }
  /** A later run, on another host, owns the pair now. */
  | { readonly kind: 'superseded'; readonly owner: string; readonly epoch: number }
  /** Too little can be seen to do anything. */
  | { readonly kind: 'blind'; readonly reason: string };

export interface Wishes {
  /** `--keep`: a person has decided. */
  readonly keep: RouteName | null;
  readonly maxTickAgeMs: number;
}

export function decideReconcile(intent: Intent | null, situation: Situation, wishes: Wishes): Decision {
  if (!situation.switch.reachable) {
    return { kind: 'blind', reason: `the switch does not answer: ${situation.switch.reason}` };
  }
  const seen = situation.switch.state;
  if (!situation.routes.primary.reachable && !situation.routes.backup.reachable) {
    return { kind: 'blind', reason: 'neither route answers: the observer may be the broken part' };
  }
  if (wishes.keep !== null) return keepByWish(situation, wishes.keep);
  if (intent === null) return withoutIntent(situation, seen);
  if (intent.stage === 'frozen') return { kind: 'freeze', reason: 'the pair was frozen and nobody has decided yet' };
  if (seen.epoch > intent.epoch && seen.owner !== intent.runId) {
    return isSettledOn(situation, seen.active)
      ? { kind: 'settled', active: seen.active }
      : { kind: 'superseded', owner: seen.owner, epoch: seen.epoch };
  }
  return { kind: 'settle', ...chooseKeep(situation, seen, wishes.maxTickAgeMs) };
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
  if (isSettledOn(situation, active)) return { kind: 'settled', active };
  const other = situation.routes[otherRoute(active)];
  if (primaries(situation)[0] === otherRoute(active)) {
    return { kind: 'freeze', reason: `consumers follow ${active}, but ${otherRoute(active)} is primary` };
  }
  if (!other.reachable && isOn(situation.routes[active])) return { kind: 'settled', active };
  return { kind: 'blind', reason: `${active} is not feeding and no failover is unfinished: fail over instead` };
}

/** Consumers stay where they are if that feeds; else they go where something does. */
function chooseKeep(
  { routes }: Situation,
  { active }: SwitchState,
  maxTickAgeMs: number,
): { readonly keep: RouteName; readonly reason: string } {
  const other = otherRoute(active);
  if (isFeeding(routes[active], maxTickAgeMs))
    return { keep: active, reason: `consumers follow ${active} and it feeds` };
  if (isFeeding(routes[other], maxTickAgeMs)) return { keep: other, reason: `${active} does not feed, ${other} does` };
  if (routes[active].reachable) return { keep: active, reason: `neither feeds; ${active} can be brought up` };
  return { keep: other, reason: `neither feeds and only ${other} answers` };
}
