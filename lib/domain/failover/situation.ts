// Judgements about what is seen of a pair of feed routes.

import {
  otherRoute,
  ROUTE_NAMES,
  type RouteName,
  type RouteStatus,
  type Seen,
  type Situation,
} from '../../base/feed-routes.ts';

/** Publishes to consumers, as far as its role goes. */
export function isPrimary(seen: Seen<RouteStatus>): boolean {
  return seen.reachable && seen.state.role === 'primary';
}

/** Has a session through which data comes. Written so that NaN is not feeding. */
export function isFeeding(seen: Seen<RouteStatus>): boolean {
  if (!seen.reachable || seen.state.role === 'off' || !seen.state.isSessionUp) return false;
  return seen.state.throughputMps > 0 && seen.state.coverageRatio > 0;
}

export function primaries(situation: Situation): readonly RouteName[] {
  return ROUTE_NAMES.filter((route) => isPrimary(situation.routes[route]));
}

/** The state in which nothing is half done: consumers follow the one primary, and the other is seen not to be one. */
export function isSettledOn(situation: Situation, route: RouteName): boolean {
  const { routes } = situation;
  const other = routes[otherRoute(route)];
  if (!situation.switch.reachable || situation.switch.state.active !== route) return false;
  return isPrimary(routes[route]) && other.reachable && !isPrimary(other);
}

/**
 * The next epoch that nobody has seen yet, at which a route is brought up: always odd. Consumers are switched at the
 * even one after it, so that no bring-up of one host can undo the promotion of another at the same number.
 */
export function nextEpoch({ switch: seen, routes }: Situation, claimed = 0): number {
  const epochs = [seen, routes.primary, routes.backup].map((one) => (one.reachable ? one.state.epoch : 0));
  const next = Math.max(claimed, ...epochs) + 1;
  return next % 2 === 1 ? next : next + 1;
}
