// `full-feed-subscription`: choose what is not active, send it in portions under the rate limit, tell what came of it.

import type { ControlPlane } from '../../clients/control-plane/control-plane.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import { type Chosen, chooseContracts } from './choose.ts';
import { createKeeper, KEEPS_NOTHING } from './keeper.ts';
import { openMeters } from './meters.ts';
import { sendPortions } from './portions.ts';
import { concludePlan, concludeRun } from './report.ts';
import { createSender } from './sender.ts';
import { readSettings, type SubscriptionSettings } from './settings.ts';

export async function fullFeedSubscription(ctx: Context, invocation: Invocation): Promise<Outcome> {
  const settings = readSettings(ctx, invocation);
  const controlPlane = await ctx.openControlPlane();
  try {
    const subscribe = ctx.run.isDryRun ? planOnly : sendAll;
    return await subscribe(ctx, settings, controlPlane);
  } finally {
    await controlPlane.close();
  }
}

type Subscribe = (ctx: Context, settings: SubscriptionSettings, controlPlane: ControlPlane) => Promise<Outcome>;

/** The same steps, of which none is sent. */
const planOnly: Subscribe = async (ctx, settings, controlPlane) => {
  const chosen = await chooseContracts(ctx, settings, controlPlane, KEEPS_NOTHING);
  warnOfIdlePatterns(ctx, chosen);
  await sendPortions(ctx, chosen, settings.policy.batchSize, async () => null, KEEPS_NOTHING);
  return concludePlan(ctx, settings, chosen);
};

const sendAll: Subscribe = async (ctx, settings, controlPlane) => {
  const keeper = createKeeper(ctx);
  const chosen = await chooseContracts(ctx, settings, controlPlane, keeper);
  warnOfIdlePatterns(ctx, chosen);
  const since = ctx.clock.monotonicMs();
  const meters = await openMeters(ctx, settings, chosen);
  try {
    const sender = createSender(ctx, controlPlane, settings, meters.watch);
    const tally = await sendPortions(ctx, chosen, settings.policy.batchSize, sender.send, keeper);
    const tookMs = ctx.clock.monotonicMs() - since;
    return await concludeRun(ctx, settings, { chosen, tally, sender, keeper, tookMs });
  } finally {
    await meters.close();
  }
};

function warnOfIdlePatterns(ctx: Context, { idlePatterns }: Chosen): void {
  if (idlePatterns.length === 0) return;
  const list = idlePatterns.map((pattern) => `"${pattern}"`).join(', ');
  ctx.log.event('message', `matches no contract: ${list}`, { level: 'warn' });
}
