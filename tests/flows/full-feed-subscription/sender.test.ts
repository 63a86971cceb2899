// The sender of portions: whoever waits for one hears of its end, whatever ends the run.

import { describe, expect, test } from 'vitest';
import type { ControlPlane } from '../../../lib/clients/control-plane/control-plane.ts';
import type { Clock } from '../../../lib/effects/clock.ts';
import { createSender } from '../../../lib/flows/full-feed-subscription/sender.ts';
import type { SubscriptionSettings } from '../../../lib/flows/full-feed-subscription/settings.ts';
import type { Log } from '../../../lib/services/log/log.ts';

const SETTINGS = {
  policy: { batchSize: 1, maxRetries: 0, rate: { max: 1, windowMs: 1_000 }, retryBaseMs: 1 },
  requestTimeoutMs: 1_000,
} as SubscriptionSettings;

const ENDED = new Error('the run is ended');

function sender(subscribeBulk: ControlPlane['subscribeBulk'], sleep: Clock['sleep'] = async () => {}) {
  const clock: Clock = { wallMs: () => 0, monotonicMs: () => 0, bootId: () => 'boot', sleep };
  const log = { event: () => {} } as unknown as Log;
  const ctx = { clock, log, signal: new AbortController().signal };
  return createSender(ctx, { subscribeBulk } as ControlPlane, SETTINGS, () => {});
}

describe('a portion that comes when the run has been ended', () => {
  const accept: ControlPlane['subscribeBulk'] = async (symbols) => ({
    ok: true,
    accepted: symbols,
    rejected: [],
    unanswered: [],
  });
  const endings = {
    'by a request': sender(async () => {
      throw ENDED;
    }),
    'by a wait': sender(accept, async () => {
      throw ENDED;
    }),
  };
  test.each(Object.entries(endings))('%s is not waited for', { timeout: 2_000 }, async (_name, { send }) => {
    // Beyond the window the second one has to wait.
    const first = await Promise.allSettled([send(['a']), send(['b'])]);
    expect(first.at(-1)).toEqual({ status: 'rejected', reason: ENDED });
    await expect(send(['c'])).rejects.toBe(ENDED);
  });
});
