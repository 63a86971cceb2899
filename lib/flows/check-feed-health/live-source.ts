// The control plane as a source of lists: answers as bytes, for the same readers that read files.

import type { ControlPlane, CouldNotLook, WithBody } from '../../clients/control-plane/control-plane.ts';
import type { Context } from '../../run/context.ts';
import type { LiveAnswer, LiveSource } from './source.ts';

export function createLiveSource(ctx: Pick<Context, 'config' | 'signal'>, controlPlane: ControlPlane): LiveSource {
  const options = { timeoutMs: ctx.config.remotes.controlPlane.timeoutMs, signal: ctx.signal };
  return {
    contracts: async () => answerOf(ctx, await controlPlane.listContracts(options)),
    active: async () => answerOf(ctx, await controlPlane.activeSubscriptions(options)),
  };
}

function answerOf(ctx: Pick<Context, 'signal'>, looked: ({ readonly ok: true } & WithBody) | CouldNotLook): LiveAnswer {
  if (looked.ok) return { ok: true, bytes: looked.body };
  if (ctx.signal.aborted) throw ctx.signal.reason;
  return { ok: false, reason: looked.reason };
}
