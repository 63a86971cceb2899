// Reconciles the pair with what was meant: after a run that died, after UNFENCED, after a person has decided.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { RouteName } from '../../base/feed-routes.ts';
import { otherRoute } from '../../base/feed-routes.ts';
import type { Intent } from '../../domain/failover/intent.ts';
import type { Decision } from '../../domain/failover/reconcile.ts';
import type { Outcome } from '../../run/command.ts';
import { decide, isLeaving } from './decide.ts';
import { allClear, clearIntent, type Pair, page, readIntent, showActive, writeIntent } from './pair.ts';
import { admitAutomatic, agreeToForce } from './prepare.ts';
import { settle } from './settle.ts';

export interface ReconcileWish {
  readonly keep: RouteName | null;
  /** Somebody vouches that a route which cannot be told is stopped (`--force unfenced`). */
  readonly isFenced: boolean;
  /** The environment's name, where it was typed already. */
  readonly confirmed: string | undefined;
  /** Consumers may be taken to a route with a gap when theirs is out of sight. */
  readonly acceptsGap: boolean;
  readonly isAutomatic: boolean;
}

/** What another verb finishes before its own work: nobody has decided anything. */
export const UNDECIDED = { keep: null, isFenced: false, confirmed: undefined } as const;

export async function reconcile(pair: Pair, wish: ReconcileWish): Promise<Outcome> {
  const intent = await readIntent(pair);
  const { decision, situation } = await decide(pair, intent, wish.keep);
  pair.log.event('failover_stage', describe(decision, intent), { extra: { decision: decision.kind } });
  await pair.steps.note('failover_decision', { ...decision });
  switch (decision.kind) {
    case 'settled':
      await clearIntent(pair);
      showActive(pair, decision.active);
      await allClear(pair, decision.active);
      return settled(decision.active, intent === null ? 'nothing was unfinished' : 'the pair was settled already');
    case 'settle': {
      const leaves = isLeaving(situation, decision.keep);
      const isCounted = intent?.isCounted === true;
      // What a person began and automation would end elsewhere is a failover of its own.
      const isNew = wish.isAutomatic && leaves && !isCounted;
      if (isNew) await admitAutomatic(pair);
      // What is vouched for has no plan that another operator could have seen.
      if (wish.isFenced) await agreeToForce(pair, ['unfenced'], `keep ${decision.keep}`, wish.confirmed);
      await settle(pair, {
        keep: decision.keep,
        situation,
        meantEpoch: intent?.epoch ?? 0,
        isFenced: wish.isFenced,
        needsProof: wish.keep === null && !wish.acceptsGap && leaves,
        isCounted: isCounted || isNew,
      });
      await allClear(pair, decision.keep);
      return settled(decision.keep, decision.reason);
    }
    case 'freeze':
      return freeze(pair, intent, decision.reason);
    case 'superseded':
      throw new Fault('failover superseded', `Cannot reconcile here: ${decision.reason}`, {
        exit: EXIT.refused,
        hint: 'reconcile on the host of that run, or decide with --keep ROUTE',
      });
    case 'blind':
      throw new Fault('nothing to reconcile on', `Cannot reconcile: ${decision.reason}`, {
        exit: EXIT.unknown,
        hint: 'mdops failover status shows what can be seen',
      });
  }
}

/** Two primaries: nothing is touched until a person decides. */
export async function freeze(pair: Pair, intent: Intent | null, reason: string): Promise<never> {
  if (intent === null) {
    const seen = await pair.routes.readSwitch();
    const to = (seen.reachable ? seen.state.active : null) ?? 'primary';
    const epoch = seen.reachable ? seen.state.epoch : 0;
    const { id: runId, operator } = pair.run;
    await writeIntent(pair, {
      runId,
      operator,
      from: otherRoute(to),
      to,
      epoch,
      strategy: 'promote-first',
      stage: 'frozen',
      isCounted: false,
    });
  }
  await page(pair, `the pair is frozen: ${reason}`);
  throw new Fault('pair frozen', `The pair is frozen: ${reason}`, {
    exit: EXIT.critical,
    hint: 'decide which route to keep: mdops failover reconcile --keep primary|backup',
  });
}

function settled(active: RouteName, reason: string): Outcome {
  return {
    exit: EXIT.ok,
    summary: `settled: consumers follow ${active} (${reason})`,
    report: { schema: 'mdops.failover/1', verb: 'reconcile', active, reason },
  };
}

function describe(decision: Decision, intent: Intent | null): string {
  const after = intent === null ? '' : ` after run ${intent.runId} (${intent.from} to ${intent.to}, ${intent.stage})`;
  switch (decision.kind) {
    case 'settled':
      return `the pair is settled on ${decision.active}${after}`;
    case 'settle':
      return `keeping ${decision.keep}${after}: ${decision.reason}`;
    default:
      return `${decision.kind}${after}: ${decision.reason}`;
  }
}
