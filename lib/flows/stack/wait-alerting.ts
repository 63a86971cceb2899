// Waits until a stack really scrapes, evaluates and knows whom to tell.

import { isFault } from '../../base/fault.ts';
import { type AlertingReadiness, readAlertingReadiness } from './inspect-stack.ts';
import type { StackAddresses, StackContext } from './stack-context.ts';

const POLL_MS = 50;

/** Answers what is still missing when the time is over; null when everything works. */
export async function waitAlerting(
  ctx: Pick<StackContext, 'http' | 'signal' | 'clock' | 'progress'>,
  addresses: StackAddresses,
  jobs: readonly string[],
  withinMs: number,
): Promise<string | null> {
  const until = ctx.clock.monotonicMs() + withinMs;
  for (;;) {
    const { isReady, missing } = await look(ctx, addresses, jobs);
    if (isReady) return null;
    if (ctx.clock.monotonicMs() > until) return missing;
    ctx.progress.update(`waiting for alerting: ${missing}`);
    await ctx.clock.sleep(POLL_MS, ctx.signal);
  }
}

async function look(
  ctx: Pick<StackContext, 'http' | 'signal'>,
  addresses: StackAddresses,
  jobs: readonly string[],
): Promise<AlertingReadiness> {
  try {
    return await readAlertingReadiness(ctx, addresses, jobs);
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (isFault(error)) return { isReady: false, missing: error.message };
    throw error;
  }
}
