// Which route a start is about. A start must never make a second active one.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { otherRoute, type RouteName } from '../../base/feed-routes.ts';
import type { Context } from '../../run/context.ts';
import type { LiveEnvironment } from './environment.ts';
import { hasSwitch } from './follow.ts';
import { probeOnce } from './probe.ts';

/** What a failover left running decides, unless somebody chose for this run. */
export async function decideRoute(ctx: Context, environment: LiveEnvironment): Promise<RouteName> {
  const wanted = ctx.config.feeds.active;
  const other = otherRoute(wanted);
  if (!(await isOnlyRoute(ctx, environment, other))) return wanted;
  const source = ctx.configSources.get('feeds.active')?.kind;
  if (source === 'flag' || source === 'environment') {
    throw new Fault('other route is active', `Cannot start the ${wanted} route: the ${other} route is running`, {
      exit: EXIT.refused,
      hint: `switch with: mdops failover to-${wanted}; or keep it with: --config-route ${other}`,
    });
  }
  ctx.log.event('route_state', `the ${other} route is running and stays the active one`, { level: 'warn' });
  return other;
}

async function isOnlyRoute(ctx: Context, environment: LiveEnvironment, route: RouteName): Promise<boolean> {
  if (hasSwitch(ctx)) return isFollowed(ctx, route);
  if (!(await isRunning(ctx, environment, route))) return false;
  return !(await isRunning(ctx, environment, otherRoute(route)));
}

/** Where both routes are up, it is the switch that tells; a route that lost its role is followed in vain. */
async function isFollowed(ctx: Context, route: RouteName): Promise<boolean> {
  const seen = await (await ctx.openRoutes()).look();
  const status = seen.routes[route];
  const isNamed = seen.switch.reachable && seen.switch.state.active === route;
  return isNamed && status.reachable && status.state.role === 'primary';
}

async function isRunning(ctx: Context, environment: LiveEnvironment, route: RouteName): Promise<boolean> {
  const members = ctx.config.feeds[route].components.flatMap((name) => environment.all.get(name) ?? []);
  const looks = members.map(async (member) => {
    const presence = await environment.drivers[member.driver].look(member, ctx.signal);
    // Where its manager cannot tell, what answers is there.
    return presence === 'unknown'
      ? (await probeOnce(ctx, member.ready, environment.fillings, ctx.signal)).isReady
      : presence === 'running';
  });
  return (await Promise.all(looks)).includes(true);
}
