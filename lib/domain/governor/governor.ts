// What automation may still do to a target: budgets that latch until a person acknowledges, pauses, the global switch.

import { formatDuration } from '../../base/duration.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A moment on the monotonic clock of one boot; the wall clock is only for people. */
export interface Moment {
  readonly bootId: string;
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export interface Action {
  /** `remediation`, `failover` … */
  readonly kind: string;
  readonly at: Moment;
}

export interface Latch {
  /** Grows by one with every latch of the target, so that an acknowledgement names the one it means. */
  readonly id: number;
  readonly reason: string;
  readonly at: Moment;
}

/** Written only by the run that holds the target's lock. */
export interface TargetState {
  readonly actions: readonly Action[];
  readonly latch: Latch | null;
  readonly lastLatchId: number;
}

/** Written only by people. */
export interface Pause {
  readonly at: Moment;
  readonly forMs: number;
  readonly reason: string;
  readonly by: string;
}
export interface Acknowledgement {
  readonly latchId: number;
  readonly at: Moment;
  readonly by: string;
}
export interface GlobalSwitch {
  readonly isOff: boolean;
  readonly at: Moment;
  readonly reason: string;
  readonly by: string;
}

export interface Budget {
  readonly perHour: number;
  readonly perDay: number;
}

export type RefusalCode = 'automation off' | 'target paused' | 'budget latched' | 'budget spent';

export type Admission =
  | { readonly allowed: true; readonly state: TargetState }
  /** The state to keep: refusing a spent budget latches it. */
  | { readonly allowed: false; readonly code: RefusalCode; readonly reason: string; readonly state: TargetState };

export interface Orders {
  readonly pause: Pause | null;
  readonly acknowledgement: Acknowledgement | null;
  readonly global: GlobalSwitch | null;
}

export const NO_STATE: TargetState = { actions: [], latch: null, lastLatchId: 0 };
export const NO_ORDERS: Orders = { pause: null, acknowledgement: null, global: null };

/** Decides one action and counts it: the returned state must be durable before anything is done. */
export function admitAction(before: TargetState, orders: Orders, kind: string, budget: Budget, now: Moment): Admission {
  const state = settle(before, orders, now);
  const order = refusedByOrder(orders, now);
  if (order !== null) return { allowed: false, ...order, state };
  if (state.latch !== null) return { allowed: false, code: 'budget latched', reason: state.latch.reason, state };
  const spent = spentBudget(state, kind, budget, now);
  if (spent === null) return { allowed: true, state: { ...state, actions: [...state.actions, { kind, at: now }] } };
  const latch = { id: state.lastLatchId + 1, reason: spent, at: now };
  return { allowed: false, code: 'budget spent', reason: spent, state: { ...state, latch, lastLatchId: latch.id } };
}

/** What a person has forbidden; asked again before each step of a repair that is under way. */
export function refusedByOrder(
  { global, pause }: Pick<Orders, 'global' | 'pause'>,
  now: Moment,
): { readonly code: RefusalCode; readonly reason: string } | null {
  if (global?.isOff === true) {
    return { code: 'automation off', reason: `automation is off: ${global.reason} (${global.by})` };
  }
  if (pause === null || !isPaused(pause, now)) return null;
  const reason = `paused for ${formatDuration(pausedForMs(pause, now))} more: ${pause.reason} (${pause.by})`;
  return { code: 'target paused', reason };
}

/** An acknowledged latch opens with an empty account; actions older than every window are forgotten. */
export function settle(
  state: TargetState,
  { acknowledgement }: Pick<Orders, 'acknowledgement'>,
  now: Moment,
): TargetState {
  const isAcknowledged = state.latch !== null && acknowledgement !== null && acknowledgement.latchId >= state.latch.id;
  if (isAcknowledged) return { ...state, actions: [], latch: null };
  return { ...state, actions: state.actions.filter(({ at }) => leastAgeMs(at, now) < DAY_MS) };
}

export interface Usage {
  readonly lastHour: number;
  readonly lastDay: number;
}

export function usageOf(state: TargetState, kind: string, now: Moment): Usage {
  const ages = state.actions.filter((action) => action.kind === kind).map(({ at }) => leastAgeMs(at, now));
  return { lastHour: ages.filter((age) => age < HOUR_MS).length, lastDay: ages.filter((age) => age < DAY_MS).length };
}

function spentBudget(state: TargetState, kind: string, budget: Budget, now: Moment): string | null {
  const { lastHour, lastDay } = usageOf(state, kind, now);
  if (lastHour >= budget.perHour) return `${lastHour} of ${budget.perHour} ${kind}s an hour are spent`;
  return lastDay >= budget.perDay ? `${lastDay} of ${budget.perDay} ${kind}s a day are spent` : null;
}

/**
 * How long ago a moment was at least. Of another boot only the time since this one began is certain: wall clocks are
 * stepped, so a reboot never makes anything look older than it is.
 */
export function leastAgeMs(at: Moment, now: Moment): number {
  return Math.max(0, at.bootId === now.bootId ? now.monotonicMs - at.monotonicMs : now.monotonicMs);
}

export function isPaused(pause: Pause, now: Moment): boolean {
  return pausedForMs(pause, now) > 0;
}

export function pausedForMs(pause: Pause, now: Moment): number {
  return Math.max(0, pause.forMs - leastAgeMs(pause.at, now));
}
