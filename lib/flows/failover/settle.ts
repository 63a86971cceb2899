// Finishes what is half done: one route is kept, consumers follow it, the other is demoted, all at a new epoch.

import { EXIT } from '../../base/exit-codes.ts';
import { describeError, Fault, isFault } from '../../base/fault.ts';
import { otherRoute, type RouteName, type Situation } from '../../base/feed-routes.ts';
import type { Intent } from '../../domain/failover/intent.ts';
import { makePlan } from '../../domain/failover/plan.ts';
import { nextEpoch } from '../../domain/failover/situation.ts';
import { MOVE_CODE } from './move.ts';
import { clearIntent, type Pair, page, showActive, writeIntent } from './pair.ts';
import { parityPolicy } from './prove-parity.ts';
import { takeSteps } from './take-steps.ts';

export interface Settling {
  readonly keep: RouteName;
  readonly situation: Situation;
  /** The highest epoch this host has meant to use. */
  readonly meantEpoch: number;
  readonly isFenced: boolean;
  /** Consumers are taken from a route that may only be out of our sight: not into a gap that nobody accepted. */
  readonly needsProof: boolean;
  readonly isCounted: boolean;
}

/** Throws when the pair is not settled; the intent then stays for the next start. */
export async function settle(pair: Pair, settling: Settling): Promise<void> {
  const { keep, situation, meantEpoch, isFenced, needsProof, isCounted } = settling;
  const { config, run, clock } = pair;
  if (!situation.switch.reachable) throw blind(situation.switch.reason);
  const { epoch: expectedEpoch } = situation.switch.state;
  const epoch = nextEpoch(situation, meantEpoch);
  const from = otherRoute(keep);
  const intent: Intent = {
    runId: run.id,
    operator: run.operator,
    from,
    to: keep,
    epoch: epoch + 1,
    strategy: 'promote-first',
    stage: 'moving',
    isCounted,
  };
  await writeIntent(pair, intent);
  const { steps } = makePlan({
    environment: run.environment,
    to: keep,
    strategy: 'promote-first',
    epoch: expectedEpoch,
    acceptsGap: true,
    forced: [],
    fence: pair.routes.fence,
    operator: run.operator,
    madeAtMs: clock.wallMs(),
    expiryMs: 0,
  });
  const move = {
    from,
    to: keep,
    expectedEpoch,
    epoch,
    // Whether it is the better route was decided before; here it only has to feed.
    policy: needsProof ? parityPolicy(pair, false) : { ...FEEDS, probes: config.failover.parityProbes },
    parityTimeoutMs: needsProof ? config.failover.parityTimeoutMs : config.failover.startTimeoutMs,
    isFenced,
    onParity: () => {},
  };
  try {
    await takeSteps(pair, move, steps);
  } catch (error) {
    if (isFault(error) && error.code === MOVE_CODE.unfenced) await writeIntent(pair, { ...intent, stage: 'unfenced' });
    if (!pair.signal.aborted) await page(pair, `the pair is not settled on ${keep}: ${describeError(error)}`);
    throw error;
  }
  await clearIntent(pair);
  showActive(pair, keep);
}

const FEEDS = {
  coverageProbes: 1,
  coverageThreshold: 0,
  maxBacklogGrowth: Number.POSITIVE_INFINITY,
  earnedProbes: 0,
  acceptsGap: true,
};

function blind(reason: string): Fault {
  return new Fault('switch unreachable', `Cannot settle the pair: the switch does not answer: ${reason}`, {
    exit: EXIT.unavailable,
    hint: 'nothing was changed; bring the control plane up first',
  });
}
