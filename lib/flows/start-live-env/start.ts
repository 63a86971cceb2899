// `start`: brings up what is chosen, proves it, and undoes its own part when something does not come up.

import { METRIC } from '../../base/metric-names.ts';
import { judgeCheckpoint } from '../../domain/components/checkpoint.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import type { RouteName } from '../../services/config/config.ts';
import { bringAllUp } from './bring-all.ts';
import { type ComponentResult, isUp } from './bring-up.ts';
import { chooseRoute, isWithoutExchange, type LiveEnvironment, openEnvironment } from './environment.ts';
import { startOutcome } from './report.ts';
import { decideRoute } from './route.ts';

/** A dry run must not say what log readers take for success. */
export const NOTHING_DONE = 'PLAN=OK (dry run, nothing was changed)';

export async function start(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const environment = await openEnvironment(ctx, invocation);
  const route = await decideRoute(ctx, environment);
  return startEnvironment(ctx, environment.onRoute(route), invocation, route, 'HEALTH=READY');
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
  // What was left out makes no claim about the session.
  const isWhole = environment.proof.isReal && !isWithoutExchange(chosen);
  const checkpoint = isWhole ? measure(ctx, route, results, durationMs) : null;
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

function measure(ctx: Context, route: RouteName, results: readonly ComponentResult[], durationMs: number) {
  const { sessions, timezone, feeds } = ctx.config;
  const now = ctx.clock.wallMs();
  const checkpoint = judgeCheckpoint(sessions.windows, timezone, now, sessions.checkpointLeadMs, sessions.window);
  const labels = checkpoint === null ? {} : { session_window: checkpoint.window };
  const isReady = results.every(isUp);
  const hasStarted = results.some(({ startedHere }) => startedHere);
  // Within a session a start that found everything ready says nothing about what was ready before it.
  if (checkpoint !== null && (hasStarted || checkpoint.verdict !== 'in session')) {
    ctx.metrics.set(METRIC.t5Checkpoint, isReady && checkpoint.verdict === 'in time' ? 1 : 0, labels);
  }
  if (!isReady) return checkpoint;
  if (hasStarted) ctx.metrics.set(METRIC.sessionStartupDuration, durationMs / 1_000, labels);
  for (const name of ['primary', 'backup'] as const) {
    ctx.metrics.set(METRIC.activeFeed, name === route ? 1 : 0, { feed: feeds[name].label });
  }
  return checkpoint;
}
