// The pair of feed routes and their switch, as flows use them. Nothing here throws but a cancelled run.

import type { RouteName, RouteRole, RouteStatus, Seen, Situation, SwitchState } from '../../base/feed-routes.ts';

/** What became of a command. */
export type Obeyed =
  | { readonly kind: 'done' }
  /** Somebody was there with this epoch or a later one. */
  | { readonly kind: 'stale'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }
  /** No answer: it may have been obeyed or not. */
  | { readonly kind: 'unreachable'; readonly reason: string };

export interface RoleWish {
  readonly route: RouteName;
  readonly role: RouteRole;
  readonly epoch: number;
}

export interface SwitchWish {
  readonly route: RouteName;
  readonly expectedEpoch: number;
  readonly epoch: number;
}

export interface DemoteWish {
  readonly route: RouteName;
  readonly to: Exclude<RouteRole, 'primary'>;
  readonly epoch: number;
  /** Consumers may be left without a feed (stop-first). */
  readonly acceptsGap: boolean;
}

export interface Routes {
  /** In words, for the plan: who refuses a run that comes too late. */
  readonly fence: string;
  /** The switch and both routes, asked at the same time. */
  look(): Promise<Situation>;
  readSwitch(): Promise<Seen<SwitchState>>;
  status(route: RouteName): Promise<Seen<RouteStatus>>;
  /** `consumer_backlog_messages` of every configured consumer; null for one that does not tell. */
  backlogs(): Promise<Readonly<Record<string, number | null>>>;
  /** Tells the route itself: it compares the epoch with what it has seen and refuses an older one. */
  setRole(wish: RoleWish): Promise<Obeyed>;
  /** Lets consumers follow the route, if the switch still has the expected epoch. */
  promote(wish: SwitchWish): Promise<Obeyed>;
  demote(wish: DemoteWish): Promise<Obeyed>;
}
