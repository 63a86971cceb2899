// What has to be done about a pair that is half done: looked at as often as it takes to believe it.

import type { RouteName, Situation } from '../../base/feed-routes.ts';
import type { Intent } from '../../domain/failover/intent.ts';
import { type Decision, decideReconcile } from '../../domain/failover/reconcile.ts';
import { primaries } from '../../domain/failover/situation.ts';
import type { Pair } from './pair.ts';

export interface Decided {
  readonly decision: Decision;
  readonly situation: Situation;
}

/** One bad sight of the route that consumers follow is no reason to take them away from it: a row of them is. */
export async function decide(pair: Pair, intent: Intent | null, keep: RouteName | null): Promise<Decided> {
  const { parityProbes, probeIntervalMs } = pair.config.failover;
  const mayBeUnderWay = intent === null && keep === null;
  for (let sights = 1; ; sights += 1) {
    const situation = mayBeUnderWay ? await lookPastHandover(pair) : await pair.routes.look();
    const decision = decideReconcile(intent, situation, keep);
    const isSure = keep !== null || decision.kind !== 'settle' || !isLeaving(situation, decision.keep);
    if (isSure || sights >= parityProbes) return { decision, situation };
    await pair.clock.sleep(probeIntervalMs, pair.signal);
  }
}

/** Two primaries may be the move of another host in its middle: they are believed when they stay. */
export async function lookPastHandover({ routes, clock, config, signal }: Pair): Promise<Situation> {
  const { probeIntervalMs, probeTimeoutMs } = config.failover;
  for (const endsMs = clock.monotonicMs() + probeTimeoutMs; ; ) {
    const situation = await routes.look();
    if (primaries(situation).length < 2 || clock.monotonicMs() >= endsMs) return situation;
    await clock.sleep(probeIntervalMs, signal);
  }
}

/** Consumers follow the other route, as far as the switch knows. */
export function isLeaving({ switch: seen }: Situation, keep: RouteName): boolean {
  return seen.reachable && seen.state.active !== null && seen.state.active !== keep;
}
