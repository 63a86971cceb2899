// The steps of a move: each acts, then looks at what it did.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { RouteName, RouteStatus, Seen } from '../../base/feed-routes.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Obeyed } from '../../clients/routes/routes.ts';
import type { PlanStep, StepKind } from '../../domain/failover/plan.ts';
import { isFeeding, isPrimary } from '../../domain/failover/situation.ts';
import { MOVE_CODE, type Move, switchEpoch } from './move.ts';
import type { Pair } from './pair.ts';
import { probeOnce, proveParity } from './prove-parity.ts';

export async function takeSteps(pair: Pair, move: Move, steps: readonly PlanStep[]): Promise<void> {
  for (const { kind, route } of steps) {
    await pair.steps.run<JsonObject>({
      name: `${kind} ${route}`,
      kind: 'idempotent',
      input: { route, epoch: move.epoch },
      act: () => ACTS[kind](pair, move),
    });
  }
}

const ACTS = {
  stop,
  'bring up': bringUp,
  'prove parity': proveParity,
  'switch to': switchTo,
  verify,
  demote,
} satisfies Record<StepKind, (pair: Pair, move: Move) => Promise<JsonObject>>;

/** Stop-first only: the planned outage begins here. */
async function stop({ routes }: Pair, { from, expectedEpoch }: Move): Promise<JsonObject> {
  const obeyed = await routes.demote({ route: from, to: 'off', epoch: expectedEpoch, acceptsGap: true });
  if (obeyed.kind === 'unreachable') throw unfenced(from, obeyed.reason);
  mustHaveObeyed(obeyed, MOVE_CODE.notSwitched, `Cannot stop ${from}`);
  return { route: from, role: 'off' };
}

/**
 * Only what is off: a command to a route that is up could come after somebody else's promotion and undo it. Stale
 * commands are refused by the switch, which alone promotes and demotes.
 */
async function bringUp({ routes }: Pair, { to, epoch }: Move): Promise<JsonObject> {
  const seen = await routes.status(to);
  if (!seen.reachable) throw new Fault(MOVE_CODE.notBroughtUp, `Cannot bring up ${to}: ${seen.reason}`);
  if (seen.state.role !== 'off') return { route: to, role: seen.state.role };
  const obeyed = await routes.setRole({ route: to, role: 'standby', epoch });
  mustHaveObeyed(obeyed, MOVE_CODE.notBroughtUp, `Cannot bring up ${to}`);
  return { route: to, role: 'standby' };
}

/** The critical section: looked at once more, then compared and set in one request. */
async function switchTo(pair: Pair, move: Move): Promise<JsonObject> {
  const { to, expectedEpoch } = move;
  const epoch = switchEpoch(move);
  const [lack, seen] = await Promise.all([probeOnce(pair, move), pair.routes.readSwitch()]);
  if (lack !== null)
    throw new Fault(MOVE_CODE.notProven, `Parity of ${to} was lost again: ${lack}`, { exit: EXIT.refused });
  if (seen.reachable && seen.state.epoch !== expectedEpoch) throw superseded(`epoch ${seen.state.epoch} is in force`);
  const obeyed = await pair.routes.promote({ route: to, expectedEpoch, epoch });
  mustHaveObeyed(obeyed, MOVE_CODE.notSwitched, `Cannot switch consumers to ${to}`);
  return { route: to, epoch };
}

/** Good several times in a row, or bad several times in a row. */
async function verify({ routes, clock, config, signal }: Pair, move: Move): Promise<JsonObject> {
  const { to } = move;
  const epoch = switchEpoch(move);
  const { parityProbes, probeIntervalMs } = config.failover;
  for (let good = 0, bad = 0; ; ) {
    const [seen, status] = await Promise.all([routes.readSwitch(), routes.status(to)]);
    if (seen.reachable && seen.state.epoch > epoch) throw superseded(`epoch ${seen.state.epoch} is in force`);
    const isFollowed = seen.reachable && seen.state.active === to && seen.state.epoch === epoch;
    const isGood = isFollowed && isPrimary(status) && isFeeding(status);
    good = isGood ? good + 1 : 0;
    bad = isGood ? 0 : bad + 1;
    if (good >= parityProbes) return { route: to, epoch };
    if (bad >= parityProbes) throw notVerified(to, status);
    await clock.sleep(probeIntervalMs, signal);
  }
}

/** Never before the new route is seen feeding in this very moment. */
async function demote({ routes }: Pair, move: Move): Promise<JsonObject> {
  const { from, to, isFenced } = move;
  const epoch = switchEpoch(move);
  const before = await routes.status(to);
  if (!isPrimary(before) || !isFeeding(before)) throw notVerified(to, before);
  const obeyed = await routes.demote({ route: from, to: 'standby', epoch, acceptsGap: false });
  if (obeyed.kind === 'unreachable') {
    if (isFenced) return { route: from, role: 'unknown', vouched: true };
    throw unfenced(from, obeyed.reason);
  }
  mustHaveObeyed(obeyed, MOVE_CODE.notVerified, `Cannot demote ${from}`);
  const [old, now] = await Promise.all([routes.status(from), routes.status(to)]);
  if (isPrimary(old)) throw unfenced(from, 'it says that it is still primary');
  if (!isPrimary(now)) throw notVerified(to, now);
  return { route: from, role: old.reachable ? old.state.role : 'demoted' };
}

function mustHaveObeyed(obeyed: Obeyed, code: string, what: string): void {
  if (obeyed.kind === 'done') return;
  if (obeyed.kind === 'stale') throw superseded(obeyed.reason);
  throw new Fault(code, `${what}: ${obeyed.reason}`, { exit: EXIT.critical });
}

function superseded(reason: string): Fault {
  return new Fault(MOVE_CODE.superseded, `Another run moved the pair meanwhile: ${reason}`, {
    exit: EXIT.refused,
    hint: 'mdops failover status, then decide again',
  });
}

function notVerified(route: RouteName, status: Seen<RouteStatus>): Fault {
  const why = !status.reachable
    ? status.reason
    : isPrimary(status)
      ? 'no ticks come'
      : `its role is ${status.state.role}`;
  return new Fault(MOVE_CODE.notVerified, `${route} does not feed after the switch: ${why}`);
}

function unfenced(route: RouteName, reason: string): Fault {
  return new Fault(MOVE_CODE.unfenced, `UNFENCED: ${route} could not be told to stop: ${reason}`, {
    hint: `stop ${route} at its host, then mdops failover reconcile`,
  });
}
