// Pushes the one group of the smoke, and removes it. The group's name is constant: the next run finds what a killed one left.

import { describeError, isFault } from '../../base/fault.ts';
import { groupingPath } from '../../base/push-grouping.ts';
import {
  isMoving,
  type PushGroup,
  renderExposition,
  SYNTHETIC_JOB,
  SYNTHETIC_TARGET,
} from '../../domain/alert-smoke/exposition.ts';
import type { SmokeContext, SmokeRun } from './smoke-run.ts';

const GROUP = pathOf({ job: SYNTHETIC_JOB, target: SYNTHETIC_TARGET });
const TIMEOUT_MS = 2_000;

/** PUT replaces the whole group. A refusal is remembered, not thrown: it is an answer of the smoke. */
export async function pushAll(ctx: SmokeContext, run: SmokeRun): Promise<void> {
  const nowMs = ctx.clock.wallMs();
  const staged = run.probes
    .filter(({ skipped }) => skipped === null)
    .map(({ smoke, stage, stageSinceMs }) => ({ smoke, stage, sinceMs: stageSinceMs }));
  const scrapeMs = Math.max(10, ...run.probes.map(({ smoke }) => smoke.best.scrapeMs));
  const pace = { factor: run.factor, stepMs: 3 * scrapeMs };
  const groups = renderExposition(staged, run.metrics, run.types, pace, nowMs);
  const bodies = new Map(groups.map((group) => [pathOf(group), group.body]));
  const errors = await Promise.all([
    ...[...bodies].map(([path, body]) => send(ctx, run.addresses, 'PUT', path, body)),
    ...[GROUP, ...run.groups]
      .filter((path) => !bodies.has(path))
      .map((path) => send(ctx, run.addresses, 'DELETE', path)),
  ]);
  run.groups = [...bodies.keys()];
  run.pushError = errors.find((error) => error !== null) ?? null;
}

function pathOf({ job, target }: Omit<PushGroup, 'body'>): string {
  return groupingPath({ job, labels: { target } });
}

export async function removeGroup(ctx: SmokeContext, addresses: SmokeRun['addresses']): Promise<string | null> {
  return send(ctx, addresses, 'DELETE', GROUP);
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
  path: string,
  body?: string,
): Promise<string | null> {
  try {
    const response = await ctx.http.request({
      method,
      url: `${pushgateway}${path}`,
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
