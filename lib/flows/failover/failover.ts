// `failover`: which verb does what.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { isRouteName } from '../../base/feed-routes.ts';
import { GUARDS, isGuardName } from '../../domain/failover/guards.ts';
import type { Outcome } from '../../run/command.ts';
import type { Invocation } from '../../run/invocation.ts';
import { approve } from './approve.ts';
import { drill } from './drill.ts';
import { moveTo } from './move-to.ts';
import { type FailoverCtx, openPair } from './pair.ts';
import type { Request } from './prepare.ts';
import { type ReconcileWish, reconcile } from './reconcile.ts';
import { showStatus } from './status.ts';

const VERBS = {
  'to-backup': async (ctx, invocation) => moveTo(await openPair(ctx), { ...readRequest(invocation), to: 'backup' }),
  'to-primary': async (ctx, invocation) => moveTo(await openPair(ctx), { ...readRequest(invocation), to: 'primary' }),
  drill: async (ctx, invocation) => drill(await openPair(ctx), readRequest(invocation)),
  reconcile: async (ctx, invocation) => reconcile(await openPair(ctx), readWish(invocation)),
  status: async (ctx) => showStatus(await openPair(ctx)),
  approve: async (ctx, invocation) => approve(ctx, invocation.args[0] ?? ''),
} satisfies Record<string, (ctx: FailoverCtx, invocation: Invocation) => Promise<Outcome>>;

export async function failOver(ctx: FailoverCtx, invocation: Invocation): Promise<Outcome> {
  if (ctx.run.resumes !== null) {
    throw new Fault('resume refused', 'A failover is not resumed: the pair has moved on since', {
      exit: EXIT.refused,
      hint: 'mdops failover reconcile looks at the pair as it is now and finishes what was meant',
    });
  }
  const verb = (invocation.verb ?? 'status') as keyof typeof VERBS;
  refuseStrangers(verb, invocation);
  return VERBS[verb](ctx, invocation);
}

/** A flag that a verb would pass over is worse than none: a drill with --plan-out would still be a drill. */
const OF_VERBS = {
  'plan-out': ['to-backup', 'to-primary'],
  apply: ['to-backup', 'to-primary'],
  keep: ['reconcile'],
} as const satisfies Readonly<Record<string, readonly (keyof typeof VERBS)[]>>;

function refuseStrangers(verb: string, invocation: Invocation): void {
  for (const [flag, verbs] of Object.entries<readonly string[]>(OF_VERBS)) {
    if (invocation.isSet(flag) && !verbs.includes(verb)) {
      throw new Fault('usage', `failover ${verb} knows no --${flag}: it belongs to ${verbs.join(' and ')}`, {
        exit: EXIT.usage,
        hint: 'mdops failover --help',
      });
    }
  }
  if (invocation.isSet('plan-out') && invocation.isSet('apply')) {
    throw new Fault('usage', '--plan-out and --apply cannot be combined; give one', {
      exit: EXIT.usage,
      hint: 'mdops failover --help',
    });
  }
}

function readRequest(invocation: Invocation): Omit<Request, 'to'> {
  return {
    acceptsGap: invocation.on('accept-gap'),
    forced: readForced(invocation),
    confirmed: invocation.text('confirm'),
    isAutomatic: invocation.on('automatic'),
    apply: invocation.text('apply'),
    planOut: invocation.text('plan-out'),
  };
}

function readWish(invocation: Invocation): ReconcileWish {
  const keep = invocation.text('keep');
  return {
    keep: isRouteName(keep) ? keep : null,
    isFenced: readForced(invocation).includes('unfenced'),
    confirmed: invocation.text('confirm'),
    acceptsGap: invocation.on('accept-gap'),
    isAutomatic: invocation.on('automatic'),
  };
}

function readForced(invocation: Invocation): Request['forced'] {
  const guard = invocation.text('force');
  if (guard === undefined) return [];
  if (isGuardName(guard)) return [guard];
  throw new Fault('usage', `--force wants one guard: ${GUARDS.join(', ')}`, { exit: EXIT.usage });
}
