// Pushes the one group of the smoke, and removes it. The group's name is constant: the next run finds what a killed one left.

import { describeError, isFault } from '../../base/fault.ts';
import { isMoving, renderExposition } from '../../domain/alert-smoke/exposition.ts';
import type { SmokeContext, SmokeRun } from './smoke-run.ts';

export const SYNTHETIC_TARGET = 'synthetic';
const GROUP = `/metrics/job/alert-smoke/target/${SYNTHETIC_TARGET}`;
const TIMEOUT_MS = 2_000;

/** PUT replaces the whole group. A refusal is remembered, not thrown: it is an answer of the smoke. */
export async function pushAll(ctx: SmokeContext, run: SmokeRun): Promise<void> {
  const nowMs = ctx.clock.wallMs();
  const staged = run.probes
    .filter(({ skipped }) => skipped === null)
    .map(({ smoke, stage, stageSinceMs }) => ({ smoke, stage, sinceMs: stageSinceMs }));
  const scrapeMs = Math.max(10, ...run.probes.map(({ smoke }) => smoke.best.scrapeMs));
  const body = renderExposition(staged, run.types, { factor: run.factor, stepMs: 3 * scrapeMs }, nowMs);
  run.pushError = body === '' ? await removeGroup(ctx, run.addresses) : await send(ctx, run.addresses, 'PUT', body);
}

export async function removeGroup(ctx: SmokeContext, addresses: SmokeRun['addresses']): Promise<string | null> {
  return send(ctx, addresses, 'DELETE');
}

export function isAnyMoving({ probes }: SmokeRun): boolean {
  return probes.some(
    ({ smoke, stage, stageSinceMs, skipped }) => skipped === null && isMoving({ smoke, stage, sinceMs: stageSinceMs }),
  );
}

async function send(
  ctx: SmokeContext,
  { pushgateway }: SmokeRun['addresses'],
  method: 'PUT' | 'DELETE',
  body?: string,
): Promise<string | null> {
  try {
    const response = await ctx.http.request({
      method,
      url: `${pushgateway}${GROUP}`,
      timeoutMs: TIMEOUT_MS,
      signal: ctx.signal,
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'text/plain; version=0.0.4' } }),
    });
    if (response.status >= 200 && response.status < 300) return null;
    return `Pushgateway answered ${response.status}: ${response.text().trim().slice(0, 200)}`;
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (isFault(error)) return describeError(error);
    throw error;
  }
}
