// A pair of feed routes and the switch that consumers follow, as they are seen at one moment.

export const ROUTE_NAMES = ['primary', 'backup'] as const;
export type RouteName = (typeof ROUTE_NAMES)[number];

/** `off`: no session. `standby`: session and subscriptions, publishes nothing. `primary`: publishes to consumers. */
export const ROUTE_ROLES = ['off', 'standby', 'primary'] as const;
export type RouteRole = (typeof ROUTE_ROLES)[number];

export interface RouteStatus {
  readonly role: RouteRole;
  readonly isSessionUp: boolean;
  /** The highest epoch this route has been told; it refuses lower ones. */
  readonly epoch: number;
  readonly expectedTotal: number;
  readonly activeTotal: number;
  readonly coverageRatio: number;
  /** Its own word that every expected contract is subscribed, has ticked, and does not stall. */
  readonly isInParity: boolean;
  readonly throughputMps: number;
  /** When it said so, on its own clock: an answer that does not move is a frozen one. */
  readonly saidAtMs: number;
  /** The feed's own time from being brought up to its first parity. */
  readonly timeToParityMs: number | null;
}

export interface SwitchState {
  /** The route that consumers follow; null when they follow none. */
  readonly active: RouteName | null;
  readonly epoch: number;
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
