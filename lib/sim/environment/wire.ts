// What the embedded environment speaks: the control-plane subjects of real services, and the fenced route switch.

import type { RouteName, RouteRole } from '../../base/feed-routes.ts';

/*
 * Subjects (lib/base/control-subjects.ts) over HTTP as `POST /control/<subject>` with a JSON body, over NATS under the
 * same names. Feeds answer for their own route: contracts, active, subscribe, routeState `{}` → RouteState, routeRole
 * SetRole → SetRoleAnswer. The control plane answers the first three for the active route, and switchState `{}` →
 * SwitchState, switchPromote Promote → SwitchAnswer, switchDemote Demote → SwitchAnswer. A refused command is an answer
 * with `accepted: false` and status 200; what is no request is `{error}` with status 400.
 */

export interface RouteState {
  readonly route: RouteName;
  readonly role: RouteRole;
  /** Highest epoch this feed has been told; survives its restart. */
  readonly epoch: number;
  readonly session: 'down' | 'logging in' | 'up';
  /** Grows with every login, also over restarts: a new session begins without subscriptions. */
  readonly session_id: number;
  readonly expected_total: number;
  readonly active_total: number;
  readonly coverage_ratio: number;
  /** All expected contracts are subscribed and have ticked in this session, and none is stalled. */
  readonly in_parity: boolean;
  /** The feed's own time from bring-up (leaving `off`, or process start) to first parity; null until reached. */
  readonly time_to_parity_ms: number | null;
  readonly throughput_mps: number;
  readonly ts: string;
}

export interface SetRole {
  readonly role: RouteRole;
  readonly epoch: number;
}

export interface SetRoleAnswer {
  readonly accepted: boolean;
  readonly reason?: string;
  readonly role: RouteRole;
  readonly epoch: number;
}

export interface SwitchState {
  /** Where consumers are sent; null before the first promotion and after a demotion that accepted the gap. */
  readonly active: RouteName | null;
  readonly epoch: number;
  readonly routes: Readonly<
    Record<RouteName, RouteState | { readonly route: RouteName; readonly unreachable: string }>
  >;
  readonly ts: string;
}

export interface Promote {
  readonly route: RouteName;
  /** The epoch the caller read; another one means that somebody switched meanwhile. */
  readonly expected_epoch: number;
  /** Greater than `expected_epoch`. */
  readonly epoch: number;
}

export interface Demote {
  readonly route: RouteName;
  /** The current epoch for a route that is not active; a greater one, with `accept_gap`, for the active route. */
  readonly epoch: number;
  /** Default `standby`. */
  readonly to?: 'standby' | 'off';
  /** Allows that no route is active afterwards. */
  readonly accept_gap?: boolean;
}

export interface SwitchAnswer {
  readonly accepted: boolean;
  /** `stale epoch`, `route unreachable: …`, `route is active`, `refused by the feed: …`. */
  readonly reason?: string;
  readonly active: RouteName | null;
  readonly epoch: number;
}

export interface ActiveEntry {
  readonly symbol: string;
  readonly subscription_id: string;
  readonly exchange: string;
  readonly created_at: string;
  readonly last_tick_at: string | null;
  readonly active: boolean;
}

/** `POST /admin/faults` with one of these; `GET` lists, `DELETE` clears all. `for_ms`: ends by itself. */
export type Fault = (
  | { readonly kind: 'drop'; readonly symbols?: readonly string[]; readonly count?: number }
  | { readonly kind: 'stall'; readonly symbols?: readonly string[]; readonly count?: number; readonly sticky?: boolean }
  | { readonly kind: 'rate limit'; readonly max: number; readonly window_ms: number }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'die' }
  | { readonly kind: 'flap'; readonly period_ms: number }
  | { readonly kind: 'diverge'; readonly count: number }
  | { readonly kind: 'source'; readonly source: 'error' | 'unsupported' | 'truncated' | 'bare' | 'empty' | 'garbage' }
  | { readonly kind: 'backlog'; readonly per_second: number }
) & { readonly for_ms?: number };
export type FaultKind = Fault['kind'];
