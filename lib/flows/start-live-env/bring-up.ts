// One component from whatever it is now to ready, and back. Readiness is proven by its probe; nothing is assumed.

import type { Context } from '../../run/context.ts';
import type { Component } from './component.ts';
import type { LiveEnvironment } from './environment.ts';

type Ctx = Pick<Context, 'clock' | 'steps'>;

export type Ending =
  | 'ready'
  /** It was, before this run touched anything. */
  | 'already ready'
  | 'stopped'
  | 'already stopped'
  /** What a dry run would have brought up or stopped. */
  | 'planned'
  | 'failed'
  /** Given up because another component failed, or because the run was cancelled. */
  | 'cancelled'
  | 'not begun';

export interface ComponentResult {
  readonly name: string;
  readonly ending: Ending;
  readonly detail: string;
  readonly durationMs: number;
  /** True when this run started it: what a rollback undoes. */
  readonly startedHere: boolean;
  readonly output: readonly string[];
}

export interface Watch {
  /** Told before anything is done that a rollback would have to undo. */
  readonly willStart: (name: string) => void;
  /** What each probe saw. */
  readonly seen: (name: string, detail: string) => void;
}

export async function bringUp(
  ctx: Ctx,
  { drivers, proof }: LiveEnvironment,
  component: Component,
  signal: AbortSignal,
  watch: Watch,
): Promise<ComponentResult> {
  const driver = drivers[component.driver];
  const since = ctx.clock.monotonicMs();
  await driver.settle(component);
  const [presence, before] = await Promise.all([driver.look(component, signal), proof.seen(component, signal)]);
  if (before.isReady) {
    const detail = presence === 'stopped' ? `not started by mdops; ${before.detail}` : before.detail;
    return result(ctx, component, 'already ready', detail, since, false);
  }
  if (presence !== 'running') {
    await ctx.steps.note('component_start', { component: component.name });
    watch.willStart(component.name);
    const started = await driver.start(component, signal);
    if (!started.ok)
      return { ...result(ctx, component, 'failed', started.reason, since, true), output: started.output };
  }
  const startedHere = presence !== 'running';
  const ready = await proof.untilReady(component, since, signal, (seen) => watch.seen(component.name, seen));
  if (ready.isReady) {
    return result(ctx, component, proof.isReal ? 'ready' : 'planned', ready.detail, since, startedHere);
  }
  const output = await driver.lastOutput(component, signal);
  return { ...result(ctx, component, 'failed', ready.detail, since, startedHere), output };
}

export async function bringDown(
  ctx: Ctx,
  { drivers, proof }: LiveEnvironment,
  component: Component,
  signal: AbortSignal,
): Promise<ComponentResult> {
  const driver = drivers[component.driver];
  const since = ctx.clock.monotonicMs();
  await driver.settle(component);
  const presence = await driver.look(component, signal);
  if (presence === 'stopped') {
    const { isReady } = await proof.seen(component, signal);
    const detail = 'answers, but mdops did not start it and cannot stop it';
    return result(ctx, component, isReady ? 'failed' : 'already stopped', isReady ? detail : '', since, false);
  }
  // Where nobody can tell whether it runs it is told to stop: not answering may be hanging, or one lost answer.
  await ctx.steps.note('component_stop', { component: component.name });
  const stopped = await driver.stop(component, signal);
  if (!stopped.ok) return { ...result(ctx, component, 'failed', stopped.reason, since, false), output: stopped.output };
  const remains = await proof.untilGone(component, signal);
  return remains !== null
    ? result(ctx, component, 'failed', `was told to stop and is not gone: ${remains}`, since, false)
    : result(ctx, component, proof.isReal ? 'stopped' : 'planned', '', since, false);
}

function result(
  { clock }: Ctx,
  { name }: Component,
  ending: Ending,
  detail: string,
  since: number,
  startedHere: boolean,
): ComponentResult {
  return { name, ending, detail, durationMs: clock.monotonicMs() - since, startedHere, output: [] };
}

/** What a start wants of each component. */
export function isUp({ ending }: ComponentResult): boolean {
  return ending === 'ready' || ending === 'already ready' || ending === 'planned';
}

/** What a stop wants of each component. */
export function isDown({ ending }: ComponentResult): boolean {
  return ending === 'stopped' || ending === 'already stopped' || ending === 'planned';
}
