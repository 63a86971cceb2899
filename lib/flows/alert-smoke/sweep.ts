// Removes what an earlier smoke, killed or not, left in Pushgateway and Alertmanager.

import { isFault } from '../../base/fault.ts';
import { SYNTHETIC_TARGET } from '../../domain/alert-smoke/exposition.ts';
import type { StackAddresses } from '../stack/stack-context.ts';
import { type KnownAlert, readAlerts } from './observe.ts';
import { removeGroup } from './push.ts';
import type { SmokeContext } from './smoke-run.ts';

const WITHIN_MS = 5_000;
const POLL_MS = 100;

/** The group first, so that nothing fires again; then whatever alert is still told of. */
export async function sweepAlerts(ctx: SmokeContext, addresses: StackAddresses): Promise<number> {
  await removeGroup(ctx, addresses);
  const untilMs = ctx.clock.monotonicMs() + WITHIN_MS;
  let left = await findSynthetic(ctx, addresses);
  const found = left.length;
  while (left.length > 0 && ctx.clock.monotonicMs() < untilMs) {
    await endAlerts(ctx, addresses, left);
    await ctx.clock.sleep(POLL_MS, ctx.signal);
    left = await findSynthetic(ctx, addresses);
  }
  return found;
}

async function findSynthetic(ctx: SmokeContext, { alertmanager }: StackAddresses): Promise<KnownAlert[]> {
  try {
    const alerts = await readAlerts(ctx, alertmanager);
    return alerts.filter(({ labels }) => labels['target'] === SYNTHETIC_TARGET && labels['nonce'] !== undefined);
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (isFault(error)) return [];
    throw error;
  }
}

/** An end in the past resolves an alert; Prometheus would raise it again if its series were still there. */
async function endAlerts(
  ctx: SmokeContext,
  { alertmanager }: StackAddresses,
  alerts: readonly KnownAlert[],
): Promise<void> {
  const endsAt = new Date(ctx.clock.wallMs() - 1_000).toISOString();
  const startsAt = new Date(ctx.clock.wallMs() - 2_000).toISOString();
  await ctx.http.request({
    method: 'POST',
    url: `${alertmanager}/api/v2/alerts`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts.map(({ labels }) => ({ labels, startsAt, endsAt }))),
    timeoutMs: 2_000,
    signal: ctx.signal,
  });
}
