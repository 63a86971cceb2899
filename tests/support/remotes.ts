// Remotes for tests: the real HTTP effect and retry pipeline, a breaker without a past.

import type { Http } from '../../lib/effects/http.ts';
import type { Random } from '../../lib/effects/random.ts';
import { createClock } from '../../lib/effects/real-clock.ts';
import { createBreaker } from '../../lib/services/remote/breaker.ts';
import { createRemote, type Remote } from '../../lib/services/remote/remote.ts';

const QUICK: Random = { next: () => 0.05, hex: (bytes) => 'ab'.repeat(bytes) };

export function remoteFor(http: Http, provider: string, openMs = 60_000): Remote {
  const clock = createClock();
  const store = { read: async () => null, write: async () => undefined };
  return createRemote({
    http,
    clock,
    random: QUICK,
    breaker: createBreaker({ provider, store, clock, policy: { failures: 3, openMs } }),
  });
}
