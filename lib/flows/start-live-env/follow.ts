// Lets consumers follow a route once the components are ready, where the environment has a switch for it.

import { formatDuration } from '../../base/duration.ts';
import type { RouteName } from '../../base/feed-routes.ts';
import type { Routes } from '../../clients/routes/routes.ts';
import type { Context } from '../../run/context.ts';
import type { ComponentResult } from './bring-up.ts';
import { type Chosen, isWithoutExchange, type LiveEnvironment } from './environment.ts';

type Ctx = Pick<Context, 'clock' | 'config' | 'openRoutes' | 'signal' | 'steps'>;

const LOOK_EVERY_MS = 50;

export function hasSwitch({ config }: Pick<Context, 'config'>): boolean {
  const { primary, backup, control } = config.feeds;
  return control === 'commands' || (primary.controlPlane !== undefined && backup.controlPlane !== undefined);
}

/** One more line for the table, or none. An active route that works is never changed: that is a failover. */
export async function followRoute(
  ctx: Ctx,
  { proof }: LiveEnvironment,
  chosen: Chosen,
): Promise<readonly ComponentResult[]> {
  const { route } = chosen;
  if (!hasSwitch(ctx) || isWithoutExchange(chosen)) return [];
  const since = ctx.clock.monotonicMs();
  const lack = await ctx.steps.run({
    name: 'let consumers follow',
    // It looks first, and the switch compares the epoch.
    kind: 'idempotent',
    input: { route },
    act: async () => (proof.isReal ? follow(ctx, route) : null),
  });
  const ending = lack !== null ? 'failed' : proof.isReal ? 'ready' : 'planned';
  const detail = lack ?? `consumers ${proof.isReal ? 'follow it' : 'would follow it'}`;
  const durationMs = ctx.clock.monotonicMs() - since;
  return [{ name: `route ${route}`, ending, detail, durationMs, startedHere: false, output: [] }];
}

/** Null once consumers follow the route, else why they do not. */
async function follow(ctx: Ctx, route: RouteName): Promise<string | null> {
  const routes = await ctx.openRoutes();
  const before = await routes.look();
  if (!before.switch.reachable) return `the switch cannot be asked: ${before.switch.reason}`;
  const { active, epoch } = before.switch.state;
  const status = before.routes[route];
  if (active === route && status.reachable && status.state.role === 'primary') return null;
  const lack = await waitForSession(ctx, routes, route);
  if (lack !== null) return lack;
  const obeyed = await routes.promote({ route, expectedEpoch: epoch, epoch: epoch + 1 });
  if (obeyed.kind !== 'done') return `the switch did not take it: ${obeyed.reason}`;
  const after = await routes.readSwitch();
  return after.reachable && after.state.active === route ? null : 'consumers do not follow it';
}

async function waitForSession(ctx: Ctx, routes: Routes, route: RouteName): Promise<string | null> {
  const { startTimeoutMs } = ctx.config.failover;
  const endsMs = ctx.clock.monotonicMs() + startTimeoutMs;
  for (;;) {
    const seen = await routes.status(route);
    if (seen.reachable && seen.state.isSessionUp) return null;
    if (ctx.clock.monotonicMs() >= endsMs) {
      const state = seen.reachable ? 'its session is not up' : seen.reason;
      return `the ${route} route is not ready after ${formatDuration(startTimeoutMs)}: ${state}`;
    }
    await ctx.clock.sleep(LOOK_EVERY_MS, ctx.signal);
  }
}
