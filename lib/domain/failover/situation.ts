// What is seen of a pair of feed routes at one moment: the switch that consumers follow, and both routes.

export const ROUTE_NAMES = ['primary', 'backup'] as const;
export type RouteName = (typeof ROUTE_NAMES)[number];

/** `primary` feeds consumers; `standby` may be on, and then ticks, but consumers do not follow it. */
export type RouteRole = 'primary' | 'standby';

export interface RouteStatus {
  readonly on: boolean;
  readonly role: RouteRole;
  /** The highest epoch this route has obeyed; it refuses lower ones. */
  readonly epoch: number;
  /** Ticks since it came up; stands still when the feed stalls. */
  readonly ticks: number;
  /** Null before the first tick. */
  readonly lastTickAgeMs: number | null;
  readonly coverageRatio: number;
  readonly missingTotal: number;
  /** A beginning of what is missing, sorted. */
  readonly missing: readonly string[];
}

export interface SwitchState {
  /** The route that consumers follow. */
  readonly active: RouteName;
  readonly epoch: number;
  /** The run that claimed the epoch. */
  readonly owner: string;
}

export type Seen<T> =
  | { readonly reachable: true; readonly state: T }
  | { readonly reachable: false; readonly reason: string };

export interface Situation {
  readonly switch: Seen<SwitchState>;
  readonly routes: Readonly<Record<RouteName, Seen<RouteStatus>>>;
}

export function otherRoute(route: RouteName): RouteName {
  return route === 'primary' ? 'backup' : 'primary';
}

export function isRouteName(value: unknown): value is RouteName {
  return value === 'primary' || value === 'backup';
}

export function isOn(seen: Seen<RouteStatus>): boolean {
  return seen.reachable && seen.state.on;
}

export function isPrimary(seen: Seen<RouteStatus>): boolean {
  return seen.reachable && seen.state.on && seen.state.role === 'primary';
}

/** On, and ticking lately. A tick age that is no number is not fresh. */
export function isFeeding(seen: Seen<RouteStatus>, maxTickAgeMs: number): boolean {
  if (!seen.reachable || !seen.state.on) return false;
  const age = seen.state.lastTickAgeMs;
  return age !== null && age >= 0 && age <= maxTickAgeMs;
}

/** The only state in which there is nothing to finish: one route is on and primary, consumers follow it, the other is not. */
export function isSettledOn(situation: Situation, route: RouteName): boolean {
  const { routes } = situation;
  const other = routes[otherRoute(route)];
  if (!situation.switch.reachable || situation.switch.state.active !== route) return false;
  return isPrimary(routes[route]) && other.reachable && !isPrimary(other);
}

export function primaries(situation: Situation): readonly RouteName[] {
  return ROUTE_NAMES.filter((route) => isPrimary(situation.routes[route]));
}
