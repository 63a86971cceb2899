// `start`: brings up what is chosen, proves it, and undoes its own part when something does not come up.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { METRIC } from '../../base/metric-names.ts';
import { judgeCheckpoint } from '../../domain/components/checkpoint.ts';
import { reverseNeeds } from '../../domain/components/graph.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import type { RouteName } from '../../services/config/config.ts';
import { bringDown, bringUp, type ComponentResult, isUp } from './bring-up.ts';
import type { Component } from './component.ts';
import { type Chosen, chooseRoute, type LiveEnvironment, openEnvironment } from './environment.ts';
import { actInOrder } from './in-order.ts';
import { startOutcome } from './report.ts';

/** A dry run must not say what log readers take for success. */
export const NOTHING_DONE = 'PLAN=OK (dry run, nothing was changed)';

export async function start(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const environment = await openEnvironment(ctx, invocation);
  const route = await decideRoute(ctx, environment);
  return startEnvironment(ctx, environment, invocation, route, 'HEALTH=READY');
}

export async function startEnvironment(
  ctx: Context,
  environment: LiveEnvironment,
  invocation: Invocation,
  route: RouteName,
  marker: string,
): Promise<Outcome> {
  const since = ctx.clock.monotonicMs();
  const chosen = chooseRoute(ctx, environment, route, invocation.on('skip-live'));
  const { results, rolledBack } = await bringAllUp(ctx, environment, chosen);
  // The frame turns the cancellation into its own ending; what was begun is undone by now.
  ctx.signal.throwIfAborted();
  const isReady = results.every(isUp);
  const durationMs = ctx.clock.monotonicMs() - since;
  const checkpoint = environment.proof.isReal ? measure(ctx, route, isReady, durationMs) : null;
  const line = !environment.proof.isReal
    ? NOTHING_DONE
    : isReady
      ? marker
      : `HEALTH=FAILED component=${results.find(({ ending }) => ending === 'failed')?.name}`;
  ctx.log.event('component_state', line, { level: isReady ? 'info' : 'error', duration_ms: durationMs });
  return startOutcome({
    ctx,
    chosen,
    results,
    rolledBack,
    isReal: environment.proof.isReal,
    isReady,
    durationMs,
    checkpoint,
    line,
  });
}

/** A start must not make a second active route: what a failover left running decides, unless somebody chose. */
export async function decideRoute(ctx: Context, environment: LiveEnvironment): Promise<RouteName> {
  const { feeds } = ctx.config;
  const wanted = feeds.active;
  const other: RouteName = wanted === 'primary' ? 'backup' : 'primary';
  const running = await isRouteRunning(ctx, environment, other);
  if (!running || (await isRouteRunning(ctx, environment, wanted))) return wanted;
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

async function isRouteRunning(ctx: Context, environment: LiveEnvironment, route: RouteName): Promise<boolean> {
  const members = ctx.config.feeds[route].components.flatMap((name) => environment.all.get(name) ?? []);
  const looks = members.map((member) => environment.drivers[member.driver].look(member, ctx.signal));
  return (await Promise.all(looks)).includes('running');
}

interface BroughtUp {
  readonly results: readonly ComponentResult[];
  readonly rolledBack: readonly ComponentResult[];
}

async function bringAllUp(ctx: Context, environment: LiveEnvironment, chosen: Chosen): Promise<BroughtUp> {
  const { components, route } = chosen;
  const touched = new Set<string>();
  let results: readonly ComponentResult[] = [];
  let rolledBack: readonly ComponentResult[] = [];
  await ctx.steps.run({
    name: 'start components',
    kind: 'idempotent',
    input: { route, components: [...components.keys()] },
    act: async () => {
      results = await actInOrder({
        components,
        signal: ctx.signal,
        stopsAtFailure: true,
        act: (component, signal) => bringUp(ctx, environment, component, signal, (name) => touched.add(name)),
        onChange: (underWay, ended) =>
          ctx.progress.update(`${ended}/${components.size} ready; waiting for ${underWay.join(', ')}`),
      });
      tell(ctx, results);
      if (!results.every(isUp)) rolledBack = await rollBack(ctx, environment, components, touched);
      return results.map(({ name, ending }) => `${name}: ${ending}`);
    },
  });
  return { results, rolledBack };
}

/** Also after a cancellation: therefore not under its signal. Each stop has its own deadline. */
async function rollBack(
  ctx: Context,
  environment: LiveEnvironment,
  components: ReadonlyMap<string, Component>,
  touched: ReadonlySet<string>,
): Promise<readonly ComponentResult[]> {
  if (touched.size === 0) return [];
  const mine = new Map([...components].filter(([name]) => touched.has(name)));
  ctx.log.event('message', `undoing what this run started: ${[...mine.keys()].join(', ')}`, { level: 'warn' });
  const results = await actInOrder({
    components: inStopOrder(mine),
    signal: new AbortController().signal,
    stopsAtFailure: false,
    act: (component, signal) => bringDown(ctx, environment, component, signal, true),
    onChange: (underWay) => ctx.progress.update(`undoing: ${underWay.join(', ')}`),
  });
  tell(ctx, results);
  return results;
}

export function inStopOrder(components: ReadonlyMap<string, Component>): ReadonlyMap<string, Component> {
  const needs = reverseNeeds(components);
  return new Map(
    [...needs].flatMap(([name, { after }]) => {
      const component = components.get(name);
      return component === undefined ? [] : [[name, { ...component, after }] as const];
    }),
  );
}

export function tell(ctx: Pick<Context, 'log'>, results: readonly ComponentResult[]): void {
  for (const { name, ending, detail, durationMs, output } of results) {
    const isBad = ending === 'failed';
    ctx.log.event('component_state', `${name}: ${ending}${detail === '' ? '' : ` (${detail})`}`, {
      level: isBad ? 'error' : 'info',
      duration_ms: durationMs,
      extra: { component: name, state: ending, ...(isBad ? { output } : {}) },
    });
  }
}

function measure(ctx: Context, route: RouteName, isReady: boolean, durationMs: number) {
  const { sessions, timezone, feeds } = ctx.config;
  const now = ctx.clock.wallMs();
  const checkpoint = judgeCheckpoint(sessions.windows, timezone, now, sessions.checkpointLeadMs, sessions.window);
  const labels = checkpoint === null ? {} : { session_window: checkpoint.window };
  if (checkpoint !== null) {
    ctx.metrics.set(METRIC.t5Checkpoint, isReady && checkpoint.verdict === 'in time' ? 1 : 0, labels);
  }
  if (!isReady) return checkpoint;
  ctx.metrics.set(METRIC.sessionStartupDuration, durationMs / 1_000, labels);
  for (const name of ['primary', 'backup'] as const) {
    ctx.metrics.set(METRIC.activeFeed, name === route ? 1 : 0, { feed: feeds[name].label });
  }
  return checkpoint;
}
