// Proves that a route may take over: probes until enough of them are good in a row, or time is up.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import {
  describeLack,
  isProven,
  judgeProbe,
  NO_PARITY,
  type ParityPolicy,
  type ParityProbe,
} from '../../domain/failover/parity.ts';
import { MOVE_CODE, type Move } from './move.ts';
import type { Pair } from './pair.ts';

/** What this environment asks of a route that consumers are moved to. */
export function parityPolicy({ config: { failover } }: Pick<Pair, 'config'>, acceptsGap: boolean): ParityPolicy {
  return {
    probes: failover.parityProbes,
    coverageProbes: failover.coverageProbes,
    coverageThreshold: failover.coverageThreshold,
    maxBacklogGrowth: failover.maxBacklogGrowth,
    earnedProbes: failover.earnedProbes,
    acceptsGap,
  };
}

export async function proveParity(pair: Pair, move: Move): Promise<JsonObject> {
  const { clock, config, progress, signal } = pair;
  const endsMs = clock.monotonicMs() + move.parityTimeoutMs;
  for (let state = NO_PARITY; ; ) {
    state = judgeProbe(state, await probe(pair, move), move.policy);
    if (isProven(state, move.policy)) {
      const latencyMs = clock.monotonicMs() - pair.startedMs;
      const { route } = state.last!;
      const timeToParityMs = route.reachable ? route.state.timeToParityMs : null;
      move.onParity({ latencyMs, timeToParityMs, probes: state.probes, covered: state.covered });
      return { route: move.to, latency_ms: Math.round(latencyMs), probes: state.probes };
    }
    const lack = describeLack(state, move.policy);
    if (clock.monotonicMs() >= endsMs) throw notProven(move, lack);
    progress.update(`parity of ${move.to}: ${lack}`);
    await clock.sleep(config.failover.probeIntervalMs, signal);
  }
}

/** What is wrong with the route right now, or null. */
export async function probeOnce(pair: Pair, move: Move): Promise<string | null> {
  const policy = { ...move.policy, probes: 1, coverageProbes: 1, earnedProbes: 0 };
  const state = judgeProbe(NO_PARITY, await probe(pair, move), policy);
  return isProven(state, policy) ? null : describeLack(state, policy);
}

async function probe({ routes }: Pair, { to }: Move): Promise<ParityProbe> {
  const [route, backlogs] = await Promise.all([routes.status(to), routes.backlogs()]);
  return { route, backlogs };
}

function notProven({ to }: Move, lack: string): Fault {
  return new Fault(MOVE_CODE.notProven, `Parity of ${to} was not proven: ${lack}`, {
    exit: EXIT.refused,
    hint: 'the old route is untouched; take a coverage gap knowingly with --accept-gap, or not at all',
  });
}
