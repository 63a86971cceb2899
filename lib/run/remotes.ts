// Every remote of a run: one breaker each, remembered in the state directory, and retries by the configured policy.

import type { Json } from '../base/json.ts';
import { type BreakerRecord, enterBreaker, parseBreakerRecord } from '../domain/breaker.ts';
import { RETRY_POLICY } from '../domain/retry.ts';
import type { Config } from '../services/config/config.ts';
import type { Log } from '../services/log/log.ts';
import { type BreakerStore, type Breakers, createBreakers } from '../services/remote/breaker.ts';
import { createRemote, type Remote } from '../services/remote/remote.ts';
import type { Documents } from '../services/state/documents.ts';
import type { Effects } from './real-effects.ts';

export interface Remotes {
  /** The same one for every caller of this run. */
  of(provider: string): Remote;
  levels: Breakers['levels'];
  /** Why the breaker keeps this remote from being asked now, or null; changes nothing. */
  whyLeftAlone(provider: string): Promise<string | null>;
  /** What it last failed with, and how long it is left alone because of that; null when nothing bad is known. */
  lastTrouble(provider: string): Promise<RemoteTrouble | null>;
}

export interface RemoteTrouble {
  readonly reason: string;
  readonly waitMs: number;
}

export interface RemotesParts extends Pick<Effects, 'http' | 'clock' | 'random'> {
  readonly documents: Documents;
  readonly config: Config;
  readonly log: Log;
}

/** What is to be repaired is asked as long as it takes; everything else are sinks, which must not cost each run anew. */
const TARGET = 'control-plane';
const HUNG_AFTER_MS = 1_000;

export function createRemotes({ http, clock, random, documents, config, log }: RemotesParts): Remotes {
  const { breaker, retry } = config.remotes;
  const remotes = new Map<string, Remote>();
  const breakers = createBreakers({
    clock,
    policy: breaker,
    storeFor: (provider) => storeFor(documents, provider),
    onChange: ({ provider, from, to, reason }) =>
      log.event('breaker_changed', `${provider}: ${from} → ${to}${reason === '' ? '' : ` (${reason})`}`, {
        extra: { provider, from, to },
      }),
  });
  const recordOf = (provider: string): Promise<BreakerRecord | null> =>
    storeFor(documents, provider)
      .read()
      .catch(() => null);
  const now = () => ({ wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs(), bootId: clock.bootId() });
  const policy = { ...RETRY_POLICY, attempts: retry.attempts, baseMs: retry.baseMs, capMs: retry.maxMs };
  return {
    of: (provider) => {
      const shared = { http, clock, random, policy, breaker: breakers.of(provider) };
      const patience = provider === TARGET ? {} : { hungAfterMs: HUNG_AFTER_MS };
      const remote = remotes.get(provider) ?? createRemote({ ...shared, ...patience });
      remotes.set(provider, remote);
      return remote;
    },
    levels: () => breakers.levels(),
    whyLeftAlone: async (provider) => {
      const permit = enterBreaker(await recordOf(provider), now(), breaker);
      return permit.allowed ? null : permit.reason;
    },
    lastTrouble: async (provider) => {
      const record = await recordOf(provider);
      if (record === null || record.failures === 0) return null;
      const permit = enterBreaker(record, now(), breaker);
      return { reason: record.reason, waitMs: permit.allowed ? 0 : permit.waitMs };
    },
  };
}

function storeFor(documents: Documents, provider: string): BreakerStore {
  const name = `breakers/${provider}`;
  return {
    read: async () => parseBreakerRecord(await documents.read(name)),
    write: (record: BreakerRecord) => documents.write(name, record as unknown as Json),
  };
}
