// `stop` and `restart`: down in the opposite order, side by side where possible, proven gone.

import { EXIT } from '../../base/exit-codes.ts';
import { METRIC } from '../../base/metric-names.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import { inStopOrder, tell } from './bring-all.ts';
import { bringDown, type ComponentResult, isDown } from './bring-up.ts';
import type { Component } from './component.ts';
import { type LiveEnvironment, openEnvironment } from './environment.ts';
import { actInOrder } from './in-order.ts';
import { stopOutcome } from './report.ts';
import { decideRoute } from './route.ts';
import { NOTHING_DONE, startEnvironment } from './start.ts';

export async function stop(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const environment = await openEnvironment(ctx, invocation);
  await confirm(ctx, 'Stop', environment, invocation);
  const { results, durationMs } = await bringAllDown(ctx, environment, invocation);
  const isGone = results.every(isDown);
  const failed = results.filter(({ ending }) => ending === 'failed').map(({ name }) => name);
  const line = !environment.proof.isReal
    ? NOTHING_DONE
    : isGone
      ? 'GRACEFUL_SHUTDOWN=OK'
      : `GRACEFUL_SHUTDOWN=FAILED component=${failed.join(',')}`;
  if (isGone) tellNoActiveFeed(ctx, environment, results);
  ctx.log.event('component_state', line, { level: isGone ? 'info' : 'error', duration_ms: durationMs });
  return stopOutcome({
    profile: environment.profile,
    results,
    durationMs,
    isReal: environment.proof.isReal,
    isGone,
    line,
  });
}

export async function restart(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const opened = await openEnvironment(ctx, invocation);
  await confirm(ctx, 'Restart', opened, invocation);
  // While it still can be seen which one is running.
  const route = await decideRoute(ctx, opened);
  const environment = opened.onRoute(route);
  const { results, durationMs } = await bringAllDown(ctx, environment, invocation);
  if (results.every(isDown)) {
    tellNoActiveFeed(ctx, environment, results);
    return startEnvironment(ctx, environment, invocation, route, 'RESTART=OK');
  }
  const line = 'RESTART=FAILED: something could not be stopped, nothing was started';
  ctx.log.event('component_state', line, { level: 'error' });
  return {
    ...stopOutcome({
      profile: environment.profile,
      results,
      durationMs,
      isReal: environment.proof.isReal,
      isGone: false,
      line,
    }),
    exit: EXIT.critical,
  };
}

/** Of a stop that left the exchange alone nobody knows: feeds may go on. */
function tellNoActiveFeed(
  { metrics, config }: Context,
  { all, proof }: LiveEnvironment,
  results: readonly ComponentResult[],
): void {
  if (!proof.isReal || results.length < all.size) return;
  for (const route of ['primary', 'backup'] as const) {
    metrics.set(METRIC.activeFeed, 0, { feed: config.feeds[route].label });
  }
}

function confirm(ctx: Context, verb: string, environment: LiveEnvironment, invocation: Invocation): Promise<void> {
  const { profile, all } = environment;
  const { size } = toBringDown(environment, invocation);
  const whole = all.size === 1 ? 'its one component, both feeds' : `all ${all.size} components, both feeds`;
  const what = size < all.size ? `${size} of ${all.size} components, none that needs the exchange` : whole;
  return ctx.person.confirm({ action: `${verb} the environment "${profile}" (${what})`, flag: '--yes' });
}

/** Both routes: a failover may have left either of them running. */
function toBringDown({ all }: LiveEnvironment, invocation: Invocation): ReadonlyMap<string, Component> {
  return new Map([...all].filter(([, component]) => !(component.live && invocation.on('skip-live'))));
}

async function bringAllDown(
  ctx: Context,
  environment: LiveEnvironment,
  invocation: Invocation,
): Promise<{ readonly results: readonly ComponentResult[]; readonly durationMs: number }> {
  const since = ctx.clock.monotonicMs();
  const components = toBringDown(environment, invocation);
  let results: readonly ComponentResult[] = [];
  await ctx.steps.run({
    name: 'stop components',
    kind: 'idempotent',
    input: { components: [...components.keys()] },
    act: async () => {
      results = await stopAll(ctx, environment, components);
      return results.map(({ name, ending }) => `${name}: ${ending}`);
    },
  });
  ctx.signal.throwIfAborted();
  return { results, durationMs: ctx.clock.monotonicMs() - since };
}

async function stopAll(
  ctx: Context,
  environment: LiveEnvironment,
  components: ReadonlyMap<string, Component>,
): Promise<readonly ComponentResult[]> {
  const results = await actInOrder({
    components: inStopOrder(components),
    signal: ctx.signal,
    stopsAtFailure: false,
    act: (component, signal) => bringDown(ctx, environment, component, signal),
    onChange: (underWay, ended) =>
      ctx.progress.update(`${ended}/${components.size} stopped; waiting for ${underWay.join(', ')}`),
  });
  tell(ctx, results);
  return results;
}
