// Proof that a component is ready, or gone; and what a dry run takes for it.

import { formatDuration } from '../../base/duration.ts';
import type { Context } from '../../run/context.ts';
import type { Component, Fillings } from './component.ts';
import type { Drivers } from './drivers/create-drivers.ts';
import { probeOnce, type Readiness } from './probe.ts';

type Ctx = Pick<Context, 'clock' | 'http' | 'sockets' | 'processes' | 'run'>;

export interface Proof {
  /** False in a dry run, whose results claim nothing. */
  readonly isReal: boolean;
  /** One probe, before anything is done. */
  seen(component: Component, signal: AbortSignal): Promise<Readiness>;
  /** Ends when it is ready, has ended, or its time since `sinceMs` is over. */
  untilReady(
    component: Component,
    sinceMs: number,
    signal: AbortSignal,
    onSeen: (detail: string) => void,
  ): Promise<Readiness>;
  /** Looked at again after it was proven. `isOurs`: a process that answers in its place is no proof. */
  stillReady(component: Component, isOurs: boolean, signal: AbortSignal): Promise<Readiness>;
  /** Null once it is gone; what remains of it when its time to stop is over. */
  untilGone(component: Component, signal: AbortSignal): Promise<string | null>;
}

// A probe that comes late by a twentieth of the waiting time so far costs at most that.
const SHARE_OF_WAIT = 20;
const SHORTEST_PAUSE_MS = 10;
const GONE_EVERY_MS = 50;
// One lost answer ends no start.
const LOOKS_AGAIN = 3;

export function createProof(ctx: Ctx, drivers: Drivers, fillings: Fillings): Proof {
  const seen: Proof['seen'] = ({ ready }, signal) => probeOnce(ctx, ready, fillings, signal);
  if (ctx.run.isDryRun) return plannedProof(seen);
  return {
    isReal: true,
    seen,
    untilReady: (component, sinceMs, signal, onSeen) =>
      waitUntilReady(ctx, drivers, fillings, component, sinceMs, signal, onSeen),
    stillReady: (component, isOurs, signal) => lookAgain(ctx, drivers, fillings, component, isOurs, signal),
    untilGone: (component, signal) => waitUntilGone(ctx, drivers, fillings, component, signal),
  };
}

/** Nothing was started that could become ready, nothing was stopped that could remain: what answers still is told as gone. */
function plannedProof(look: Proof['seen']): Proof {
  const gone = new Set<string>();
  const wouldBe = async (): Promise<Readiness> => ({ isReady: true, detail: 'would be brought up' });
  return {
    isReal: false,
    seen: async (component, signal) =>
      gone.has(component.name) ? { isReady: false, detail: 'would be stopped' } : look(component, signal),
    untilReady: wouldBe,
    stillReady: wouldBe,
    untilGone: async ({ name }) => {
      gone.add(name);
      return null;
    },
  };
}

async function waitUntilReady(
  ctx: Ctx,
  drivers: Drivers,
  fillings: Fillings,
  component: Component,
  sinceMs: number,
  signal: AbortSignal,
  onSeen: (detail: string) => void,
): Promise<Readiness> {
  const driver = drivers[component.driver];
  let lookedMs = ctx.clock.monotonicMs();
  for (;;) {
    const seen = await probeOnce(ctx, component.ready, fillings, signal);
    onSeen(seen.detail);
    const now = ctx.clock.monotonicMs();
    if (seen.isReady || now - lookedMs >= driver.lookEveryMs) {
      lookedMs = now;
      // Whatever answers, a component that has ended is not ready.
      const presence = await driver.look(component, signal);
      if (presence === 'stopped') return { isReady: false, detail: 'ended before it was ready' };
    }
    if (seen.isReady) return seen;
    const waited = now - sinceMs;
    if (waited >= component.startTimeoutMs) {
      return { isReady: false, detail: `not ready after ${formatDuration(component.startTimeoutMs)}: ${seen.detail}` };
    }
    const pause = Math.min(component.ready.intervalMs, Math.max(SHORTEST_PAUSE_MS, waited / SHARE_OF_WAIT));
    await ctx.clock.sleep(Math.min(pause, component.startTimeoutMs - waited), signal);
  }
}

async function lookAgain(
  ctx: Ctx,
  drivers: Drivers,
  fillings: Fillings,
  component: Component,
  isOurs: boolean,
  signal: AbortSignal,
): Promise<Readiness> {
  for (let looks = 1; ; looks += 1) {
    const seen = await probeOnce(ctx, component.ready, fillings, signal);
    const presence = isOurs ? await drivers[component.driver].look(component, signal) : 'unknown';
    if (presence === 'stopped') return { isReady: false, detail: 'it has ended' };
    if (seen.isReady || looks === LOOKS_AGAIN) return seen;
    await ctx.clock.sleep(component.ready.intervalMs, signal);
  }
}

/** Being told to stop is not having stopped. */
async function waitUntilGone(
  ctx: Ctx,
  drivers: Drivers,
  fillings: Fillings,
  component: Component,
  signal: AbortSignal,
): Promise<string | null> {
  const deadline = ctx.clock.monotonicMs() + component.stopTimeoutMs;
  for (;;) {
    const presence = await drivers[component.driver].look(component, signal);
    const seen = await probeOnce(ctx, component.ready, fillings, signal);
    if (presence !== 'running' && !seen.isReady) return null;
    if (ctx.clock.monotonicMs() >= deadline) return presence === 'running' ? 'it is still running' : seen.detail;
    await ctx.clock.sleep(GONE_EVERY_MS, signal);
  }
}
