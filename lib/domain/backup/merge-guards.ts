// A restored governor must not give back what was spent: two accounts of one target become the stricter one.

import { type Action, NO_STATE, type TargetState } from '../governor/governor.ts';

/**
 * `current` counts latches further: it knows every acknowledgement that the archive knows, and more. Otherwise what either
 * of them counted was done, and a latch stays.
 */
export function mergeTargetStates(archived: TargetState, current: TargetState | null): TargetState {
  const now = current ?? NO_STATE;
  if (now.lastLatchId > archived.lastLatchId) return now;
  const actions = new Map<string, Action>();
  for (const action of [...archived.actions, ...now.actions]) actions.set(keyOf(action), action);
  // Of two that count alike the current one has heard of the acknowledgement that opened the latch.
  const latch = current !== null && now.lastLatchId === archived.lastLatchId ? now.latch : archived.latch;
  return { actions: [...actions.values()], latch, lastLatchId: archived.lastLatchId };
}

function keyOf({ kind, at }: Action): string {
  return `${kind} ${at.bootId} ${at.monotonicMs}`;
}
